package io.github.charrnn.examples;

import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Scorer;
import io.github.charrnn.Trainer;
import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Anomalies of a log: a model learns all of its lines, and those are odd that surprise it even so.
 *
 * <p>Run it with {@code LogAnomalies [app.log]}.
 */
final class LogAnomalies {
  /** Three lines that are not like the others; the last one only by its address. */
  static final List<String> ODD =
      List.of(
          "INFO [worker-3] GET /api/../../etc/passwd 200 in 15 ms",
          "ERROR [worker-2] java.lang.OutOfMemoryError: Java heap space",
          "INFO [pool-1] connection from 203.113.77.9");

  record Scored(String line, double bitsPerCharacter) {}

  private LogAnomalies() {}

  public static void main(String[] args) throws IOException {
    List<String> log = new ArrayList<>(Texts.log(1, 800));
    log.addAll(500, ODD);
    if (args.length > 0) {
      log = Files.readAllLines(Path.of(args[0]));
    }
    for (Scored odd : mostSurprising(log, 5)) {
      System.out.printf("%.2f bits per character: %s%n", odd.bitsPerCharacter(), odd.line());
    }
  }

  static List<Scored> mostSurprising(List<String> log, int count) {
    List<String> lines = log.stream().filter(line -> !line.isEmpty()).toList();
    EncodedText text = Documents.lines().of(lines);
    VanillaRnn rnn = VanillaRnn.builder(text.vocab()).documents(Documents.lines()).build();
    VanillaRnn model = Trainer.of(rnn).trainEpochs(text, 1).best();
    List<Scored> scored = new ArrayList<>();
    Scorer.of(model)
        .evaluateEach(
            lines.iterator(),
            line -> model.encode(line, UnknownSymbols.fail()),
            (line, evaluation) -> scored.add(new Scored(line, evaluation.bitsPerCharacter())));
    scored.sort(Comparator.comparingDouble(Scored::bitsPerCharacter).reversed());
    return scored.subList(0, Math.min(count, scored.size()));
  }
}
