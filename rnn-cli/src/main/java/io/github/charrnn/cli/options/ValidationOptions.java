package io.github.charrnn.cli.options;

import io.github.charrnn.BestBy;
import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import io.github.charrnn.HeldOut;
import io.github.charrnn.Plan;
import io.github.charrnn.Trainer;
import io.github.charrnn.TrainingResult;
import io.github.charrnn.TrainingSummary;
import io.github.charrnn.Validation;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** What is held out, and what is done with it. */
public final class ValidationOptions {
  private static final String HELD_OUT = "--validation";
  private static final String PIECES = "--validation-pieces";
  private static final String EVERY = "--validation-every";
  private static final String BEST_BY = "--best-by";
  private static final String PATIENCE = "--patience";

  private static final String NONE = "none";

  /** Fewer than two characters have nothing to predict. */
  private static final int SHORTEST = 2;

  /**
   * What is done where nothing else is typed.
   *
   * @param characters held out, 0 for none
   * @param pieces at least 1
   * @param bestBy if anything is held out; otherwise VALIDATION is LAST
   */
  public record Defaults(long characters, int pieces, long every, BestBy bestBy) {
    /** Of the published recipe. */
    private static final Defaults COURSE = new Defaults(0, 1, 10_000, BestBy.SMOOTH);

    /** Of a run as planned. */
    public static Defaults of(Plan plan) {
      return plan.name().equals("course")
          ? COURSE
          : new Defaults(
              plan.heldOut(),
              Math.max(1, plan.heldOutPieces()),
              plan.validationEvery(),
              BestBy.VALIDATION);
    }

    private BestBy bestBy(boolean heldOut) {
      return bestBy == BestBy.VALIDATION && !heldOut ? BestBy.LAST : bestBy;
    }
  }

  /** Reads a text that is held out. */
  public interface Reader {
    EncodedText read(String name) throws IOException;
  }

  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = HELD_OUT,
      paramLabel = "<share>",
      description = {
        "Hold out a share of the text, 0.1 or 10%% for a tenth: its end, or pieces. Training reads the"
            + " rest; the loss on this part is measured before the first step, every so often and"
            + " at the end. Or the name of another text that is held out, or none.",
        "  Default: a twentieth, 20,000 characters at most; none with course"
      },
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private String heldOut;

  @Option(
      names = PIECES,
      paramLabel = "<pieces>",
      description = {
        "Hold out so many pieces that are spread over the text; 1 is its end.",
        "  Default: the recipe's; 1 with course"
      },
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Integer pieces;

  @Option(
      names = EVERY,
      paramLabel = "<steps>",
      description = {
        "Steps from one held-out loss to the next.",
        "  Default: about twenty in a run; 10,000 with course"
      },
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Long every;

  @Option(
      names = BEST_BY,
      paramLabel = "<loss>",
      completionCandidates = Losses.class,
      description = {
        "The loss that picks the best model: smooth, or validation for the held-out loss; or last"
            + " for the model after the last step.",
        "  Default: validation, last if nothing is held out; smooth with course"
      },
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private BestBy bestBy;

  @Option(
      names = PATIENCE,
      paramLabel = "<times>",
      description = {
        "End when so many held-out losses in a row were not below the lowest.",
        "  Default: 0, never"
      },
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Integer patience;

  /** What a shell completes: the words of the help, not the library's names. */
  static final class Losses implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(BestBy.values()).map(ValidationOptions::word).iterator();
    }
  }

  /**
   * A text, and what of it is trained on.
   *
   * @param length characters of the whole text
   * @param heldOut pieces of it, or another text
   */
  public record Split(long length, EncodedText text, List<EncodedText> heldOut) {
    /** Makes the list immutable. */
    public Split {
      heldOut = List.copyOf(heldOut);
    }

    private static Split of(EncodedText all, HeldOut split) {
      return new Split(all.length(), split.training(), split.pieces());
    }

    private static Split of(
        EncodedText all, long characters, int pieces, Optional<Documents> documents) {
      if (documents.isPresent()) {
        return of(all, HeldOut.spread(all, characters, pieces, documents.get()));
      }
      return of(
          all,
          pieces == 1 ? HeldOut.tail(all, characters) : HeldOut.spread(all, characters, pieces));
    }

    private long heldOutLength() {
      return heldOut.stream().mapToLong(EncodedText::length).sum();
    }

    /** All that is held out as one text, if anything is. */
    public Optional<EncodedText> joined() {
      return heldOut.isEmpty() ? Optional.empty() : Optional.of(EncodedText.join(heldOut));
    }
  }

  /** The name of the text that is held out, if it is one of its own. */
  public Optional<String> file() {
    return Optional.ofNullable(heldOut).filter(it -> !it.equals(NONE) && !isNumber(it));
  }

  private static boolean isNumber(String word) {
    return Numbers.number(word).isPresent();
  }

  // A new run

  /** Splits a text as the options say. */
  public Split split(
      EncodedText all, Optional<Documents> documents, Defaults defaults, Reader reader)
      throws IOException {
    if (file().isPresent()) {
      return beside(all, file().get(), reader);
    }
    long characters = heldOut == null ? defaults.characters : characters(all.length());
    if (characters == 0) {
      requireAbsent(PIECES, pieces != null);
      requireAbsent(EVERY, every != null);
      requireAbsent(PATIENCE, patience != null && patience > 0);
      requireAbsent(BEST_BY, bestBy == BestBy.VALIDATION);
      return new Split(all.length(), all, List.of());
    }
    int count = pieces(defaults, characters);
    if (characters < (long) SHORTEST * count) {
      throw Options.wrong(
          command,
          String.format(
              Locale.ROOT,
              "%s: %s of %d characters is %d, must be at least %d%s: hold out more",
              HELD_OUT,
              heldOut == null ? "the default" : heldOut,
              all.length(),
              characters,
              (long) SHORTEST * count,
              count == 1 ? "" : " for " + count + " pieces"));
    }
    return Split.of(all, characters, count, documents);
  }

  /** So many as are typed; or as by default, if there are enough characters. */
  private int pieces(Defaults defaults, long characters) {
    return pieces != null
        ? pieces
        : (int) Math.min(defaults.pieces, Math.max(1, characters / SHORTEST));
  }

  /** Refuses what is wrong with the words alone. */
  public void requireConsistent() {
    requireAtLeast(PIECES, pieces == null ? 1 : pieces, 1);
    requireAtLeast(EVERY, every == null ? 1 : every, 1);
    requireAtLeast(PATIENCE, patience == null ? 0 : patience, 0);
  }

  private void requireAtLeast(String option, long value, long least) {
    Options.requireAtLeast(command, option, value, least);
  }

  private void requireAbsent(String option, boolean given) {
    if (given) {
      throw Options.wrong(
          command,
          option
              + (option.equals(BEST_BY) ? " validation" : "")
              + " needs --validation: nothing is held out");
    }
  }

  private long characters(long length) {
    double share = heldOut.equals(NONE) ? 0 : Numbers.real(heldOut).orElseThrow();
    if (!(share >= 0 && share < 1)) {
      throw Options.wrong(
          command,
          HELD_OUT
              + " is "
              + heldOut
              + ", must be above 0 and below 1, none, or the name of a text");
    }
    // What is above 0 and too little is refused with what it comes to.
    return share == 0 ? 0 : Math.max(1, characters(share, length));
  }

  private Split beside(EncodedText all, String file, Reader reader) throws IOException {
    if (pieces != null) {
      throw Options.wrong(
          command, PIECES + " needs a share of the text: " + file + " is held out as a whole");
    }
    if (Files.notExists(Path.of(file))) {
      throw Options.wrong(
          command,
          HELD_OUT
              + " is "
              + file
              + ", must be above 0 and below 1, none, or the name of a text: there is no file "
              + file);
    }
    EncodedText other = reader.read(file);
    if (other.length() < SHORTEST) {
      throw new IOException(
          "the text that is held out, "
              + file
              + ", has fewer than 2 characters of the model's vocabulary: name another");
    }
    return new Split(all.length(), all, List.of(other));
  }

  /** Gives the trainer of a new run what is held out. */
  public void applyTo(Trainer trainer, Split split, Defaults defaults) {
    boolean some = !split.heldOut.isEmpty();
    if (some) {
      trainer.validation(split.heldOut, every == null ? defaults.every : every);
    }
    trainer.bestBy(bestBy == null ? defaults.bestBy(some) : bestBy);
    applyPatience(trainer);
  }

  private void applyPatience(Trainer trainer) {
    if (patience != null) {
      Options.apply(command, PATIENCE, () -> trainer.patience(patience));
    }
  }

  // A run that is resumed

  /**
   * Splits a text as the run did that is resumed; what is typed must not be something else.
   *
   * @param run that the checkpoint is of
   */
  public Split splitAgain(
      EncodedText all,
      Optional<Documents> documents,
      TrainingSummary run,
      Path checkpoint,
      Reader reader)
      throws IOException {
    requireSame(run, all, documents, checkpoint);
    if (isBeside(run, all)) {
      return beside(all, file().orElseThrow(() -> otherTextMissing(run, checkpoint)), reader);
    }
    return splitAgain(all, documents, run);
  }

  /**
   * The same where nothing is typed.
   *
   * @param other the text that was held out, if it was one of its own
   * @throws IOException if it was and is not given, or has another length; or if it was not
   */
  public static Split splitAgain(
      EncodedText all,
      Optional<Documents> documents,
      TrainingSummary run,
      Optional<EncodedText> other)
      throws IOException {
    long length = run.validation().map(Validation::length).orElse(0L);
    if (isBeside(run, all) && other.isEmpty()) {
      throw new IOException(measuredWithAnother("the run", length));
    }
    if (other.isPresent() && !(isBeside(run, all) && other.get().length() == length)) {
      throw new IOException(
          isBeside(run, all)
              ? "the text that is held out has "
                  + other.get().length()
                  + " characters, the run's had "
                  + length
              : "the run was not measured with another text: leave out --validation");
    }
    return isBeside(run, all)
        ? new Split(all.length(), all, List.of(other.orElseThrow()))
        : splitAgain(all, documents, run);
  }

  private static Split splitAgain(
      EncodedText all, Optional<Documents> documents, TrainingSummary run) {
    Optional<Validation> theirs = run.validation();
    // A text that is shorter than what was held out is not the run's, and training will say so.
    return theirs.isEmpty() || all.length() < theirs.get().length()
        ? new Split(all.length(), all, List.of())
        : Split.of(all, theirs.get().length(), theirs.get().pieces(), documents);
  }

  /** Whether a run on this text was measured with another. */
  private static boolean isBeside(TrainingSummary run, EncodedText all) {
    return run.validation().isPresent() && run.textLength() == all.length();
  }

  private RuntimeException otherTextMissing(TrainingSummary run, Path checkpoint) {
    long length = run.validation().orElseThrow().length();
    return Options.wrong(
        command, measuredWithAnother("the run of the checkpoint " + checkpoint, length));
  }

  private static String measuredWithAnother(String run, long length) {
    return String.format(
        Locale.ROOT,
        "%s was measured with another text, of %,d characters: name it by --validation",
        run,
        length);
  }

  private void requireSame(
      TrainingSummary run, EncodedText all, Optional<Documents> documents, Path checkpoint) {
    Optional<Validation> theirs = run.validation();
    boolean beside = isBeside(run, all);
    long held = theirs.map(Validation::length).orElse(0L);
    if (heldOut != null
        && (file().isPresent() != beside
            || (!beside && heldOut(all, documents, run.validation()) != held))) {
      throw Options.wrong(
          command,
          "--validation: the run of the checkpoint "
              + checkpoint
              + " holds out "
              + (held == 0 ? "nothing" : String.format(Locale.ROOT, "%,d characters", held))
              + (beside ? " of another text: name it" : ": leave it out"));
    }
    Integer typed = beside ? pieces : pieces(all, documents, theirs);
    requireSame(PIECES, typed, theirs.map(Validation::pieces).orElse(0), checkpoint);
    requireSame(EVERY, every, theirs.map(Validation::every).orElse(0L), checkpoint);
    if (bestBy != null && bestBy != run.bestBy()) {
      throw Options.notOfTheRun(command, BEST_BY, word(bestBy), checkpoint, word(run.bestBy()));
    }
  }

  /** How many characters are held out as it was typed, in as many pieces as in a run. */
  private long heldOut(
      EncodedText all, Optional<Documents> documents, Optional<Validation> theirs) {
    long characters = characters(all.length());
    return documents.isEmpty() || theirs.isEmpty() || characters < 2L * theirs.get().pieces()
        ? characters
        : Split.of(all, characters, theirs.get().pieces(), documents).heldOutLength();
  }

  /** How many pieces those that are typed come to: of documents there may be fewer. */
  private Integer pieces(
      EncodedText all, Optional<Documents> documents, Optional<Validation> theirs) {
    if (pieces == null || documents.isEmpty() || theirs.isEmpty()) {
      return pieces;
    }
    long characters = heldOut == null ? 0 : characters(all.length());
    return characters < (long) SHORTEST * pieces
        ? Math.min(pieces, theirs.get().pieces())
        : Split.of(all, characters, pieces, documents).heldOut.size();
  }

  private void requireSame(String option, Number typed, long theirs, Path checkpoint) {
    if (typed != null && typed.longValue() != theirs) {
      throw Options.notOfTheRun(
          command, option, typed, checkpoint, theirs == 0 ? "none" : Long.toString(theirs));
    }
  }

  /** Gives the trainer of a run that is resumed what was held out. */
  public void applyAgain(Trainer trainer, Split split) {
    if (!split.heldOut.isEmpty()) {
      trainer.validation(split.heldOut);
    }
    applyPatience(trainer);
  }

  // Typed again

  /**
   * The options that do the same with a text of that length, as they are typed with the recipe
   * course.
   *
   * @param file the text that was held out, if it is one of its own
   */
  public static List<String> typed(
      TrainingResult result, TrainingSummary run, long length, Optional<String> file) {
    Defaults defaults = Defaults.COURSE;
    List<String> words = new ArrayList<>();
    if (run.validation().isPresent()) {
      Validation validation = run.validation().get();
      words.addAll(List.of(HELD_OUT, file.orElseGet(() -> share(validation.length(), length))));
      if (file.isEmpty() && validation.pieces() > 1) {
        words.addAll(List.of(PIECES, Integer.toString(validation.pieces())));
      }
      words.addAll(List.of(EVERY, Long.toString(validation.every())));
    }
    if (run.bestBy() != defaults.bestBy(run.validation().isPresent())) {
      words.addAll(List.of(BEST_BY, word(run.bestBy())));
    }
    if (result.patience() > 0) {
      words.addAll(List.of(PATIENCE, Integer.toString(result.patience())));
    }
    return words;
  }

  private static String word(BestBy bestBy) {
    return bestBy.name().toLowerCase(Locale.ROOT);
  }

  /** The shortest share of a length that comes to that many characters. */
  public static String share(long heldOut, long length) {
    BigDecimal share = BigDecimal.ZERO;
    for (int digits = 1; characters(share.doubleValue(), length) != heldOut; digits++) {
      share =
          BigDecimal.valueOf(heldOut)
              .divide(BigDecimal.valueOf(length), digits, RoundingMode.CEILING);
    }
    return share.stripTrailingZeros().toPlainString();
  }

  private static long characters(double share, long length) {
    return (long) (share * length);
  }
}
