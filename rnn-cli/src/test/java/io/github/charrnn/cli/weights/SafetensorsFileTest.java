package io.github.charrnn.cli.weights;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsFileTest {
  private static final Map<String, String> METADATA =
      Map.of("vocabulary", "a\n\"\\\u00e9\uD83D\uDE00\u2028</script>");

  @TempDir Path directory;

  private Path file() {
    return directory.resolve("file");
  }

  @Test
  void whatIsWritten_isReadBack() throws IOException {
    double[] many = IntStream.range(0, 30_000).mapToDouble(i -> i * 0.1).toArray();
    List<Tensor> tensors =
        List.of(
            new Tensor("f32", Dtype.F32, List.of(3L), new double[] {0.5, -0.25, 1e30f}),
            new Tensor("i64", Dtype.I64, List.of(1L, 2L), new double[] {-7, 1L << 53}),
            Tensor.of("grad.U", many, 100, 300),
            Tensor.of("none", new double[0], 0, 5),
            new Tensor("number", Dtype.F64, List.of(), new double[] {Double.NaN}));

    SafetensorsFile.write(file(), METADATA, tensors);

    SafetensorsFile read = SafetensorsFile.read(file());
    assertThat(read.metadata()).isEqualTo(METADATA);
    assertThat(read.tensors())
        .extracting(Stored::name)
        .containsExactly("i64", "grad.U", "none", "number", "f32");
    for (Tensor tensor : tensors) {
      Stored stored =
          read.tensors().stream().filter(it -> it.name().equals(tensor.name())).findFirst().get();
      assertThat(stored.dtype()).isEqualTo(tensor.dtype().name());
      assertThat(stored.shape()).isEqualTo(tensor.shape());
      assertThat(stored.data().read()).as(tensor.name()).isEqualTo(tensor.data());
    }
  }

  /** The format says so, and programs that map the file into memory need it. */
  @Test
  void everyTensor_isAligned() throws IOException {
    SafetensorsFile.write(
        file(),
        Map.of("key", "odd"),
        List.of(
            new Tensor("a", Dtype.F32, List.of(1L), new double[] {1}),
            Tensor.of("b", new double[] {0x1.23456789abcdep0}, 1)));

    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file())).order(ByteOrder.LITTLE_ENDIAN);
    int start = 8 + (int) bytes.getLong(0);
    assertThat(start % 8).isZero();
    assertThat(bytes.getDouble(start)).isEqualTo(0x1.23456789abcdep0);
    assertThat(bytes.getFloat(start + 8)).isEqualTo(1);
    assertThat(bytes.capacity()).isEqualTo(start + 12);
  }

  @Test
  void twoTensorsOfOneName_areRefused_andNothingIsWritten() throws IOException {
    Tensor tensor = Tensor.of("a", new double[1], 1);

    assertThatThrownBy(() -> SafetensorsFile.write(file(), Map.of(), List.of(tensor, tensor)))
        .hasMessage("two tensors are called a");
    assertThatThrownBy(() -> Tensor.of("a", new double[3], 2, 2))
        .hasMessage("a has 3 numbers, its shape [2, 2] needs 4");

    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }

  /** Headers of a file that has 16 bytes of tensors; a tensor is T(dtype, shape, offsets). */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"a":T("F64",[3],[0,24])} | is truncated: it has 16 bytes of tensors, its header says 24: get it again
          {"a":T("F64",[1],[0,8])} | has something at its end: it has 16 bytes of tensors, its header says 8: get it again
          {"a":T("F64",[2],[0,8]),"b":T("F64",[1],[8,16])} | tensor a has 8 bytes, must have 16: its shape is 2 of F64
          {"a":T("F64",[1],[0,8]),"b":T("F64",[2],[0,16])} | tensor b is at the bytes 0 to 16, must begin at 8, where the one before ends
          {"a":T("F64",[1],[0,8]),"b":T("F32",[1],[12,16])} | tensor b is at the bytes 12 to 16, must begin at 8, where the one before ends
          {"a":T("F64",[1],[0,8]),"a":T("F64",[1],[8,16])} | it has two tensors a
          {"a":T("F64",[100000,100000],[0,16])} | has the shape 100000x100000, must have at most 2,147,483,639 numbers
          {"a":T("F64",[9223372036854775807,9223372036854775807],[0,16])} | has the shape 9223372036854775807x9223372036854775807, must have
          {"a":T("F64",[9223372036854775808],[0,16])} | has the shape 9223372036854775807, must have
          {"a":T("F64",[-2],[0,16])} | the shape and data_offsets of tensor a must be whole numbers from 0 on
          {"a":T("F64",["2"],[0,16])} | the shape and data_offsets of tensor a must be whole numbers from 0 on
          {"a":T("F64",[2],[16,0])} | tensor a is at the bytes 16 to 0, must begin at 0
          {"a":T("F64",[2],[0,-16])} | must be whole numbers from 0 on
          {"a":T("F64",[2],[0,8,16])} | tensor a must have a dtype, a shape and two data_offsets
          {"a":{"shape":[2],"data_offsets":[0,16]}} | tensor a must have a dtype, a shape and two data_offsets
          {"__metadata__":{"a":1}} | its metadata a is no string
          {"__metadata__":{"a":"","a":""}} | its metadata have two values for a
          {"__metadata__":["a"]} | its header is not as it must be in JSON
          {"a":1} | its header is not as it must be in JSON
          {"a" | its header is not as it must be in JSON
          {} {} | its header is not as it must be in JSON
          [] | its header is not as it must be in JSON
          """)
  void aWrongHeader_isOneSentence(String header, String said) throws IOException {
    write(header.replaceAll("T\\((\"\\w+\"),(.*?),(\\[[-\\d,]+\\])\\)", tensor("$1", "$2", "$3")));

    assertThatThrownBy(() -> SafetensorsFile.read(file()))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(file().toString())
        .hasMessageContaining(said);
  }

  private static String tensor(String dtype, String shape, String offsets) {
    return "{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
  }

  /** A file with that header and 16 bytes. */
  private void write(String header) throws IOException {
    byte[] json = header.getBytes(UTF_8);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(length(json.length));
    bytes.write(json);
    bytes.write(new byte[16]);
    Files.write(file(), bytes.toByteArray());
  }

  private static byte[] length(long length) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array();
  }

  @Test
  void aLengthThatCannotBe_isOneSentence() throws IOException {
    for (long length : new long[] {-1, 0, 1, (1 << 24) + 1, Long.MAX_VALUE, Long.MIN_VALUE}) {
      Files.write(file(), length(length));
      assertThatThrownBy(() -> SafetensorsFile.read(file()))
          .hasMessage(
              file()
                  + " is no safetensors file: the length of its header would be "
                  + Long.toUnsignedString(length)
                  + ", must be from 2 to 16777216: weights are in safetensors, .npz or .npy files");
    }
    Files.write(file(), length(2));
    assertThatThrownBy(() -> SafetensorsFile.read(file()))
        .hasMessage(
            file() + " is truncated: its header has 2 bytes, only 0 are left: get it again");
    Files.write(file(), new byte[7]);
    assertThatThrownBy(() -> SafetensorsFile.read(file()))
        .hasMessage(file() + " is no safetensors file: it has 7 bytes, must have at least 8");
    assertThatThrownBy(() -> SafetensorsFile.read(directory))
        .hasMessage(directory + " is not a regular file: name one with weights");
  }

  @Test
  void aName_cannotDisturbATerminal() throws IOException {
    write("{\"a\\u001b[31m" + "x".repeat(999) + "\":" + tensor("\"F64\"", "[1]", "[0,16]") + "}");

    assertThatThrownBy(() -> SafetensorsFile.read(file()))
        .hasMessageContaining("tensor a?[31m" + "x".repeat(54) + "... has 16 bytes");
  }

  /** Cut and altered files of any kind: read, or refused with a sentence. */
  @Test
  void anyBytes_areReadOrRefusedInOneSentence() throws IOException {
    SafetensorsFile.write(
        file(),
        METADATA,
        List.of(Tensor.of("a", new double[6], 2, 3), Tensor.of("b", new double[2], 2)));
    byte[] whole = Files.readAllBytes(file());
    Random random = new Random(1);
    int refused = 0;
    for (int i = 0; i < 1_000; i++) {
      byte[] bytes =
          Arrays.copyOf(
              whole, random.nextInt(4) == 0 ? random.nextInt(whole.length) : whole.length);
      for (int flips = random.nextInt(3); flips > 0 && bytes.length > 0; flips--) {
        bytes[random.nextInt(Math.min(bytes.length, 230))] = (byte) random.nextInt(128);
      }
      Files.write(file(), bytes);
      try {
        for (Stored tensor : SafetensorsFile.read(file()).tensors()) {
          if (SafetensorsFile.dtype(tensor.dtype()).isPresent()) {
            tensor.data().read();
          }
        }
      } catch (IOException e) {
        refused++;
        assertThat(e).as(new String(bytes, ISO_8859_1)).hasMessageStartingWith(file() + " ");
        assertThat(e.getMessage()).doesNotContain("\n");
      }
    }
    assertThat(refused).isGreaterThan(400);
  }
}
