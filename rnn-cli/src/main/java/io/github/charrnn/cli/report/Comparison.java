package io.github.charrnn.cli.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Scorer;
import io.github.charrnn.VanillaRnn;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A network's cross-entropy beside that of guessing, of models that count n-grams, and of what
 * compressors do.
 */
final class Comparison {
  private static final long MAX_COMPARED = 1_000_000; // characters
  private static final long MAX_SEEN_COMPARED = 20_000;
  private static final double SEEN_WORK = 6e10; // multiplications
  private static final int MAX_NGRAMS = 1 << 22;
  private static final long BYTES_PER_NGRAM = 80; // while tables grow

  private final boolean heldOut;
  private final EncodedText compared;
  private final EncodedText counted;
  private final Budget budget;

  /**
   * What is known without a network.
   *
   * @param ngrams nats per character, of guessing and of n = 1, 2, ...; empty if a text is too
   *     short
   * @param mixed the same of those that go on counting
   * @param gzip the same of that
   * @param fitted how many characters were counted
   */
  record Counted(List<Double> ngrams, List<Double> mixed, double gzip, long fitted) {}

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
      return new Counted(List.of(), List.of(), 0, 0);
    }
    int room = (int) Math.min(MAX_NGRAMS, budget.room() / BYTES_PER_NGRAM);
    NGrams ngrams = new NGrams(counted, compared, room);
    return new Counted(
        Arrays.stream(ngrams.crossEntropies()).boxed().toList(),
        Arrays.stream(ngrams.crossEntropiesWhileCounting()).boxed().toList(),
        Gzip.nats(counted, compared),
        ngrams.fitted());
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
    List<Double> nats = known.ngrams();
    int best = 1 + lowest(nats.subList(1, nats.size()));
    int mixed = 1 + lowest(known.mixed().subList(1, nats.size()));
    JsonArray models = new JsonArray();
    models.add(model("uniform", nats.get(0)));
    for (int n = 1; n <= best; n++) {
      models.add(model(n + "-gram", nats.get(n)));
    }
    models.add(model("gzip", known.gzip()));
    models.add(model("PPM-like mix, order " + (mixed - 1), known.mixed().get(mixed)));
    models.add(model("this network", network));
    return new Json.Members()
        .put("characters", compared.length() - 1)
        .put("heldOut", heldOut)
        .put("fingerprint", fingerprint())
        .put("fittedTo", known.fitted())
        .put("method", "Witten-Bell, interpolated")
        .put("orders", nats.size() - 1)
        .put("models", models)
        .json();
  }

  private static int lowest(List<Double> values) {
    return values.indexOf(Collections.min(values));
  }

  /** Of the characters, whatever the vocabulary: runs with the same one can be compared. */
  private String fingerprint() {
    byte[] characters = compared.decode().getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(Page.sha256(characters));
  }

  private static JsonElement model(String name, double nats) {
    return new Json.Members().put("name", name).number("natsPerCharacter", nats).json();
  }
}
