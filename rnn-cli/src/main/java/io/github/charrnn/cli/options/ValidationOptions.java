package io.github.charrnn.cli.options;

import io.github.charrnn.EncodedText;
import io.github.charrnn.Trainer;
import io.github.charrnn.Validation;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** What part of the text is held out, and what is done with it. */
public final class ValidationOptions {
  private static final long EVERY = 10_000;

  /** What says which model is the best. */
  enum BestBy {
    SMOOTH,
    VALIDATION
  }

  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--validation",
      paramLabel = "<share>",
      description =
          "Hold out the end of the text, 0.1 for its last tenth. Training reads the rest; the loss"
              + " on this part is measured before the first step, and again every so often.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Double share;

  @Option(
      names = "--validation-every",
      paramLabel = "<steps>",
      description = {"Steps from one held-out loss to the next.", "  Default: 10,000"},
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Long every;

  @Option(
      names = "--best-by",
      paramLabel = "<loss>",
      description = {
        "The loss that picks the best model: smooth, or validation for the held-out loss.",
        "  Default: smooth"
      },
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private BestBy bestBy;

  /** A text in two parts, the second of which may be empty. */
  public record Split(
      EncodedText text, Optional<EncodedText> heldOut, Optional<Validation> validation) {

    /** Characters in both. */
    public long length() {
      return text.length() + heldOut.map(EncodedText::length).orElse(0L);
    }

    /** Gives a trainer what is held out. */
    public void applyTo(Trainer trainer) {
      validation.ifPresent(
          it -> {
            trainer.validation(heldOut.orElseThrow(), it.every());
            if (it.selects()) {
              trainer.bestByValidation();
            }
          });
    }
  }

  /** Splits a text as the options say. */
  public Split split(EncodedText text) {
    if (share == null) {
      requireAbsent("--validation-every", every);
      requireAbsent("--best-by", bestBy);
      return split(text, Optional.empty());
    }
    return split(text, Optional.of(validation(text.length())));
  }

  /** Splits a text as the run did that is resumed; what is given must not be something else. */
  public Split split(EncodedText text, Optional<Validation> theirs, Path run) {
    if (share != null && !Optional.of(validation(text.length())).equals(theirs)) {
      throw Options.wrong(
          command,
          "--validation: the run of the checkpoint "
              + run
              + " holds out "
              + theirs.map(ValidationOptions::words).orElse("nothing")
              + ": leave it out");
    }
    if (share == null && (every != null || bestBy != null)) {
      throw Options.wrong(
          command,
          "the run of the checkpoint has its own --validation-every and --best-by: leave them out");
    }
    return split(text, theirs);
  }

  private static String words(Validation validation) {
    return String.format(
        Locale.ROOT,
        "%,d characters, measures on them every %,d steps%s",
        validation.length(),
        validation.every(),
        validation.selects() ? " and selects by that" : "");
  }

  public static Split split(EncodedText text, Optional<Validation> validation) {
    if (validation.isEmpty()) {
      return new Split(text, Optional.empty(), validation);
    }
    // A text that is shorter than what was held out is not the run's, and training will say so.
    long cut = Math.max(0, text.length() - validation.get().length());
    return new Split(text.part(0, cut), Optional.of(text.part(cut, text.length())), validation);
  }

  private Validation validation(long length) {
    if (!(share > 0 && share < 1)) {
      throw Options.wrong(command, "--validation is " + share + ", must be above 0 and below 1");
    }
    long heldOut = characters(share, length);
    if (heldOut < 2) {
      throw Options.wrong(
          command,
          "--validation: "
              + share
              + " of "
              + length
              + " characters is "
              + heldOut
              + ", must be at least 2: hold out more");
    }
    if (every != null) {
      Options.requireAtLeast(command, "--validation-every", every, 1);
    }
    return new Validation(heldOut, every == null ? EVERY : every, bestBy == BestBy.VALIDATION);
  }

  private void requireAbsent(String option, Object value) {
    if (value != null) {
      throw Options.wrong(command, option + " needs --validation: nothing is held out");
    }
  }

  /** The options that hold out the same part of a text of that length, as they are typed. */
  public static List<String> typed(Validation validation, long length) {
    List<String> words = new ArrayList<>();
    words.add("--validation");
    words.add(share(validation.length(), length));
    words.add("--validation-every");
    words.add(Long.toString(validation.every()));
    if (validation.selects()) {
      words.addAll(List.of("--best-by", "validation"));
    }
    return words;
  }

  /** The shortest share of a length that comes to that many characters. */
  private static String share(long heldOut, long length) {
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
