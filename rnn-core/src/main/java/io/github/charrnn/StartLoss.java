package io.github.charrnn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** How well a model predicts pieces of a text, each read from its start. */
final class StartLoss {
  private static final int PIECES = 40; // as many as are read side by side
  private static final int LONGEST = 250; // characters to predict in a piece
  private static final int SHORTEST = 50;

  /** Multiply-adds: some tenths of a second, of models that are large. */
  private static final double WORK = 3e9;

  private StartLoss() {}

  /** The mean over all characters that are predicted, in nats; may be infinite. */
  static double of(VanillaRnn model, EncodedText text) {
    double[] sum = new double[1];
    long[] predicted = new long[1];
    Scorer.of(model)
        .evaluateEach(
            pieces(text, length(model), model.documents()).iterator(),
            Function.identity(),
            (piece, evaluation) -> {
              sum[0] += evaluation.natsPerCharacter() * evaluation.characters();
              predicted[0] += evaluation.characters();
            });
    double mean = sum[0] / predicted[0];
    return Double.isNaN(mean) ? Double.POSITIVE_INFINITY : mean; // huge parameters
  }

  private static int length(VanillaRnn model) {
    double m = model.hiddenSize();
    double characters = WORK / (m * (m + model.vocab().size()));
    return (int) Math.max(SHORTEST, Math.min(LONGEST, characters / PIECES));
  }

  /**
   * Pieces of so many characters to predict, from the text's beginning to its end; of documents
   * each begins where one does.
   */
  private static List<EncodedText> pieces(
      EncodedText text, int length, Optional<Documents> documents) {
    Optional<Boundaries> boundaries = documents.map(it -> new Boundaries(text, it));
    long room = text.length() - 1;
    int count = (int) Math.max(1, Math.min(PIECES, room / length));
    long each = Math.min(length, room);
    List<EncodedText> pieces = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long from = count == 1 ? 0 : (room - each) * i / (count - 1);
      long begin = boundaries.isPresent() ? boundaries.get().atOrBefore(from) : from;
      pieces.add(text.part(begin, begin + each + 1));
    }
    return pieces;
  }
}
