package io.github.charrnn.cli.tune;

import io.github.charrnn.EncodedText;
import io.github.charrnn.Plan;
import io.github.charrnn.Trainer;
import io.github.charrnn.Training;
import io.github.charrnn.VanillaRnn;
import java.util.List;
import java.util.OptionalInt;

/** How fast this machine trains, and what that leaves room for. */
public final class Speed {
  /** For Java to compile what is used most. */
  private static final double WARM_SECONDS = 1;

  private static final double SECONDS = 1;

  /** The most of a short time that either takes. */
  private static final double SHARE = 0.05;

  private static final int FEWEST_STEPS = 3;

  /** Plans from the least to the dearest. */
  private static final List<String> PLANS = List.of("quick", "good", "best");

  /** A run may be so much longer than its plan; a longer one would only read the text once more. */
  private static final double LONGER = 2;

  private Speed() {}

  /**
   * Steps a second of a run, measured on a part of it that is thrown away.
   *
   * @param limit seconds that there are for all
   */
  public static double measure(
      Trainer trainer, EncodedText text, double limit, OptionalInt threads) {
    threads.ifPresent(trainer::threads);
    Training training = trainer.start(text);
    run(training, Math.min(WARM_SECONDS, SHARE * limit));
    return run(training, Math.min(SECONDS, SHARE * limit));
  }

  private static double run(Training training, double seconds) {
    long began = System.nanoTime();
    long steps = 0;
    double taken = 0;
    while (taken < seconds || steps < FEWEST_STEPS) {
      training.advance();
      steps++;
      taken = 1e-9 * (System.nanoTime() - began);
    }
    return steps / taken;
  }

  /**
   * The dearest plan that a time is long enough for, which half of it is.
   *
   * @param perSecond what a second is enough for, in units of {@link #cost}
   */
  public static Plan fitting(EncodedText text, double seconds, double perSecond) {
    int symbols = text.vocab().size();
    Plan fitting = Plan.named(PLANS.get(0), text.length(), symbols);
    for (String name : PLANS) {
      Plan plan = Plan.named(name, text.length(), symbols);
      if (characters(plan) * cost(plan.hiddenSize(), symbols) / perSecond <= 2 * seconds) {
        fitting = plan;
      }
    }
    return fitting;
  }

  /** The same, measured. */
  public static Plan fitting(EncodedText text, double seconds, OptionalInt threads) {
    Plan quick = Plan.named(PLANS.get(0), text.length(), text.vocab().size());
    VanillaRnn model =
        VanillaRnn.builder(text.vocab())
            .hiddenSize(quick.hiddenSize())
            .initializer(quick.initializer())
            .build();
    double speed = measure(Trainer.of(model).recipe(quick.recipe()), text, seconds, threads);
    double ofStep = cost(quick.hiddenSize(), text.vocab().size()) * charactersOfStep(quick);
    return fitting(text, seconds, speed * ofStep);
  }

  private static double characters(Plan plan) {
    return plan.steps() * charactersOfStep(plan);
  }

  private static double charactersOfStep(Plan plan) {
    return (double) plan.recipe().batchSize() * plan.recipe().sequenceLength();
  }

  /** What a character costs, up to a factor. */
  static double cost(int hiddenSize, int symbols) {
    return (double) hiddenSize * (hiddenSize + symbols);
  }

  /** As many steps of a plan as fit into a time, a round number. */
  public static long steps(Plan plan, double seconds, double stepsPerSecond) {
    return rounded(Math.min(LONGER * plan.steps(), seconds * stepsPerSecond));
  }

  /** The number with its first two digits, at least 1. */
  public static long rounded(double steps) {
    long unit = 1;
    while (steps / unit >= 100) {
      unit *= 10;
    }
    long digits = (long) (steps / unit);
    return Math.max(1, digits * unit);
  }
}
