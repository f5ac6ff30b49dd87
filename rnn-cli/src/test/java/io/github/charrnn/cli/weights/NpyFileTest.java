package io.github.charrnn.cli.weights;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** NumPy's files; WeightsTest has those that numpy itself writes and reads. */
class NpyFileTest {
  private static final Tensor TENSOR = Tensor.of("U", new double[] {1, 2, 3, 4, 5, 6}, 2, 3);

  @TempDir Path directory;

  private static byte[] written(Tensor tensor) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    NpyFile.write(Channels.newChannel(bytes), tensor);
    return bytes.toByteArray();
  }

  private static Stored read(byte[] bytes) throws IOException {
    return NpyFile.read("U", "U.npy", () -> new ByteArrayInputStream(bytes), bytes.length);
  }

  @Test
  void whatIsWritten_isReadBack() throws IOException {
    for (Tensor tensor :
        List.of(
            TENSOR,
            new Tensor("f32", Dtype.F32, List.of(20_000L), new double[20_000]),
            new Tensor("i64", Dtype.I64, List.of(2L), new double[] {-7, 0x10FFFF}),
            Tensor.of("number", new double[] {0.1}),
            Tensor.of("none", new double[0], 0))) {
      Stored stored = read(written(tensor));

      assertThat(stored.dtype()).isEqualTo(tensor.dtype().name());
      assertThat(stored.shape()).isEqualTo(tensor.shape());
      assertThat(stored.data().read()).isEqualTo(tensor.data());
    }
    assertThat(new String(written(TENSOR), 10, 118, ISO_8859_1))
        .matches("\\{'descr': '<f8', 'fortran_order': False, 'shape': \\(2, 3,\\), \\} +\n");
  }

  /** What stands in the place of something in the header. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          (2, 3,) | (2, 4,) | has 48 bytes of numbers, must have 64, as its shape is 2x4: get it again
          (2, 3,) | (2, 2,) | has 48 bytes of numbers, must have 32, as its shape is 2x2: get it again
          (2, 3,) | (99999999,99999999,) | : the array has the shape 99999999x99999999, must have at most 2,147,483,639 numbers
          (2, 3,) | (2, -3,) | is not an array of numbers: its header must have descr, fortran_order, shape
          (2, 3,) | 6 | is not an array of numbers
          (2, 3,) | (1152921504606846976,) | : the array has the shape 1152921504606846976, must have at most
          (2, 3,) | (23, 3 3,) | is not an array of numbers
          (2, 3,) | (1000000000000000000000,) | is not an array of numbers
          False | Maybe | is not an array of numbers
          '<f8' | [('a','<f8')] | is not an array of numbers
          NUMPY | NUMPI | is no .npy file of version 1, 2 or 3: numpy.save writes one
          """)
  void aWrongHeader_isOneSentence(String from, String to, String said) throws IOException {
    String old = new String(written(TENSOR), ISO_8859_1);
    String changed = old.replace(from, to);
    int longer = changed.length() - old.length();
    changed =
        longer > 0
            ? changed.replaceFirst(" {" + longer + "}\n", "\n")
            : changed.replaceFirst("\n", " ".repeat(-longer) + "\n");

    byte[] bytes = changed.getBytes(ISO_8859_1);
    assertThatThrownBy(() -> read(bytes))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("U.npy")
        .hasMessageContaining(said);
  }

  /** A header may be long; the stack that reads it is not. */
  @ParameterizedTest
  @ValueSource(strings = {"1, ", "1", "1 "})
  void aShapeThatGoesOnAndOn_isOneSentence(String length) throws IOException {
    String descr = "{'descr': '<f8', 'fortran_order': False, 'shape': (";
    String header = descr + length.repeat(20_000) + "), }\n";
    byte[] bytes = ("\u0093NUMPY\u0001\0__" + header).getBytes(ISO_8859_1);
    bytes[8] = (byte) header.length();
    bytes[9] = (byte) (header.length() >> 8);

    assertThatThrownBy(() -> read(bytes))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "U.npy is not an array of numbers: its header must have descr, fortran_order, shape");
  }

  /** The zip's list says where each array begins: there is none. */
  @Test
  void aZipWhoseListIsWrong_isOneSentence() throws IOException {
    Path zip = directory.resolve("wrong.npz");
    NpzFile.write(zip, List.of(TENSOR));
    String bytes = Files.readString(zip, ISO_8859_1);
    int offset = bytes.indexOf("PK\u0001\u0002") + 42;
    String wrong = bytes.substring(0, offset) + "\u0001" + bytes.substring(offset + 1);
    Files.writeString(zip, wrong, ISO_8859_1);

    assertThatThrownBy(() -> NpzFile.read(zip))
        .isInstanceOf(IOException.class)
        .hasMessage(zip + " is no .npz file, or damaged: get it again");
  }

  @Test
  void fortransOrder_isTurned() throws IOException {
    String header = new String(written(TENSOR), ISO_8859_1);
    String byColumn = header.replace("False", " True");
    byte[] ofThree = byColumn.replace("(2, 3,)", "(1,2,3)").getBytes(ISO_8859_1);

    assertThat(read(byColumn.getBytes(ISO_8859_1)).data().read()).containsExactly(1, 3, 5, 2, 4, 6);
    assertThatThrownBy(() -> read(ofThree).data().read())
        .hasMessageContaining("in Fortran's order has 3 dimensions, 2 are the most");
  }

  /** Cut and altered files, alone and in a zip: read, or refused with a sentence. */
  @Test
  void anyBytes_areReadOrRefusedInOneSentence() throws IOException {
    Path zip = directory.resolve("all.npz");
    NpzFile.write(zip, List.of(TENSOR, Tensor.of("b", new double[2], 2)));
    byte[] zipped = Files.readAllBytes(zip);
    byte[] alone = written(TENSOR);
    Random random = new Random(1);
    int refused = 0;
    for (int i = 0; i < 2_000; i++) {
      byte[] whole = i % 4 == 0 ? zipped : alone;
      byte[] bytes =
          Arrays.copyOf(
              whole, random.nextInt(4) == 0 ? random.nextInt(whole.length) : whole.length);
      for (int flips = 1 + random.nextInt(3); flips > 0 && bytes.length > 0; flips--) {
        int most = whole == alone ? Math.min(bytes.length, 80) : bytes.length;
        bytes[random.nextInt(most)] = (byte) random.nextInt(256);
      }
      try {
        if (whole == alone) {
          read(bytes).data().read();
        } else {
          Files.write(zip, bytes);
          for (Stored array : NpzFile.read(zip)) {
            array.data().read();
          }
        }
      } catch (IOException e) {
        refused++;
        assertThat(e.getMessage()).as(new String(bytes, ISO_8859_1)).isNotBlank();
      }
    }
    assertThat(refused).isBetween(500, 1_990);
  }
}
