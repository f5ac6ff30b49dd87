package io.github.charrnn.cli.tune;

import io.github.charrnn.CharVocab;
import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Evaluation;
import io.github.charrnn.Initializer;
import io.github.charrnn.Plan;
import io.github.charrnn.Recipe;
import io.github.charrnn.Scorer;
import io.github.charrnn.Trainer;
import io.github.charrnn.TrainingDivergedException;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.options.ModelOptions;
import io.github.charrnn.cli.options.Numbers;
import io.github.charrnn.cli.options.RecipeOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * A run of a search: all that decides its bits beside the {@link Material}. To another machine it
 * travels as words, those of the command line, which have every number exactly and are refused like
 * any others.
 *
 * @param modelWanted whether the result has the model
 */
public record Job(
    int hiddenSize,
    Initializer initializer,
    long seed,
    Recipe recipe,
    long steps,
    boolean modelWanted) {
  private static final String STEPS = "--steps";
  private static final String MODEL_WANTED = "--model-wanted";

  /**
   * What came of a run.
   *
   * @param bits per character of the text that chooses; infinite if training diverged
   * @param model the last one, if it was wanted and training did not diverge
   */
  public record Result(double bits, Optional<VanillaRnn> model) {}

  /** The words of a job, as picocli reads them. */
  @Command(name = "job")
  private static final class Typed {
    @Mixin private RecipeOptions recipe;
    @Mixin private ModelOptions model;

    @Option(names = STEPS, required = true)
    private long steps;

    @Option(names = MODEL_WANTED)
    private boolean modelWanted;
  }

  /** The job as words. */
  public List<String> words() {
    List<String> words = new ArrayList<>(typed());
    words.addAll(List.of(STEPS, Long.toString(steps)));
    if (modelWanted) {
      words.add(MODEL_WANTED);
    }
    return words;
  }

  /** The recipe and the model that it begins with, as they are typed. */
  public List<String> typed() {
    List<String> words = new ArrayList<>(RecipeOptions.typed(recipe));
    words.addAll(ModelOptions.typed(hiddenSize, seed, initializer));
    return words;
  }

  /**
   * Reads a job.
   *
   * @throws CommandLine.ParameterException if these are not the words of one
   */
  public static Job of(List<String> words) {
    Typed typed = new Typed();
    CommandLine command = new CommandLine(typed);
    Numbers.register(command);
    command.parseArgs(words.toArray(String[]::new));
    typed.recipe.requireConsistent();
    Plan plan = typed.recipe.plan(2, 2); // a recipe that is typed out does not depend on a text
    return new Job(
        typed.model.hiddenSize(plan),
        typed.model.initializer(plan),
        typed.model.seed(),
        typed.recipe.recipe(plan),
        typed.steps,
        typed.modelWanted);
  }

  /**
   * Trains and measures.
   *
   * @param threads that share the work; empty for as many as pay
   * @param everyStep is called before each step, and may throw to end the run
   */
  public Result run(Material material, OptionalInt threads, Runnable everyStep) {
    Trainer trainer =
        Trainer.of(model(material.training().vocab(), material.documents()))
            .recipe(recipe)
            .every(1, training -> everyStep.run());
    threads.ifPresent(trainer::threads);
    try {
      VanillaRnn trained = trainer.train(material.training(), steps).last();
      double bits = bits(trained, material.chosenBy(), threads);
      return new Result(bits, modelWanted ? Optional.of(trained) : Optional.empty());
    } catch (TrainingDivergedException e) {
      return new Result(Double.POSITIVE_INFINITY, Optional.empty()); // as bad as can be
    }
  }

  /** What a character of all texts together costs. */
  static double bits(VanillaRnn model, List<EncodedText> texts, OptionalInt threads) {
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

  /** The model that it begins with. */
  VanillaRnn model(CharVocab vocab, Optional<Documents> documents) {
    VanillaRnn.Builder builder =
        VanillaRnn.builder(vocab).hiddenSize(hiddenSize).initializer(initializer).seed(seed);
    documents.ifPresent(builder::documents);
    return builder.build();
  }
}
