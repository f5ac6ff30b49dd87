import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Times a training step of docs/recipe.md in Deeplearning4j: java Dl4jStep TEXT HIDDEN SEQUENCE SECONDS. */
public class Dl4jStep {
  public static void main(String[] args) throws Exception {
    String text = Files.readString(Path.of(args[0]));
    int m = Integer.parseInt(args[1]);
    int n = Integer.parseInt(args[2]);
    double seconds = Double.parseDouble(args[3]);
    int[] symbols = text.codePoints().sorted().distinct().toArray();
    int[] ids = text.codePoints().map(c -> Arrays.binarySearch(symbols, c)).toArray();
    int k = symbols.length;
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .dataType(DataType.DOUBLE)
                .updater(new AdaGrad(0.1, 1e-8))
                .gradientNormalization(GradientNormalization.ClipElementWiseAbsoluteValue)
                .gradientNormalizationThreshold(5)
                .list()
                .layer(new SimpleRnn.Builder().nIn(k).nOut(m).activation(Activation.TANH).build())
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(m)
                        .nOut(k)
                        .activation(Activation.SOFTMAX)
                        .build())
                .backpropType(BackpropType.TruncatedBPTT) // carries the state to the next window
                .tBPTTLength(n)
                .build());
    net.init();
    ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    long end = System.nanoTime() + (long) (seconds * 1e9);
    double[] times = new double[1 << 20];
    int steps = 0;
    double smooth = Double.NaN;
    for (int at = 0; System.nanoTime() < end || steps < 20; at += n) {
      if (at + n + 1 > ids.length) {
        at = 0;
        net.rnnClearPreviousState();
      }
      long start = clock.getCurrentThreadCpuTime();
      INDArray x = Nd4j.zeros(DataType.DOUBLE, 1, k, n);
      INDArray y = Nd4j.zeros(DataType.DOUBLE, 1, k, n);
      for (int t = 0; t < n; t++) {
        x.putScalar(0, ids[at + t], t, 1);
        y.putScalar(0, ids[at + t + 1], t, 1);
      }
      net.fit(x, y);
      times[steps++] = (clock.getCurrentThreadCpuTime() - start) / 1e3;
      double loss = net.score(); // nats per window of one stream
      smooth = steps == 1 ? loss : 0.999 * smooth + 0.001 * loss;
    }
    double[] sorted = Arrays.copyOfRange(times, steps / 5, steps); // after warming up
    Arrays.sort(sorted);
    System.out.printf(
        "%.1f us a step, the median of %d; smooth loss %.2f%n", sorted[sorted.length / 2], sorted.length, smooth);
  }
}
