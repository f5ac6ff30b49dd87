package io.github.charrnn.cli.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.charrnn.cli.output.Shell;
import io.github.charrnn.cli.output.Terminal;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a text really is, by its first bytes: many things are given as one by mistake, some of them
 * can even be read as UTF-8, and each has a command that makes a text of it.
 */
final class Contents {
  private static final int HEAD = 1 << 16;
  private static final int MAGIC = 16; // bytes that tell most things apart

  /** Of UTF-16 without a mark: so many of the higher bytes are of no letter in ASCII. */
  private static final double MOST = 0.9;

  /** What has more NULs than this is hardly a text; names that end with one have fewer. */
  private static final double MANY_NULS = 0.1;

  private static final int FEW_CONTROLS = 3;
  private static final double MANY_CONTROLS = 1.0 / 2_000;

  /** In a command. */
  private static final Pattern FILES = Pattern.compile("\\b(IN|OUT)\\b");

  /** U+0080 to U+009F, but for U+0085, which ends lines where it is used. */
  private static final Pattern CONTROLS = Pattern.compile("\u00c2[\u0080-\u0084\u0086-\u009f]");

  /**
   * Something that is no text in UTF-8.
   *
   * @param is whether it begins so; each byte is a character
   * @param filter a command that makes a text of its input; empty if there is none
   * @param command the same with files, IN and OUT; empty if there is none
   */
  private record Kind(String what, Predicate<String> is, String filter, String command) {
    static Kind of(String what, String magic, String filter) {
      return new Kind(
          what,
          head -> head.startsWith(magic),
          filter,
          filter.isEmpty() ? "" : filter + " IN > OUT");
    }

    static Kind of(String what, String magic, String filter, String command) {
      return new Kind(what, head -> head.startsWith(magic), filter, command);
    }

    /** Its beginning is letters, which a text may have as well. */
    static Kind binary(String what, String magic) {
      return new Kind(what, head -> head.startsWith(magic) && head.indexOf('\0') > 0, "", "");
    }

    static Kind zip(String what, String entry) {
      return new Kind(
          what, head -> isZip(head) && head.contains(entry), "", "pandoc -t plain IN -o OUT");
    }

    static Kind encoding(String name, String called, Predicate<String> is) {
      String iconv = "iconv -f " + called + " -t UTF-8";
      return new Kind(name, is, iconv, iconv + " IN > OUT");
    }
  }

  /** The first that it is counts. */
  private static final List<Kind> KINDS =
      List.of(
          Kind.encoding("UTF-32", "UTF-32", Contents::hasUtf32Mark),
          Kind.encoding("UTF-16", "UTF-16", Contents::hasUtf16Mark),
          Kind.of("compressed with gzip", "\u001f\u008b", "gunzip -c"),
          Kind.of("compressed with compress", "\u001f\u009d", "gunzip -c"),
          new Kind(
              "compressed with bzip2",
              head -> head.matches("(?s)BZh[1-9](1AY&SY|\u0017rE8P\u0090).*"),
              "bunzip2 -c",
              "bunzip2 -c IN > OUT"),
          Kind.of("compressed with xz", "\u00fd7zXZ\0", "xz -dc"),
          Kind.of("compressed with zstd", "(\u00b5/\u00fd", "zstd -dc"),
          Kind.of("compressed with lz4", "\u0004\"M\u0018", "lz4 -dc"),
          Kind.of("a 7z archive", "7z\u00bc\u00af'\u001c", "", "7z x -so IN > OUT"),
          Kind.of("a RAR archive", "Rar!\u001a\u0007", "", "unrar p -inul IN > OUT"),
          Kind.zip("a Word document", "word/"),
          Kind.zip("an OpenDocument file", "application/vnd.oasis.opendocument"),
          Kind.zip("an EPUB book", "application/epub+zip"),
          new Kind("a zip archive", Contents::isZip, "", "unzip -p IN > OUT"),
          new Kind(
              "a tar archive",
              head -> head.startsWith("ustar", 257),
              "tar -xO",
              "tar -xOf IN > OUT"),
          Kind.of("a PDF document", "%PDF-", "pdftotext - -", "pdftotext IN OUT"),
          Kind.of(
              "a document of an old Office",
              "\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1",
              "",
              "soffice --headless --convert-to txt:Text IN"),
          Kind.binary("a PostScript file with binary parts", "\u00c5\u00d0\u00d3\u00c6"),
          Kind.of("a program (ELF)", "\u007fELF", ""),
          Kind.binary("a program of Windows", "MZ"),
          Kind.of("a program of macOS", "\u00cf\u00fa\u00ed\u00fe", ""),
          Kind.of("a Java class", "\u00ca\u00fe\u00ba\u00be", ""),
          Kind.of("a WebAssembly module", "\0asm", ""),
          Kind.of("a PNG image", "\u0089PNG\r\n", ""),
          Kind.of("a JPEG image", "\u00ff\u00d8\u00ff", ""),
          Kind.binary("a GIF image", "GIF8"),
          Kind.binary("a TIFF image", "II*"),
          Kind.binary("a picture, sound or film (RIFF)", "RIFF"),
          Kind.binary("an MP3 file", "ID3"),
          Kind.binary("an Ogg file", "OggS"),
          Kind.of("an SQLite database", "SQLite format 3\0", "", "sqlite3 IN .dump > OUT"),
          Kind.of("a NumPy array", "\u0093NUMPY", ""),
          Kind.of("an HDF5 file", "\u0089HDF\r\n", ""),
          Kind.binary("a Parquet file", "PAR1"),
          Kind.binary("an Arrow file", "ARROW1"),
          new Kind("a Python pickle", head -> head.matches("(?s)\u0080[\u0002-\u0005].*"), "", ""),
          new Kind("a safetensors file, as models are", Contents::isSafetensors, "", ""),
          Kind.encoding("UTF-32", "UTF-32LE", head -> isUtf32(head, 3)),
          Kind.encoding("UTF-32", "UTF-32BE", head -> isUtf32(head, 0)),
          Kind.encoding("UTF-16", "UTF-16LE", head -> isUtf16(head, 1)),
          Kind.encoding("UTF-16", "UTF-16BE", head -> isUtf16(head, 0)));

  /** What may be odd about a text. */
  enum Oddity {
    NULS,
    CONTROLS
  }

  /** Is told what is odd about a text. */
  interface Notes {
    void add(Oddity oddity, String sentence);
  }

  private Contents() {}

  /**
   * A stream of text, of which nothing is read yet; what is odd about it is said at once.
   *
   * @param typed its name as it was typed, which may be that of standard input
   * @throws IOException as below
   */
  static InputStream ofText(Terminal terminal, InputStream in, String typed) throws IOException {
    return ofText((oddity, sentence) -> say(terminal, sentence), in, typed);
  }

  /** Says what is odd. */
  static void say(Terminal terminal, String sentence) {
    terminal.err().println("rnn: " + sentence);
  }

  /**
   * A stream of text, of which nothing is read yet.
   *
   * @param notes gets what is odd about it
   * @param typed its name as it was typed, which may be that of standard input
   * @throws IOException if it is not UTF-8, as far as that can be seen from its beginning, or if it
   *     cannot be read
   */
  static InputStream ofText(Notes notes, InputStream in, String typed) throws IOException {
    BufferedInputStream text = new BufferedInputStream(in, HEAD);
    String head = head(text);
    Optional<Kind> kind = KINDS.stream().filter(it -> it.is.test(head)).findFirst();
    if (kind.isPresent()) {
      throw new IOException(
          called(typed)
              + " is "
              + kind.get().what
              + ", must be UTF-8 text: "
              + wayOut(kind.get(), typed));
    }
    note(notes, called(typed), head);
    return text;
  }

  private static String called(String typed) {
    return isStandardInput(typed) ? "standard input" : typed;
  }

  private static boolean isStandardInput(String typed) {
    return typed.equals(Sources.STANDARD_INPUT);
  }

  /** As much as is there, but enough to tell what it is: a slow pipe must not wait for more. */
  private static String head(BufferedInputStream text) throws IOException {
    byte[] bytes = new byte[HEAD];
    text.mark(HEAD);
    int length = 0;
    while (length < MAGIC && (length == 0 || bytes[length - 1] != '\n')) {
      int read = text.read(bytes, length, HEAD - length);
      if (read < 0) {
        break;
      }
      length += read;
    }
    text.reset();
    return new String(bytes, 0, length, ISO_8859_1);
  }

  private static String wayOut(Kind kind, String typed) {
    if (isStandardInput(typed)) {
      return kind.filter.isEmpty()
          ? "name a text"
          : "put " + kind.filter + " before rnn in the pipe";
    }
    return kind.command.isEmpty()
        ? "name a text"
        : FILES
                .matcher(kind.command)
                .replaceAll(
                    file ->
                        Matcher.quoteReplacement(
                            word(file.group().equals("IN") ? typed : out(typed))))
            + " makes one";
  }

  private static String word(String name) {
    return Shell.quoted(Shell.file(name));
  }

  /** A name for the text that is made of a file. */
  private static String out(String name) {
    String stem = name.replaceFirst("(?<=[^/])\\.[^./]*$", "");
    String out = stem + (stem.endsWith(".txt") ? "" : ".txt");
    return out.equals(name) ? stem + ".utf8.txt" : out;
  }

  private static void note(Notes notes, String name, String head) {
    long nuls = head.chars().filter(it -> it == 0).count();
    if (nuls > MANY_NULS * head.length()) {
      notes.add(
          Oddity.NULS,
          String.format(
              Locale.ROOT,
              "%s: %,d of the first %,d bytes are NUL (U+0000): it may be no text",
              name,
              nuls,
              head.length()));
      return;
    }
    long controls = CONTROLS.matcher(head).results().count();
    if (controls >= FEW_CONTROLS && controls > MANY_CONTROLS * head.length()) {
      notes.add(
          Oddity.CONTROLS,
          String.format(
              Locale.ROOT,
              "%s: %,d control characters from U+0080 to U+009F are in the first %,d bytes: the text"
                  + " was taken for ISO-8859-1 when it was made UTF-8; convert the original anew,"
                  + " for example with iconv -f WINDOWS-1252 -t UTF-8",
              name,
              controls,
              head.length()));
    }
  }

  private static boolean hasUtf32Mark(String head) {
    return head.startsWith("\u00ff\u00fe\0\0") || head.startsWith("\0\0\u00fe\u00ff");
  }

  private static boolean hasUtf16Mark(String head) {
    return head.startsWith("\u00ff\u00fe") || head.startsWith("\u00fe\u00ff");
  }

  private static boolean isZip(String head) {
    return head.startsWith("PK\u0003\u0004") || head.startsWith("PK\u0005\u0006");
  }

  /** Eight bytes of length, little-endian, and then JSON. */
  private static boolean isSafetensors(String head) {
    return head.startsWith("{", 8)
        && head.startsWith("\0\0\0\0", 4)
        && !head.startsWith("\0\0\0\0");
  }

  /** Of each four bytes the highest is always NUL, and the next one nearly. */
  private static boolean isUtf32(String head, int highest) {
    int next = highest == 0 ? 1 : 2;
    long all = head.length() / 4;
    return all > 1
        && share(head, 4, highest, it -> it == 0) == 1
        && share(head, 4, next, it -> it <= 0x10) == 1
        && share(head, 4, 3 - highest, it -> it == 0) < 1;
  }

  /**
   * The higher of two bytes is NUL in ASCII and a low number in many other scripts, the lower one
   * never is NUL.
   */
  private static boolean isUtf16(String head, int higher) {
    return head.length() >= 4
        && share(head, 2, 1 - higher, it -> it == 0) == 0
        && share(head, 2, higher, it -> it == 0) > 0
        && share(head, 2, higher, it -> it < 0x20 && it != '\n' && it != '\r') >= MOST;
  }

  private static double share(String head, int width, int place, Predicate<Integer> is) {
    int all = head.length() / width;
    int count = 0;
    for (int i = 0; i < all; i++) {
      count += is.test((int) head.charAt(i * width + place)) ? 1 : 0;
    }
    return (double) count / all;
  }
}
