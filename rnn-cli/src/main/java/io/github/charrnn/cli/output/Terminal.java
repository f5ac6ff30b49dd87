package io.github.charrnn.cli.output;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonNull;
import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.Map;

/**
 * Standard input, output and error. What is written to output is checked: a command must not report
 * success for data that went nowhere.
 */
public final class Terminal {
  private static final Gson GSON =
      new GsonBuilder().serializeNulls().disableHtmlEscaping().setPrettyPrinting().create();

  private static final Gson IN_ONE_LINE =
      new GsonBuilder().serializeNulls().disableHtmlEscaping().create();

  /** The columns; 0 of a terminal that can only print. */
  private static final String ERR = "rnn.terminal.err";

  private final InputStream in;
  private final Writer out;
  private final Writer ownOut;
  private final PrintWriter err;
  private final PrintWriter ownErr;
  private final boolean inIsTerminal;
  private final boolean outIsTerminal;
  private final int errColumns;

  /** Standard output cannot be written to. */
  public static final class OutputException extends IOException {
    private static final long serialVersionUID = 1;

    OutputException(IOException cause) {
      super("cannot write to standard output: " + cause.getMessage(), cause);
    }

    /** Whether the reader of a pipe has gone, which is its right. */
    public boolean readerHasGone() {
      return String.valueOf(getMessage()).contains("Broken pipe");
    }
  }

  /** That of the process; the launcher says in properties what of it is a terminal. */
  public static Terminal ofProcess() {
    return new Terminal(
        new FileInputStream(FileDescriptor.in),
        new FileOutputStream(FileDescriptor.out),
        new FileOutputStream(FileDescriptor.err),
        Boolean.getBoolean("rnn.terminal.in"),
        Boolean.getBoolean("rnn.terminal.out"),
        System.getProperty(ERR) != null,
        Integer.getInteger(ERR, 0));
  }

  /** Standard input is no terminal. */
  public Terminal(
      InputStream in, OutputStream out, OutputStream err, boolean outIsTerminal, int errColumns) {
    this(in, out, err, false, outIsTerminal, errColumns);
  }

  public Terminal(
      InputStream in,
      OutputStream out,
      OutputStream err,
      boolean inIsTerminal,
      boolean outIsTerminal,
      int errColumns) {
    this(in, out, err, inIsTerminal, outIsTerminal, errColumns > 0, errColumns);
  }

  private Terminal(
      InputStream in,
      OutputStream out,
      OutputStream err,
      boolean inIsTerminal,
      boolean outIsTerminal,
      boolean errIsTerminal,
      int errColumns) {
    this.inIsTerminal = inIsTerminal;
    this.in = in;
    ownOut = new BufferedWriter(new OutputStreamWriter(new Checked(out), UTF_8));
    this.out = outIsTerminal ? new Visible(ownOut) : ownOut;
    Writer encoded = new OutputStreamWriter(err, UTF_8);
    ownErr = new PrintWriter(encoded, true);
    this.err = errIsTerminal ? new PrintWriter(new Visible(encoded), true) : ownErr;
    this.outIsTerminal = outIsTerminal;
    this.errColumns = errColumns;
  }

  public InputStream in() {
    return in;
  }

  /**
   * Standard output, buffered: flush what should be seen now. A terminal is not controlled by what
   * is written here; that is written as it is typed.
   */
  public Writer out() {
    return out;
  }

  /** Standard output for what controls a terminal: never for a text or a name. */
  public Writer ownOut() {
    return ownOut;
  }

  /** Standard error, of which the same is true as of {@link #out}. */
  public PrintWriter err() {
    return err;
  }

  /** Standard error for what controls a terminal: never for a text or a name. */
  public PrintWriter ownErr() {
    return ownErr;
  }

  public boolean inIsTerminal() {
    return inIsTerminal;
  }

  public boolean outIsTerminal() {
    return outIsTerminal;
  }

  /** How wide the terminal is that standard error is, or 0 if it is none or can only print. */
  public int errColumns() {
    return errColumns;
  }

  /** Writes a line to standard output, to be seen at once. */
  public void println(String line) throws IOException {
    out.append(line).append('\n').flush();
  }

  /** Writes the one object that a program asked for. */
  public void printJson(Map<String, ?> object) throws IOException {
    println(GSON.toJson(object));
  }

  /** The same in one line, where there are many. */
  public void printJsonLine(Map<String, ?> object) throws IOException {
    out.append(IN_ONE_LINE.toJson(object)).append('\n');
  }

  /** JSON has neither NaN nor infinity: null stands for them. */
  public static Object jsonNumber(double x) {
    return Double.isFinite(x) ? x : JsonNull.INSTANCE;
  }

  private static final class Checked extends OutputStream {
    private final OutputStream to;

    Checked(OutputStream to) {
      this.to = to;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      try {
        to.write(bytes, from, length);
      } catch (IOException e) {
        throw new OutputException(e);
      }
    }

    @Override
    public void flush() throws IOException {
      try {
        to.flush();
      } catch (IOException e) {
        throw new OutputException(e);
      }
    }
  }
}
