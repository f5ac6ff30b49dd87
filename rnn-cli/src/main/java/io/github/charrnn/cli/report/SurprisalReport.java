package io.github.charrnn.cli.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Evaluation;
import io.github.charrnn.VanillaRnn;
import java.util.Arrays;

/** A text coloured by what a model did not expect. */
public final class SurprisalReport {
  private static final long SHOWN = 20_000; // characters

  private SurprisalReport() {}

  /**
   * The page.
   *
   * @param evaluation of the text under the model
   */
  public static String page(
      String program,
      String modelName,
      String textName,
      VanillaRnn rnn,
      EncodedText text,
      Evaluation evaluation) {
    EncodedText shown = text.part(0, Math.min(SHOWN, text.length()));
    JsonArray nats = new JsonArray();
    nats.add(JsonNull.INSTANCE); // the first character is given
    nats.addAll(Json.numbers(Arrays.stream(rnn.surprisals(shown))));
    JsonObject surprisal =
        new Json.Members()
            .put("model", modelName)
            .put("text", textName)
            .put("characters", evaluation.characters())
            .put("length", text.length()) // of which the first character may be given
            .number("natsPerCharacter", evaluation.natsPerCharacter())
            .number("bitsPerCharacter", evaluation.bitsPerCharacter())
            .number("perplexity", evaluation.perplexity())
            .put("shownFrom", 0)
            .put("shown", shown.decode())
            .put("nats", nats)
            .json();
    return Page.of(
        "Surprisal of " + textName,
        new Json.Members()
            .put("format", Report.FORMAT)
            .put("program", program)
            .put("surprisal", surprisal)
            .json());
  }
}
