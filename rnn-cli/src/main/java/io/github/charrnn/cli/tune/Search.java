package io.github.charrnn.cli.tune;

import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import io.github.charrnn.HeldOut;
import io.github.charrnn.Plan;
import io.github.charrnn.Recipe;
import io.github.charrnn.Trainer;
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
   * @param plans for the part that is searched on; at least one
   * @param hiddenSize in the middle of those that are tried, if it is not the plan's
   * @param settings the recipe of a plan, with what was typed
   */
  public record Base(
      EncodedText text,
      Optional<Documents> documents,
      List<Plan> plans,
      OptionalInt hiddenSize,
      Function<Plan, Recipe> settings) {
    Recipe recipe(Plan plan) {
      return settings.apply(plan);
    }

    int hiddenSize(Plan plan) {
      return hiddenSize.orElse(plan.hiddenSize());
    }
  }

  /**
   * A run that has ended.
   *
   * @param round counted from 1
   * @param plan the name of the one that it is of
   */
  public record Tried(int round, String plan, Job job, Job.Result result) {
    /** Per character of the text that chooses; infinite if training diverged. */
    public double bits() {
      return result.bits();
    }
  }

  /**
   * What came of it.
   *
   * @param judged bits per character of the winner on what the search never saw
   */
  public record Outcome(Tried winner, double judged) {}

  private final Base base;
  private final int seeds;
  private final Runs runs;
  private final OptionalInt threads;
  private final List<EncodedText> judges;
  private final Material material;

  /**
   * Cuts the text.
   *
   * @param seeds how many each setting is tried with; at least 1
   * @param threads that were asked for; empty for as many as suit
   */
  public Search(Base base, int seeds, Runs runs, OptionalInt threads) {
    this.base = base;
    this.seeds = seeds;
    this.runs = runs;
    this.threads = threads;
    EncodedText text = base.text();
    HeldOut judged = judged(text, base.documents());
    judges = judged.pieces();
    EncodedText searched = judged.training();
    Plan quick = Plan.named("quick", searched.length(), text.vocab().size());
    long characters = quick.heldOut();
    int pieces = quick.heldOutPieces();
    HeldOut split =
        base.documents().isPresent()
            ? HeldOut.spread(searched, characters, pieces, base.documents().get())
            : HeldOut.spread(searched, characters, pieces);
    material = new Material(split.training(), split.pieces(), base.documents());
  }

  /** What is searched on, and what judges: the last tenth, or documents from all over the text. */
  public static HeldOut judged(EncodedText text, Optional<Documents> documents) {
    long tenth = text.length() / 10;
    return documents.isPresent()
        ? HeldOut.spread(text, tenth, PIECES_THAT_JUDGE, documents.get())
        : HeldOut.tail(text, tenth);
  }

  /** The plans that are tried. */
  public List<Plan> plans() {
    return base.plans();
  }

  /** The run that a search's steps are those of: of the first plan, in the middle of its own. */
  private Candidate middle() {
    Plan plan = base.plans().get(0);
    return new Candidate(plan, base.hiddenSize(plan), 1, 1);
  }

  /** What a step of that costs, up to a factor. */
  public double costOfStep() {
    return costOfStep(middle());
  }

  private double costOfStep(Candidate candidate) {
    Recipe recipe = base.recipe(candidate.plan());
    return (double) recipe.batchSize()
        * recipe.sequenceLength()
        * Speed.cost(candidate.hiddenSize(), base.text().vocab().size());
  }

  /** Steps a second of it, as this machine has them. */
  public double measure(double limit) {
    Trainer trainer = trainer(middle());
    return Speed.measure(trainer, material.training(), limit, threadsOfRun());
  }

  private Trainer trainer(Candidate candidate) {
    Job job = candidate.job(base, candidate.plan().steps(), false);
    return Trainer.of(job.model(base.text().vocab(), base.documents())).recipe(job.recipe());
  }

  private OptionalInt threadsOfRun() {
    return threads.isPresent() ? threads : runs.threads();
  }

  /** How many characters choose. */
  public long heldOut() {
    return material.chosenBy().stream().mapToLong(EncodedText::length).sum();
  }

  /** Of the text, with what judges. */
  public long length() {
    return base.text().length();
  }

  /** In how many pieces that is. */
  public int pieces() {
    return material.chosenBy().size();
  }

  /** All combinations. */
  private List<Candidate> candidates() {
    List<Candidate> all = new ArrayList<>();
    for (int seed = 1; seed <= seeds; seed++) {
      for (Plan plan : base.plans()) {
        for (double size : SIZES) {
          for (double rate : RATES) {
            all.add(new Candidate(plan, hiddenSize(plan, size), rate, seed));
          }
        }
      }
    }
    return all;
  }

  private int hiddenSize(Plan plan, double factor) {
    return (int) Math.max(1, Math.round(factor * base.hiddenSize(plan)));
  }

  /** How many runs the first round has. */
  public int first() {
    return seeds * base.plans().size() * SIZES.length * RATES.length;
  }

  /**
   * How long it all takes, in steps one after the other for each step of the first round's runs.
   */
  public double cost() {
    int atATime = runs.atATime();
    double cost = 0;
    double steps = 1;
    for (int n = first(); n > 0; n = n <= LESS ? 0 : n / LESS) {
      cost += Math.ceil((double) n / atATime) * steps;
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
    candidates().forEach(candidate -> candidate.job(base, candidate.plan().steps(), false));
    for (Plan plan : base.plans()) {
      Candidate largest = new Candidate(plan, hiddenSize(plan, SIZES[SIZES.length - 1]), 1, 1);
      trainer(largest).threads(1).start(material.training());
    }
  }

  /**
   * Searches.
   *
   * @param steps of a run of the first round with the first plan and its hidden size; others take
   *     as many as cost the same
   * @throws IOException if every run of a round diverged, or if one cannot be brought to an end
   */
  public Outcome run(long steps, Consumer<Tried> listener) throws IOException {
    List<Candidate> candidates = candidates();
    long each = steps;
    for (int round = 1; ; round++) {
      int number = round;
      boolean isLast = candidates.size() <= LESS;
      List<Job> jobs = new ArrayList<>();
      for (Candidate candidate : candidates) {
        double dearer = costOfStep(candidate) / costOfStep();
        jobs.add(candidate.job(base, Math.max(1, Math.round(each / dearer)), isLast));
      }
      List<Candidate> of = candidates;
      List<Tried> tried = new ArrayList<>();
      runs.run(
          material,
          threadsOfRun(),
          jobs,
          (job, result) -> {
            String plan = of.get(tried.size()).plan().name();
            tried.add(new Tried(number, plan, job, result));
            listener.accept(tried.get(tried.size() - 1));
          });
      List<Integer> order = new ArrayList<>();
      for (int i = 0; i < tried.size(); i++) {
        order.add(i);
      }
      order.sort(Comparator.comparingDouble(i -> tried.get(i).bits()));
      Tried winner = tried.get(order.get(0));
      if (!Double.isFinite(winner.bits())) {
        throw new IOException("every run of round " + round + " diverged: choose a lower --lr");
      }
      if (isLast) {
        double judged = Job.bits(winner.result().model().orElseThrow(), judges, threads);
        return new Outcome(winner, judged);
      }
      candidates =
          order.subList(0, candidates.size() / LESS).stream().sorted().map(of::get).toList();
      each *= LESS;
    }
  }
}
