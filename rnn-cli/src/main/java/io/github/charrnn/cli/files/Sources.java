package io.github.charrnn.cli.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.charrnn.ModelFormatException;
import io.github.charrnn.Trainer;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.output.Terminal;
import java.io.FileNotFoundException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where texts and models come from: files, standard input, and the story in the jar. */
public final class Sources {
  /** The TEXT that means standard input. */
  public static final String STANDARD_INPUT = "-";

  private static final String STORY = "story.txt";

  private Sources() {}

  /** Reads a text to its end; the name is for messages. */
  interface Reading<T> {
    T of(InputStream in, String name) throws IOException;
  }

  /** Reads a text; an empty name is the story. */
  static <T> T read(Terminal terminal, String name, Reading<T> reading) throws IOException {
    return read(terminal, (oddity, sentence) -> Contents.say(terminal, sentence), name, reading);
  }

  /** The same, where others say what is odd about it. */
  static <T> T read(Terminal terminal, Contents.Notes notes, String name, Reading<T> reading)
      throws IOException {
    if (name.equals(STANDARD_INPUT)) {
      return reading.of(Contents.ofText(notes, terminal.in(), name), "standard input");
    }
    if (name.isEmpty()) {
      try (InputStream in = story()) {
        return reading.of(in, STORY);
      }
    }
    try (InputStream in = open(name)) {
      return reading.of(Contents.ofText(notes, in, name), name);
    }
  }

  /** What a person calls a text. */
  public static String name(String text) {
    if (text.isEmpty()) {
      return "the story that comes with rnn";
    }
    return text.equals(STANDARD_INPUT)
        ? "standard input"
        : String.valueOf(Path.of(text).getFileName());
  }

  /** Reads a text that is short enough to be kept as it is. */
  public static String string(Terminal terminal, String name) throws IOException {
    return read(
        terminal,
        name,
        (in, called) -> {
          try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(in.readAllBytes())).toString();
          } catch (CharacterCodingException e) {
            throw new IOException(
                called + " is not UTF-8: convert it first, for example with iconv", e);
          }
        });
  }

  /** Loads a model; what is wrong with it is said with its name. */
  public static VanillaRnn model(Path file) throws IOException {
    try {
      return VanillaRnn.load(file);
    } catch (ModelFormatException e) {
      throw new IOException(file + " cannot be used as a model: " + e.getMessage(), e);
    }
  }

  /** A trainer that goes on from a checkpoint. */
  public static Trainer checkpoint(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new IOException("there is no checkpoint " + file + " to resume");
    }
    try {
      return Trainer.resuming(file);
    } catch (ModelFormatException e) {
      throw new IOException(file + " cannot be used as a checkpoint: " + e.getMessage(), e);
    }
  }

  private static InputStream story() throws IOException {
    InputStream in = Sources.class.getResourceAsStream("/io/github/charrnn/cli/" + STORY);
    if (in == null) {
      throw new FileNotFoundException("the jar has lost its " + STORY);
    }
    return in;
  }

  /** Opens a file, which may be a pipe with a name. */
  static InputStream open(String name) throws IOException {
    return new FilterInputStream(Files.newInputStream(file(name))) {
      @Override
      public int available() {
        try {
          return super.available();
        } catch (IOException e) { // a pipe has no length to ask for
          return 0;
        }
      }
    };
  }

  private static Path file(String name) throws IOException {
    Path file = Path.of(name);
    if (Files.isDirectory(file)) {
      throw new FileSystemException(name, null, "this is a directory, a text is a file");
    }
    return file;
  }
}
