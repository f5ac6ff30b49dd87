import io.github.charrnn.CharVocab;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Trainer;
import io.github.charrnn.VanillaRnn;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Times a training step of docs/recipe.md with rnn-core: RnnStep TEXT HIDDEN SEQUENCE STEPS. */
public class RnnStep {
  private static final int BLOCK = 100;

  public static void main(String[] args) throws Exception {
    String text = Files.readString(Path.of(args[0]));
    CharVocab vocab = CharVocab.of(text);
    EncodedText encoded = vocab.encode(text);
    int steps = Integer.parseInt(args[3]);
    VanillaRnn rnn =
        VanillaRnn.builder(vocab).hiddenSize(Integer.parseInt(args[1])).seed(1).build();
    ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    List<Long> at = new ArrayList<>();
    double[] smooth = {0};
    Trainer.of(rnn)
        .sequenceLength(Integer.parseInt(args[2]))
        .threads(1)
        .every(
            BLOCK,
            p -> {
              at.add(clock.getCurrentThreadCpuTime());
              smooth[0] = p.smoothLoss();
            })
        .train(encoded, steps);
    List<Double> times = new ArrayList<>();
    for (int i = at.size() / 2; i + 1 < at.size(); i++) { // vector code is compiled by then
      times.add((at.get(i + 1) - at.get(i)) / 1e3 / BLOCK);
    }
    Collections.sort(times);
    System.out.printf(
        "%.1f us a step, the median of %d; smooth loss %.2f%n",
        times.get(times.size() / 2), times.size() * BLOCK, smooth[0]);
  }
}
