package io.github.charrnn.cli.tune;

import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Evaluation;
import io.github.charrnn.HeldOut;
import io.github.charrnn.Plan;
import io.github.charrnn.Recipe;
import io.github.charrnn.Scorer;
import io.github.charrnn.Trainer;
import io.github.charrnn.TrainingDivergedException;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Successive halving (Jamieson and Talwalkar, AISTATS 2016), here by three: all candidates train
 * for a little, the best third from the beginning for three times as long, and so on. Text that is
 * spread over the part searched on chooses; a tenth of the text is never seen by the search, and
 * judges the winner, once. What is tried, and what comes of it, follows from the text and the steps
 * alone, to the bit.
 */
public final class Search {
  /** The shortest text that can be cut in three. */
  public static final long SHORTEST = 3_000;

  /** Of documents, which a list may have in the order of the alphabet. */
  private static final int PIECES_THAT_JUDGE = 20;

  private static final int LESS = 3;
  private static final double[] SIZES = {0.5, 1, 1.5};
  private static final double[] RATES = {0.5, 1, 2};

  /**
   * What candidates have in common.
   *
   * @param text all of it
   * @param documents what it is made of, unless it is one
   * @param plan for the part that is searched on
   * @param settings the recipe of a plan, with what was typed
   */
  public record Base(
      EncodedText text,
      Optional<Documents> documents,
      Plan plan,
      int hiddenSize,
      Function<Plan, Recipe> settings) {
    Recipe recipe(Plan plan) {
      return settings.apply(plan);
    }
  }

  /**
   * A run that has ended.
   *
   * @param round counted from 1
   * @param bits per character of the text that chooses; infinite if training diverged
   */
  public record Tried(
      int round, int hiddenSize, long seed, Recipe recipe, long steps, double bits) {}

  /**
   * What came of it.
   *
   * @param start the model that the winner began with
   * @param judged bits per character of the winner on what the search never saw
   */
  public record Outcome(Tried winner, VanillaRnn start, double judged) {}

  /** With its model, if it is needed. */
  private record Run(Tried tried, Optional<VanillaRnn> model) {
    double bits() {
      return tried.bits();
    }
  }

  private final Base base;
  private final int seeds;
  private final OptionalInt threads;
  private final List<EncodedText> judges;
  private final HeldOut split;

  /**
   * Cuts the text.
   *
   * @param seeds how many each setting is tried with; at least 1
   */
  public Search(Base base, int seeds, OptionalInt threads) {
    this.base = base;
    this.seeds = seeds;
    this.threads = threads;
    EncodedText text = base.text();
    HeldOut judged = judged(text, base.documents());
    judges = judged.pieces();
    EncodedText searched = judged.training();
    Plan quick = Plan.named("quick", searched.length(), text.vocab().size());
    long characters = quick.heldOut();
    int pieces = quick.heldOutPieces();
    split =
        base.documents().isPresent()
            ? HeldOut.spread(searched, characters, pieces, base.documents().get())
            : HeldOut.spread(searched, characters, pieces);
  }

  /** What is searched on, and what judges: the last tenth, or documents from all over the text. */
  public static HeldOut judged(EncodedText text, Optional<Documents> documents) {
    long tenth = text.length() / 10;
    return documents.isPresent()
        ? HeldOut.spread(text, tenth, PIECES_THAT_JUDGE, documents.get())
        : HeldOut.tail(text, tenth);
  }

  /** The plan in the middle of what is tried. */
  public Plan plan() {
    return base.plan();
  }

  /** What a step costs of the run in the middle of what is tried, up to a factor. */
  public double costOfStep() {
    Recipe recipe = base.recipe(base.plan());
    return (double) recipe.batchSize()
        * recipe.sequenceLength()
        * Speed.cost(base.hiddenSize(), base.text().vocab().size());
  }

  /** Steps a second of the run in the middle of what is tried. */
  public double measure(double limit) {
    Candidate middle = new Candidate(base.hiddenSize(), 1, 1);
    Trainer trainer = Trainer.of(middle.model(base)).recipe(middle.recipe(base, base.plan()));
    return Speed.measure(trainer, split.training(), limit, threads);
  }

  /** How many characters choose. */
  public long heldOut() {
    return split.pieces().stream().mapToLong(EncodedText::length).sum();
  }

  /** Of the text, with what judges. */
  public long length() {
    return base.text().length();
  }

  /** In how many pieces that is. */
  public int pieces() {
    return split.pieces().size();
  }

  /** All combinations. */
  private List<Candidate> candidates() {
    List<Candidate> all = new ArrayList<>();
    for (int seed = 1; seed <= seeds; seed++) {
      for (double size : SIZES) {
        for (double rate : RATES) {
          int hiddenSize = (int) Math.max(1, Math.round(size * base.hiddenSize()));
          all.add(new Candidate(hiddenSize, rate, seed));
        }
      }
    }
    return all;
  }

  /** How many runs the first round has. */
  public int first() {
    return seeds * SIZES.length * RATES.length;
  }

  /** How many steps all runs take together for each step of one in the first round. */
  public double cost() {
    double cost = 0;
    double steps = 1;
    for (int n = first(); n > 0; n = n <= LESS ? 0 : n / LESS) {
      cost += n * steps;
      steps *= LESS;
    }
    return cost;
  }

  /** Steps of the last round's runs for each of the first's. */
  public long last() {
    long steps = 1;
    for (int n = first(); n > LESS; n /= LESS) {
      steps *= LESS;
    }
    return steps;
  }

  /** Refuses what is wrong with the settings of any run. */
  public void requirePossible() {
    List<Candidate> candidates = candidates();
    candidates.forEach(candidate -> candidate.recipe(base, base.plan()));
    Candidate largest = candidates.get(candidates.size() - 1);
    Trainer.of(largest.model(base))
        .recipe(largest.recipe(base, base.plan()))
        .threads(1)
        .start(split.training());
  }

  /**
   * Searches.
   *
   * @param steps of a run of the first round with the plan's hidden size; others take as many as
   *     cost the same
   * @throws IOException if every run of a round diverged
   */
  public Outcome run(long steps, Consumer<Tried> listener) throws IOException {
    List<Candidate> candidates = candidates();
    long each = steps;
    for (int round = 1; ; round++) {
      boolean isLast = candidates.size() <= LESS;
      List<Run> tried = new ArrayList<>();
      for (Candidate candidate : candidates) {
        tried.add(run(candidate, round, each, isLast));
        listener.accept(tried.get(tried.size() - 1).tried());
      }
      List<Integer> order = new ArrayList<>();
      for (int i = 0; i < tried.size(); i++) {
        order.add(i);
      }
      order.sort(Comparator.comparingDouble(i -> tried.get(i).bits()));
      Run winner = tried.get(order.get(0));
      if (!Double.isFinite(winner.bits())) {
        throw new IOException("every run of round " + round + " diverged: choose a lower --lr");
      }
      if (isLast) {
        double judged = bits(winner.model().orElseThrow(), judges);
        return new Outcome(winner.tried(), candidates.get(order.get(0)).model(base), judged);
      }
      List<Candidate> before = candidates;
      candidates =
          order.subList(0, candidates.size() / LESS).stream().sorted().map(before::get).toList();
      each *= LESS;
    }
  }

  private Run run(Candidate candidate, int round, long each, boolean isLast) {
    int symbols = base.text().vocab().size();
    double dearer =
        Speed.cost(candidate.hiddenSize(), symbols) / Speed.cost(base.hiddenSize(), symbols);
    long steps = Math.max(1, Math.round(each / dearer));
    Recipe recipe = candidate.recipe(base, base.plan().withSteps(steps));
    Trainer trainer = Trainer.of(candidate.model(base)).recipe(recipe);
    threads.ifPresent(trainer::threads);
    Optional<VanillaRnn> model = Optional.empty();
    double bits = Double.POSITIVE_INFINITY;
    try {
      VanillaRnn trained = trainer.train(split.training(), steps).last();
      bits = bits(trained, split.pieces());
      model = isLast ? Optional.of(trained) : Optional.empty();
    } catch (TrainingDivergedException e) {
      // as bad as can be
    }
    Tried tried = new Tried(round, candidate.hiddenSize(), candidate.seed(), recipe, steps, bits);
    return new Run(tried, model);
  }

  private double bits(VanillaRnn model, List<EncodedText> texts) {
    Scorer scorer = Scorer.of(model);
    threads.ifPresent(scorer::threads);
    double nats = 0;
    long characters = 0;
    for (EncodedText text : texts) {
      Evaluation evaluation = scorer.evaluate(text);
      nats += evaluation.natsPerCharacter() * evaluation.characters();
      characters += evaluation.characters();
    }
    return nats / characters / Math.log(2);
  }
}
