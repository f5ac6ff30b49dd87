package io.github.charrnn.cli.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Scorer;
import io.github.charrnn.VanillaRnn;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A network's cross-entropy beside that of guessing and of models that count n-grams. */
final class Comparison {
  private static final long MAX_COMPARED = 1_000_000; // characters
  private static final long MAX_SEEN_COMPARED = 20_000;
  private static final double SEEN_WORK = 6e10; // multiplications
  private static final int MAX_NGRAMS = 1 << 22;
  private static final long BYTES_PER_NGRAM = 70; // while tables grow

  private final boolean heldOut;
  private final EncodedText compared;
  private final EncodedText counted;
  private final Budget budget;

  /**
   * What the models that count come to.
   *
   * @param nats per character, of guessing and of n = 1, 2, ...; empty if a text is too short
   * @param fitted how many characters were counted
   */
  record Counted(List<Double> nats, long fitted) {}

  /**
   * A comparison on what is held out, or else on the last tenth, which is then not counted.
   *
   * @param text what is trained on
   * @param model of the run's size
   */
  Comparison(EncodedText text, Optional<EncodedText> heldOut, VanillaRnn model) {
    this.heldOut = heldOut.isPresent();
    budget = new Budget(model);
    if (heldOut.isPresent()) {
      compared = Budget.beginning(heldOut.get(), MAX_COMPARED);
      counted = text;
    } else {
      long most = Math.min(MAX_SEEN_COMPARED, Budget.characters(model, SEEN_WORK));
      long from = text.length() - Math.min(text.length() / 10, most);
      compared = text.part(from, text.length());
      counted = text.part(0, from);
    }
  }

  /** Whether the texts are long enough to compare models. */
  private boolean possible() {
    return compared.length() >= 2 && counted.length() > 0;
  }

  /** The text that models are compared on. */
  EncodedText text() {
    return compared;
  }

  /** Counts. */
  Counted count() {
    if (!possible()) {
      return new Counted(List.of(), 0);
    }
    int room = (int) Math.min(MAX_NGRAMS, budget.room() / BYTES_PER_NGRAM);
    NGrams ngrams = new NGrams(counted, room);
    double[] nats = ngrams.crossEntropies(compared);
    return new Counted(Arrays.stream(nats).boxed().toList(), ngrams.fitted());
  }

  /** Nats per character of a network; empty if a text is too short for a comparison. */
  Optional<Double> evaluate(VanillaRnn network) {
    return possible()
        ? Optional.of(
            Scorer.of(network).threads(Forks.threads()).evaluate(compared).natsPerCharacter())
        : Optional.empty();
  }

  /** Compares a network with them. */
  JsonObject with(double network, Counted known) {
    List<Double> nats = known.nats();
    JsonArray models = new JsonArray();
    models.add(model("uniform", nats.get(0)));
    for (int n = 1; n < nats.size(); n++) {
      models.add(model(n + "-gram", nats.get(n)));
    }
    models.add(model("this network", network));
    return new Json.Members()
        .put("characters", compared.length() - 1)
        .put("heldOut", heldOut)
        .put("fittedTo", known.fitted())
        .put("method", "Witten-Bell, interpolated")
        .put("models", models)
        .json();
  }

  private static JsonElement model(String name, double nats) {
    return new Json.Members().put("name", name).number("natsPerCharacter", nats).json();
  }
}
