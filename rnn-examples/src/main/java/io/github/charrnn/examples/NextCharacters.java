package io.github.charrnn.examples;

import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Predictor;
import io.github.charrnn.Sampler;
import io.github.charrnn.Trainer;
import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Next characters for an input field: after each key stroke the five likeliest ones, and how the
 * line may go on.
 *
 * <p>Run it with {@code NextCharacters [typed [lines.txt]]}.
 */
final class NextCharacters {
  private NextCharacters() {}

  public static void main(String[] args) throws IOException {
    String typed = args.length > 0 ? args[0] : "find a ho";
    VanillaRnn model =
        train(args.length > 1 ? Files.readAllLines(Path.of(args[1])) : Texts.searches(1, 2_000));
    Predictor next = Predictor.of(model);
    StringBuilder field = new StringBuilder();
    for (int key : typed.codePoints().toArray()) {
      next.read(Character.toString(key), UnknownSymbols.skip());
      System.out.printf("%s|%s%n", field.appendCodePoint(key), completion(next));
      System.out.println("    " + String.join(", ", top(next)));
    }
  }

  private static VanillaRnn train(List<String> lines) {
    EncodedText text = Documents.lines().of(lines);
    VanillaRnn rnn = VanillaRnn.builder(text.vocab()).documents(Documents.lines()).build();
    return Trainer.of(rnn).trainEpochs(text, 2).best();
  }

  private static List<String> top(Predictor next) {
    return next.top(5).stream()
        .map(it -> "'%s' %.1f %%".formatted(it.symbol(), 100 * it.probability()))
        .map(it -> it.replace("'\n'", "end"))
        .toList();
  }

  /** The likeliest character again and again, to the end of the line. */
  private static String completion(Predictor next) {
    return Sampler.of(next.model())
        .after(next)
        .temperature(0)
        .stopAfter("\n")
        .sample(60)
        .stripTrailing();
  }
}
