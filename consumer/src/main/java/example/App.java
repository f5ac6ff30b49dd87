package example;

import io.github.charrnn.CharVocab;
import io.github.charrnn.Predictor;
import io.github.charrnn.Sampler;
import io.github.charrnn.Trainer;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Trains, saves, loads, samples, scores and predicts, and says in one line what came of it. The
 * model that it trains by default also lies beside its class; after a change, {@code cp
 * target/app.safetensors src/main/resources/example}.
 *
 * <p>Run it with {@code App [hidden size [steps]]}.
 */
public final class App {
  static final Path MODEL = Path.of("target", "app.safetensors");

  private App() {}

  /** Needs a directory {@code target} to save to. */
  public static void main(String[] args) throws IOException {
    System.out.println(VanillaRnn.kernels());
    int hiddenSize = args.length > 0 ? Integer.parseInt(args[0]) : 32;
    long steps = args.length > 1 ? Long.parseLong(args[1]) : 1_000;
    String text = text();
    VanillaRnn rnn = VanillaRnn.builder(CharVocab.of(text)).hiddenSize(hiddenSize).seed(1).build();
    VanillaRnn trained = Trainer.of(rnn).train(text, steps).last();
    trained.save(MODEL);
    VanillaRnn model = VanillaRnn.load(MODEL);
    if (!model.fingerprint().equals(trained.fingerprint())) {
      throw new IllegalStateException("another model came back");
    }
    if (args.length == 0 && !resource().fingerprint().equals(trained.fingerprint())) {
      throw new IllegalStateException("the model beside the class is another");
    }
    String sample = Sampler.of(model).seed(3).temperature(0.5).prime("the ").sample(20);
    double bits = model.evaluate("the cat saw the dog.").bitsPerCharacter();
    Predictor.Prediction next = Predictor.of(model).read("the ca").top(1).get(0);
    System.out.println(
        String.format(
            Locale.ROOT,
            "model %s, wrote \"%s\", %.6f bits per character, then '%c' with %.6f",
            model.fingerprint().substring(0, 16),
            sample,
            bits,
            next.codePoint(),
            next.probability()));
  }

  private static VanillaRnn resource() throws IOException {
    try (InputStream in = App.class.getResourceAsStream("app.safetensors")) {
      if (in == null) {
        throw new IOException("there is no app.safetensors beside the class");
      }
      return VanillaRnn.load(in, "app.safetensors");
    }
  }

  /** Sentences of few words, 100,000 characters. */
  private static String text() {
    String[] nouns = {"cat", "dog", "bird", "fish", "horse"};
    String[] verbs = {"saw", "heard", "liked", "found"};
    SplittableRandom random = new SplittableRandom(1);
    StringBuilder text = new StringBuilder();
    while (text.length() < 100_000) {
      text.append("the ").append(nouns[random.nextInt(nouns.length)]);
      text.append(' ').append(verbs[random.nextInt(verbs.length)]);
      text.append(" the ").append(nouns[random.nextInt(nouns.length)]).append(". ");
    }
    return text.toString();
  }
}
