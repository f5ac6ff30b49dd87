package io.github.charrnn.cli.options;

import io.github.charrnn.CharVocab;
import io.github.charrnn.Clip;
import io.github.charrnn.LearningRate;
import io.github.charrnn.LearningRate.Decay;
import io.github.charrnn.Optimizer;
import io.github.charrnn.Plan;
import io.github.charrnn.Recipe;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.report.Setting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/**
 * The recipe of a run: one by its name, and settings that replace its own. A setting is an option
 * here and a row of {@link #ROWS}: that is all that the command line needs to take it, to compare
 * it with the run that is resumed, to type it again, and to show it in reports.
 */
public final class RecipeOptions {
  /** The recipe of a run that is told nothing. */
  public static final String DEFAULT = "quick";

  private static final String RECIPE = "--recipe";

  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = RECIPE,
      paramLabel = "<name>",
      description =
          "What the run is made of: quick, good, best or course, see below. Every option from here"
              + " to --epochs replaces one of its settings.")
  private String name = DEFAULT;

  @Option(
      names = "--seq",
      description = "Sequence length: characters in a window, how far back gradients go.")
  private Integer seq;

  @Option(
      names = "--batch",
      description =
          "Batch size: the text is cut into so many equal streams, which are trained on side by"
              + " side.")
  private Integer batch;

  @Option(
      names = "--reset-every",
      paramLabel = "<windows>",
      description =
          "One window in so many, on average, begins with the zero state, so that the model learns"
              + " to start there; 0 for none.")
  private Integer resetEvery;

  @Option(
      names = "--shards",
      description =
          "The text is cut into so many shards, each with its part of the streams, that are trained"
              + " on side by side from one mean of their parameters to the next.")
  private Integer shards;

  @Option(
      names = "--local-steps",
      paramLabel = "<steps>",
      description = "Steps of every shard from one mean to the next; with --shards.")
  private Integer localSteps;

  @Option(
      names = "--schedule",
      paramLabel = "<course>",
      description =
          "The course of the learning rate to --final-lr: constant, linear, exponential or cosine.")
  private String schedule;

  @Option(names = "--lr", description = "Learning rate; the highest, if it changes.")
  private Double lr;

  @Option(
      names = "--final-lr",
      description =
          "The rate that the schedule ends at. For another schedule than the recipe's: 0 unless"
              + " given, for exponential a tenth of --lr.")
  private Double finalLr;

  @Option(
      names = "--schedule-steps",
      paramLabel = "<steps>",
      description = "Steps to --final-lr. Without it: those of the run.")
  private Long scheduleSteps;

  @Option(
      names = "--warm-up",
      paramLabel = "<steps>",
      description = "In so many steps at the beginning the rate rises to its course.")
  private Long warmUp;

  @Option(
      names = "--clip",
      description = "Every element of the gradient is clipped to at most this, either way.")
  private Double clip;

  @Option(
      names = "--clip-norm",
      description =
          "Instead of --clip: the norm of the gradient of the mean loss per character is at most"
              + " this.")
  private Double clipNorm;

  @Option(names = "--optimizer", description = "adagrad, sgd, rmsprop, adam or shampoo.")
  private String optimizer;

  @Option(
      names = "--initial-accumulator",
      description = "What AdaGrad's memory starts at; for adagrad.")
  private Double initialAccumulator;

  @Option(names = "--momentum", description = "For sgd.")
  private Double momentum;

  @Option(names = "--decay", description = "How much of its memory a step keeps; for rmsprop.")
  private Double decay;

  @Option(names = "--beta1", description = "For adam and shampoo.")
  private Double beta1;

  @Option(names = "--beta2", description = "For adam and shampoo.")
  private Double beta2;

  @Option(
      names = "--weight-decay",
      description =
          "Every step shrinks every parameter by so much, times the learning rate; for adam and"
              + " shampoo, 0 for none.")
  private Double weightDecay;

  @Option(
      names = "--input-rate",
      description = "How many times the learning rate that of U is; for shampoo.")
  private Double inputRate;

  @Option(
      names = "--output-rate",
      description = "How many times the learning rate that of V is; for shampoo.")
  private Double outputRate;

  /** Makes a recipe with what was typed; steps are those of the run. */
  private interface Typed {
    Recipe apply(RecipeOptions typed, Recipe recipe, long steps);
  }

  /**
   * A setting.
   *
   * @param key in reports and other JSON
   * @param name in words
   * @param value of a recipe: an Integer, a Long, a Double or a String; empty if a recipe of its
   *     kind has no such setting, or if it is what recipes are without it
   */
  private record Row(
      String option,
      String key,
      String name,
      Typed typed,
      Function<Recipe, Optional<Object>> value) {}

  /** In the order in which they are applied, too: each makes a recipe that is valid. */
  private static final List<Row> ROWS =
      List.of(
          new Row(
              "--seq",
              "sequenceLength",
              "sequence length",
              (typed, recipe, steps) -> recipe.withSequenceLength(typed.seq),
              recipe -> Optional.of(recipe.sequenceLength())),
          new Row(
              "--batch",
              "batchSize",
              "batch size",
              (typed, recipe, steps) -> recipe.withBatchSize(typed.batch),
              recipe -> Optional.of(recipe.batchSize())),
          new Row(
              "--reset-every",
              "resetEvery",
              "reset every",
              (typed, recipe, steps) -> recipe.withResetEvery(typed.resetEvery),
              recipe -> Optional.of(recipe.resetEvery()).filter(every -> every > 0).map(x -> x)),
          new Row(
              "--shards",
              "shards",
              "shards",
              (typed, recipe, steps) -> recipe.withShards(typed.shards),
              recipe -> Optional.of(recipe.shards()).filter(some -> some > 1).map(x -> x)),
          new Row(
              "--local-steps",
              "localSteps",
              "local steps",
              (typed, recipe, steps) -> typed.localSteps(recipe),
              recipe -> Optional.of(recipe.localSteps()).filter(some -> some > 1).map(x -> x)),
          ofRate(
              "--schedule",
              "schedule",
              "schedule",
              (typed, rate, steps) -> typed.scheduled(rate, steps),
              rate -> decays(rate, rate.decay().toString())),
          ofRate(
              "--lr",
              "learningRate",
              "learning rate",
              (typed, rate, steps) -> rate.withRate(typed.lr),
              rate -> Optional.of(rate.rate())),
          ofRate(
              "--final-lr",
              "finalLearningRate",
              "final rate",
              (typed, rate, steps) ->
                  typed.decaying("--final-lr", rate, typed.finalLr, rate.steps()),
              rate -> decays(rate, rate.end())),
          ofRate(
              "--schedule-steps",
              "scheduleSteps",
              "schedule steps",
              (typed, rate, steps) ->
                  typed.decaying("--schedule-steps", rate, rate.end(), typed.scheduleSteps),
              rate -> decays(rate, rate.steps())),
          ofRate(
              "--warm-up",
              "warmUp",
              "warm-up steps",
              (typed, rate, steps) -> rate.withWarmUp(typed.warmUp),
              rate -> Optional.of(rate.warmUp()).filter(some -> some > 0).map(x -> x)),
          new Row(
              "--clip",
              "clip",
              "clip",
              (typed, recipe, steps) -> recipe.withClip(Clip.value(typed.clip)),
              recipe ->
                  recipe.clip() instanceof Clip.Value it
                      ? Optional.of(it.bound())
                      : Optional.empty()),
          new Row(
              "--clip-norm",
              "clipNorm",
              "clip norm",
              (typed, recipe, steps) -> recipe.withClip(Clip.norm(typed.clipNorm)),
              recipe ->
                  recipe.clip() instanceof Clip.Norm it
                      ? Optional.of(it.bound())
                      : Optional.empty()),
          new Row(
              "--optimizer",
              "optimizer",
              "optimizer",
              (typed, recipe, steps) -> recipe.withOptimizer(typed.optimizer(recipe.optimizer())),
              recipe -> Optional.of(recipe.optimizer().name())),
          ofOptimizer(
              "--initial-accumulator",
              "initialAccumulator",
              "initial memory",
              Optimizer.AdaGrad.class,
              (typed, it) -> Optimizer.adaGrad(typed.initialAccumulator),
              it -> Optional.of(it.initialAccumulator()).filter(x -> x > 0)),
          ofOptimizer(
              "--momentum",
              "momentum",
              "momentum",
              Optimizer.Sgd.class,
              (typed, it) -> Optimizer.sgd(typed.momentum),
              it -> Optional.of(it.momentum()).filter(x -> x > 0)),
          ofOptimizer(
              "--decay",
              "decay",
              "decay",
              Optimizer.RmsProp.class,
              (typed, it) -> Optimizer.rmsProp(typed.decay),
              it -> Optional.of(it.decay())),
          ofOptimizer(
              "--beta1",
              "beta1",
              "beta1",
              Optimizer.OfMoments.class,
              (typed, it) -> it.withMoments(typed.beta1, it.beta2(), it.weightDecay()),
              it -> Optional.of(it.beta1())),
          ofOptimizer(
              "--beta2",
              "beta2",
              "beta2",
              Optimizer.OfMoments.class,
              (typed, it) -> it.withMoments(it.beta1(), typed.beta2, it.weightDecay()),
              it -> Optional.of(it.beta2())),
          ofOptimizer(
              "--weight-decay",
              "weightDecay",
              "weight decay",
              Optimizer.OfMoments.class,
              (typed, it) -> it.withMoments(it.beta1(), it.beta2(), typed.weightDecay),
              it -> Optional.of(it.weightDecay()).filter(x -> x > 0)),
          ofOptimizer(
              "--input-rate",
              "inputRate",
              "rate of U, times",
              Optimizer.Shampoo.class,
              (typed, it) -> it.withRates(typed.inputRate, it.outputRate()),
              it -> Optional.of(it.inputRate())),
          ofOptimizer(
              "--output-rate",
              "outputRate",
              "rate of V, times",
              Optimizer.Shampoo.class,
              (typed, it) -> it.withRates(it.inputRate(), typed.outputRate),
              it -> Optional.of(it.outputRate())));

  /** Makes a learning rate with what was typed; steps are those of the run. */
  private interface TypedRate {
    LearningRate apply(RecipeOptions typed, LearningRate rate, long steps);
  }

  private static Row ofRate(
      String option,
      String key,
      String name,
      TypedRate typed,
      Function<LearningRate, Optional<Object>> value) {
    return new Row(
        option,
        key,
        name,
        (options, recipe, steps) ->
            recipe.withLearningRate(typed.apply(options, recipe.learningRate(), steps)),
        recipe -> value.apply(recipe.learningRate()));
  }

  private static Optional<Object> decays(LearningRate rate, Object value) {
    return rate.decay() == Decay.CONSTANT ? Optional.empty() : Optional.of(value);
  }

  private static <T extends Optimizer> Row ofOptimizer(
      String option,
      String key,
      String name,
      Class<T> kind,
      BiFunction<RecipeOptions, T, Optimizer> typed,
      Function<T, Optional<Double>> value) {
    return new Row(
        option,
        key,
        name,
        (options, recipe, steps) -> {
          if (!kind.isInstance(recipe.optimizer())) {
            throw Options.wrong(
                options.command,
                String.format(
                    Locale.ROOT,
                    "%s goes with --optimizer %s, the optimizer is %s: leave it out",
                    option,
                    optimizersOf(kind),
                    recipe.optimizer().name()));
          }
          return recipe.withOptimizer(typed.apply(options, kind.cast(recipe.optimizer())));
        },
        recipe ->
            kind.isInstance(recipe.optimizer())
                ? value.apply(kind.cast(recipe.optimizer())).map(x -> x)
                : Optional.empty());
  }

  private static String optimizersOf(Class<? extends Optimizer> kind) {
    return Optimizer.names().stream()
        .filter(name -> kind.isInstance(Optimizer.named(name)))
        .collect(Collectors.joining(" or "));
  }

  private Recipe localSteps(Recipe recipe) {
    if (recipe.shards() == 1 && localSteps > 1) {
      throw Options.wrong(
          command, "--local-steps goes with --shards, the text is not cut into any: leave it out");
    }
    return recipe.withLocalSteps(localSteps);
  }

  private Optimizer optimizer(Optimizer theirs) {
    String typed = optimizer.toLowerCase(Locale.ROOT);
    return typed.equals(theirs.name()) ? theirs : Optimizer.named(typed);
  }

  private LearningRate scheduled(LearningRate theirs, long steps) {
    Decay typed = Decay.named(schedule.toLowerCase(Locale.ROOT));
    if (typed == theirs.decay()) {
      return theirs;
    }
    double rate = theirs.rate();
    LearningRate course =
        switch (typed) {
          case CONSTANT -> LearningRate.constant(rate);
          case LINEAR -> LearningRate.linear(rate, 0, Math.max(1, steps));
          case EXPONENTIAL -> LearningRate.exponential(rate, rate / 10, Math.max(1, steps));
          case COSINE -> LearningRate.cosine(rate, 0, Math.max(1, steps));
        };
    return course.withWarmUp(theirs.warmUp());
  }

  private LearningRate decaying(String option, LearningRate rate, double end, long steps) {
    if (rate.decay() == Decay.CONSTANT) {
      throw Options.wrong(
          command,
          option
              + " needs --schedule linear, exponential or cosine: the learning rate is constant");
    }
    return rate.withEnd(end, steps);
  }

  /** Refuses a recipe that there is not, and options that exclude each other. */
  public void requireConsistent() {
    plan(2, 2);
    requireOneClip();
  }

  /** Refuses options that exclude each other. */
  public void requireOneClip() {
    if (clip != null && clipNorm != null) {
      throw Options.wrong(command, "--clip and --clip-norm exclude each other: give one of them");
    }
  }

  /** What the recipe of a plan is called, with the options that have replaced its settings. */
  public String title(Plan plan) {
    List<String> typed =
        ROWS.stream().map(Row::option).filter(it -> Options.given(command, it)).toList();
    return plan.name() + (typed.isEmpty() ? "" : " with " + String.join(", ", typed));
  }

  /** The number of shards, if it was typed. */
  public OptionalInt shards() {
    return shards == null ? OptionalInt.empty() : OptionalInt.of(shards);
  }

  /** Whether one was typed. */
  public boolean isNamed() {
    return Options.given(command, RECIPE);
  }

  /** What the recipe of that name comes to on a text, without any other option. */
  public Plan plan(long textLength, CharVocab vocab) {
    return plan(textLength, vocab.size());
  }

  /** The same, which is all that it takes. */
  public Plan plan(long textLength, int symbols) {
    return plan(name, textLength, symbols);
  }

  private Plan plan(String called, long textLength, int symbols) {
    return Options.get(
        command, RECIPE, () -> Plan.named(called.toLowerCase(Locale.ROOT), textLength, symbols));
  }

  /** The same where there may be several, with commas between them. */
  public List<Plan> plans(long textLength, int symbols) {
    return Stream.of(name.split(",", -1))
        .distinct()
        .map(it -> plan(it, textLength, symbols))
        .toList();
  }

  /** The recipe that was typed, for a run of as many steps as the plan has. */
  public Recipe recipe(Plan plan) {
    return typed(plan.recipe(), plan.steps());
  }

  private Recipe typed(Recipe base, long steps) {
    Recipe recipe = base;
    for (Row row : ROWS) {
      if (Options.given(command, row.option)) {
        Recipe before = recipe;
        recipe = Options.get(command, row.option, () -> row.typed.apply(this, before, steps));
      }
    }
    return recipe;
  }

  /**
   * Refuses what was typed and is not what the run to be resumed has, as the library does.
   *
   * @param textLength of the run's whole text
   */
  public void requireSame(Recipe theirs, long textLength, CharVocab vocab, Path checkpoint) {
    requireSame(theirs, () -> plan(textLength, vocab).recipe(), checkpoint);
  }

  /**
   * The same, of runs that are planned in another way.
   *
   * @param planned gives what the name that was typed comes to
   */
  public void requireSame(Recipe theirs, Supplier<Recipe> planned, Path checkpoint) {
    LearningRate rate = theirs.learningRate();
    boolean named = isNamed();
    Recipe base = named ? planned(planned.get(), rate) : theirs;
    String difference = typed(base, rate.steps()).difference(theirs);
    if (difference.isEmpty()) {
      return;
    }
    for (Row row : ROWS) {
      difference = difference.replace(row.key + " is ", row.option + " is ");
    }
    throw Options.wrong(
        command,
        (named ? "of the recipe " + name + " " : "")
            + difference
            + ", as in the run of the checkpoint "
            + checkpoint
            + ": leave it out");
  }

  /** A named recipe with as many steps as a run had, which the name does not tell. */
  private static Recipe planned(Recipe recipe, LearningRate theirs) {
    LearningRate rate = recipe.learningRate();
    return rate.decay() == Decay.CONSTANT
        ? recipe
        : recipe.withLearningRate(
            rate.withEnd(rate.end(), Math.max(1, theirs.steps())).withWarmUp(theirs.warmUp()));
  }

  /**
   * What each recipe is made of on a text of a million characters with 65 symbols.
   *
   * @param holdsOut whether the command holds out what a recipe says
   */
  public static Map<String, String> help(boolean holdsOut) {
    Map<String, String> recipes = new LinkedHashMap<>();
    for (String name : Plan.names()) {
      Plan plan = Plan.named(name, 1_000_000, 65);
      Recipe recipe = plan.recipe();
      LearningRate rate = recipe.learningRate();
      recipes.put(
          name,
          String.format(
              Locale.ROOT,
              "%,d hidden units, %s; batch size %d, sequence length %d; %s %s%s, clip %s%s;"
                  + " %,d steps%s",
              plan.hiddenSize(),
              plan.initializer().name(),
              recipe.batchSize(),
              recipe.sequenceLength(),
              recipe.optimizer().name(),
              rate.rate(),
              rate.decay() == Decay.CONSTANT ? "" : ", " + rate.decay() + " to " + rate.end(),
              recipe.clip(),
              recipe.optimizer() instanceof Optimizer.OfMoments moments && moments.weightDecay() > 0
                  ? ", weight decay " + moments.weightDecay()
                  : "",
              plan.steps(),
              holdsOut ? String.format(Locale.ROOT, "; %,d held out", plan.heldOut()) : ""));
    }
    return recipes;
  }

  /** A recipe as it is typed, whatever the names come to. */
  public static List<String> typed(Recipe recipe) {
    List<String> words = new ArrayList<>(List.of(RECIPE, "course"));
    for (Row row : ROWS) {
      row.value
          .apply(recipe)
          .ifPresent(value -> words.addAll(List.of(row.option, Options.word(value))));
    }
    return words;
  }

  /** The recipe of a run and what its model is of, as they are shown. */
  public static List<Setting> shown(Recipe recipe, VanillaRnn model) {
    List<Setting> settings = new ArrayList<>(shown(recipe));
    settings.addAll(ModelOptions.shown(model));
    return settings;
  }

  /** A recipe as it is shown. */
  public static List<Setting> shown(Recipe recipe) {
    List<Setting> settings = new ArrayList<>();
    for (Row row : ROWS) {
      row.value
          .apply(recipe)
          .ifPresent(value -> settings.add(new Setting(row.key, row.name, value)));
    }
    return settings;
  }
}
