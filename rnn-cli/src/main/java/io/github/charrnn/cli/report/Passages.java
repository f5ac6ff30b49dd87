package io.github.charrnn.cli.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Sampler;
import io.github.charrnn.VanillaRnn;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/** What a model writes at some temperatures, and how much of it stands in the book. */
final class Passages {
  private static final double[] TEMPERATURES = {0.5, 0.8, 1.0};
  private static final int LENGTH = 1_000;
  private static final int SHORTEST = 100;
  private static final double WORK = 1e10; // as many multiplications are some seconds
  private static final int SHORTEST_SUBSTRING = 5;
  private static final int LONGEST_SUBSTRING = 50;

  private final long seed;
  private final List<String> texts; // by temperature
  private final List<Verbatim> verbatim;

  /** Writes them, and compares them with a book. */
  Passages(VanillaRnn model, EncodedText book) {
    int length = (int) Math.min(LENGTH, Math.max(SHORTEST, Budget.characters(model, WORK)));
    seed = model.seed();
    texts =
        Forks.map(
            TEMPERATURES.length,
            i -> Sampler.of(model).seed(seed).temperature(TEMPERATURES[i]).sample(length));
    verbatim = Verbatim.of(texts.stream().map(model.vocab()::encode).toList(), book);
  }

  /**
   * As a report has them.
   *
   * @param words of a passage that are words of the book, if those are known
   */
  JsonArray json(Function<String, Optional<JsonElement>> words) {
    JsonArray passages = new JsonArray();
    for (int i = 0; i < texts.size(); i++) {
      Json.Members members =
          new Json.Members()
              .number("temperature", TEMPERATURES[i])
              .put("seed", Long.toString(seed)) // may be beyond 2^53
              .put("text", texts.get(i));
      words.apply(texts.get(i)).ifPresent(count -> members.put("words", count));
      passages.add(members.put("verbatim", json(verbatim.get(i), texts.get(i))).json());
    }
    return passages;
  }

  private static JsonElement json(Verbatim verbatim, String passage) {
    int[] codePoints = passage.codePoints().toArray();
    JsonArray shares =
        IntStream.rangeClosed(SHORTEST_SUBSTRING, LONGEST_SUBSTRING)
            .mapToObj(
                length ->
                    new Json.Members()
                        .put("length", length)
                        .number("share", verbatim.share(length))
                        .json())
            .collect(Json.array());
    return new Json.Members()
        .put("longest", verbatim.longest())
        .put("longestText", new String(codePoints, verbatim.longestStart(), verbatim.longest()))
        .put("shares", shares)
        .json();
  }
}
