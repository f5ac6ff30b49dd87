package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.util.passthrough.PassthroughNDManager;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Model files and checkpoints as the Deep Java Library reads them. */
@Tag("once")
class ForeignReaderTest {
  @TempDir Path directory;

  @Test
  void anIndependentReader_findsTheSameNumbers() throws IOException {
    EncodedText text = Texts.harbour();
    Path checkpoint = directory.resolve("checkpoint");
    VanillaRnn rnn =
        Trainer.of(VanillaRnn.builder(text.vocab()).hiddenSize(7).build())
            .checkpoint(checkpoint, 100)
            .train(text, 30)
            .last();
    Path model = directory.resolve("model");
    rnn.save(model);
    long m = rnn.hiddenSize();
    long k = rnn.vocab().size();
    Map<String, double[]> expected =
        Map.of(
            "U",
            rnn.u(),
            "W",
            rnn.w(),
            "V",
            rnn.v(),
            "b",
            rnn.b(),
            "c",
            rnn.c(),
            "start",
            rnn.startState().orElseThrow());
    Map<String, long[]> shapes =
        Map.of(
            "U", new long[] {m, k},
            "W", new long[] {m, m},
            "V", new long[] {k, m},
            "b", new long[] {m},
            "c", new long[] {k},
            "start", new long[] {m});

    for (Path file : new Path[] {model, checkpoint}) {
      NDList tensors = NDList.decode(PassthroughNDManager.INSTANCE, Files.readAllBytes(file));
      int found = 0;
      for (NDArray tensor : tensors) {
        if (expected.containsKey(tensor.getName())) {
          found++;
          assertThat(tensor.getDataType()).isEqualTo(DataType.FLOAT64);
          assertThat(tensor.getShape().getShape()).isEqualTo(shapes.get(tensor.getName()));
          DoubleBuffer values =
              tensor.toByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer();
          double[] actual = new double[values.remaining()];
          values.get(actual);
          assertThat(actual).as(tensor.getName()).isEqualTo(expected.get(tensor.getName()));
        }
      }
      assertThat(found)
          .as("tensors of the model in %s", file)
          .isEqualTo(file.equals(model) ? 6 : 5); // a checkpoint has state
      assertThat(tensors.size()).isEqualTo(file.equals(model) ? 6 : 15);
    }
  }
}
