package io.github.charrnn.cli.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.charrnn.cli.output.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContentsTest {
  private static final String ENGLISH = "It was a dark and stormy night;\nthe rain fell.\n";
  private static final String RUSSIAN =
      "\u0412\u0441\u0435 \u0441\u0447\u0430\u0441\u0442\u043b\u0438\u0432\u044b\u0435\n";

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private InputStream ofText(InputStream in, String typed) throws IOException {
    Terminal terminal =
        new Terminal(InputStream.nullInputStream(), OutputStream.nullOutputStream(), err, false, 0);
    return Contents.ofText(terminal, in, typed);
  }

  private String refusal(byte[] bytes, String typed) {
    try {
      ofText(new ByteArrayInputStream(bytes), typed);
      return "none";
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static byte[] bytes(String latin) {
    return latin.getBytes(ISO_8859_1);
  }

  @ParameterizedTest
  @CsvSource({
    "UTF-16LE, UTF-16",
    "UTF-16BE, UTF-16",
    "UTF-32LE, UTF-32",
    "UTF-32BE, UTF-32",
  })
  void otherEncodings_areNamed_withAndWithoutAMark(String charset, String name) {
    for (String text : new String[] {ENGLISH, RUSSIAN, RUSSIAN.repeat(9_000)}) {
      byte[] plain = text.getBytes(Charset.forName(charset));
      byte[] marked = ("\ufeff" + text).getBytes(Charset.forName(charset));

      assertThat(refusal(plain, "a/book.txt"))
          .isEqualTo(
              "a/book.txt is %s, must be UTF-8 text: iconv -f %s -t UTF-8 a/book.txt"
                  + " > a/book.utf8.txt makes one",
              name, charset);
      assertThat(refusal(marked, "book.csv"))
          .isEqualTo(
              "book.csv is %s, must be UTF-8 text: iconv -f %s -t UTF-8 book.csv > book.txt makes"
                  + " one",
              name, name);
      assertThat(refusal(plain, "-"))
          .isEqualTo(
              "standard input is %s, must be UTF-8 text: put iconv -f %s -t UTF-8 before rnn in the"
                  + " pipe",
              name, charset);
    }
  }

  @Test
  void packedTexts_getTheCommandThatUnpacksThem() throws IOException {
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(gzip)) {
      out.write(ENGLISH.getBytes(UTF_8));
    }
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(zip)) {
      out.putNextEntry(new ZipEntry("book.txt"));
      out.write(ENGLISH.getBytes(UTF_8));
    }

    assertThat(refusal(gzip.toByteArray(), "my book.txt.gz"))
        .isEqualTo(
            "my book.txt.gz is compressed with gzip, must be UTF-8 text: gunzip -c 'my book.txt.gz'"
                + " > 'my book.txt' makes one");
    assertThat(refusal(gzip.toByteArray(), "IN/OUT.gz"))
        .endsWith(": gunzip -c IN/OUT.gz > IN/OUT.txt makes one");
    assertThat(refusal(gzip.toByteArray(), "-"))
        .isEqualTo(
            "standard input is compressed with gzip, must be UTF-8 text: put gunzip -c before rnn in"
                + " the pipe");
    assertThat(refusal(zip.toByteArray(), "x.zip"))
        .isEqualTo("x.zip is a zip archive, must be UTF-8 text: unzip -p x.zip > x.txt makes one");
    assertThat(refusal(zip.toByteArray(), "-"))
        .isEqualTo("standard input is a zip archive, must be UTF-8 text: name a text");
  }

  @ParameterizedTest
  @CsvSource({
    "'BZh91AY&SYxx', compressed with bzip2: bunzip2 -c x > x.txt makes one",
    "'\u00fd7zXZ\0\0', compressed with xz: xz -dc x > x.txt makes one",
    "'(\u00b5/\u00fdx', compressed with zstd: zstd -dc x > x.txt makes one",
    "'PK\u0003\u0004 word/document.xml', a Word document: pandoc -t plain x -o x.txt makes one",
    "'PK\u0003\u0004mimetypeapplication/epub+zip', an EPUB book: pandoc -t plain x -o x.txt makes one",
    "'%PDF-1.7\n', a PDF document: pdftotext x x.txt makes one",
    "'\u007fELF\u0002\u0001', a program (ELF): name a text",
    "'MZ\u0090\0\u0003', a program of Windows: name a text",
    "'\u0089PNG\r\n\u001a\n', a PNG image: name a text",
    "'\u00ff\u00d8\u00ff\u00e0', a JPEG image: name a text",
    "'SQLite format 3\0x', an SQLite database: sqlite3 x .dump > x.txt makes one",
    "'\u00ca\u00fe\u00ba\u00be\0\0\0=', a Java class: name a text",
    "'\u0080\u0002}q\0', a Python pickle: name a text",
    "'@\u0001\0\0\0\0\0\0{\"U\":', 'a safetensors file, as models are: name a text'",
  })
  void whatIsNoText_isNamed_withAWayOut(String head, String said) {
    String[] parts = said.split(": ", 2);

    assertThat(refusal(bytes(head), "x"))
        .isEqualTo("x is " + parts[0] + ", must be UTF-8 text: " + parts[1]);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "MZ is how programs begin, BZh9 too",
        "PKzip, GIF8 and RIFF are words",
        "\ufeffwith a mark",
        "caf\u00e9 \u4e2d\u6587 \ud83d\ude00",
        "name\0of\0files\0that\0find\0prints\0",
        "abc\0def\0",
        "\t\t\t\t\t\t"
      })
  void text_isReadAsItIs(String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);

    assertThat(ofText(new ByteArrayInputStream(bytes), "x").readAllBytes()).isEqualTo(bytes);
  }

  @Test
  void longText_isReadToItsEnd_fromAStreamThatGivesAByteAtATime() throws IOException {
    byte[] bytes = ENGLISH.repeat(4_000).getBytes(UTF_8);
    InputStream slow =
        new ByteArrayInputStream(bytes) {
          @Override
          public synchronized int read(byte[] to, int from, int length) {
            return super.read(to, from, Math.min(1, length));
          }

          @Override
          public synchronized int available() {
            return 0;
          }
        };

    assertThat(ofText(slow, "-").readAllBytes()).isEqualTo(bytes);
    assertThat(err.toString(UTF_8)).isEmpty();
  }

  @Test
  void slowPipe_waitsForNoMoreThanALine() throws IOException {
    InputStream line =
        new InputStream() {
          private int read;

          @Override
          public int read() {
            throw new AssertionError("byte by byte");
          }

          @Override
          public int read(byte[] to, int from, int length) {
            assertThat(read++).as("no read after the line").isZero();
            to[from] = 'a';
            to[from + 1] = '\n';
            return 2;
          }
        };

    assertThat(ofText(line, "-").readNBytes(2)).isEqualTo(bytes("a\n"));
  }

  @Test
  void textThatWasConvertedFromTheWrongEncoding_getsANote() throws IOException {
    String curly = "\u201cYes,\u201d she said, \u201cno.\u201d\n";
    String wrong = new String(curly.getBytes(UTF_8), ISO_8859_1);

    ofText(new ByteArrayInputStream(wrong.getBytes(UTF_8)), "book.txt").close();
    assertThat(err.toString(UTF_8))
        .isEqualTo(
            "rnn: book.txt: 8 control characters from U+0080 to U+009F are in the first 43 bytes:"
                + " the text was taken for ISO-8859-1 when it was made UTF-8; convert the original"
                + " anew, for example with iconv -f WINDOWS-1252 -t UTF-8\n");

    err.reset();
    ofText(new ByteArrayInputStream(curly.getBytes(UTF_8)), "book.txt").close();
    ofText(new ByteArrayInputStream("line\u0085".repeat(99).getBytes(UTF_8)), "nel.txt").close();
    assertThat(err.toString(UTF_8)).isEmpty();
  }

  @Test
  void manyNuls_getANote() throws IOException {
    ofText(new ByteArrayInputStream(bytes("a\0\0b\0\0\0c")), "x").close();

    assertThat(err.toString(UTF_8))
        .isEqualTo("rnn: x: 5 of the first 8 bytes are NUL (U+0000): it may be no text\n");
  }

  @Test
  void failure_isPassedOn() throws IOException {
    InputStream closed = InputStream.nullInputStream();
    closed.close();

    assertThatThrownBy(() -> ofText(closed, "x")).hasMessage("Stream closed");
  }
}
