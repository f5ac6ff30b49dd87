import com.aliasi.lm.NGramProcessLM;
import java.nio.file.Files;
import java.nio.file.Path;

/** Bits per character of a held-out text by LingPipe's n-grams: LingPipeLm TRAIN HELDOUT. */
public class LingPipeLm {
  public static void main(String[] args) throws Exception {
    String train = Files.readString(Path.of(args[0]));
    String heldOut = Files.readString(Path.of(args[1]));
    int symbols = (int) (train + heldOut).chars().distinct().count();
    for (int order = 4; order <= 9; order++) {
      long start = System.nanoTime();
      NGramProcessLM lm = new NGramProcessLM(order, symbols); // and its default lambda factor
      lm.train(train);
      long trained = System.nanoTime();
      double bits = -lm.log2Estimate(heldOut) / heldOut.length();
      System.out.printf(
          "%d characters before: %.3f bits per character; trained in %.2f s, scored in %.2f s%n",
          order - 1, bits, (trained - start) / 1e9, (System.nanoTime() - trained) / 1e9);
    }
  }
}
