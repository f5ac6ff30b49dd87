package io.github.charrnn.cli.options;

import io.github.charrnn.CharVocab;
import io.github.charrnn.Documents;
import io.github.charrnn.Initializer;
import io.github.charrnn.Plan;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.output.Shell;
import io.github.charrnn.cli.report.Setting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/**
 * The model that a run begins with. A setting of the initializer is an option here and a row of
 * {@link #ROWS}.
 */
public final class ModelOptions {
  private static final String HIDDEN = "--hidden";
  private static final String SEED = "--seed";
  private static final String VOCAB = "--vocab";

  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--from",
      paramLabel = "MODEL",
      description =
          "Train this model on, with its vocabulary and hidden size; --unknown add gives it the"
              + " characters of TEXT that it does not know. Without it: a new model.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Path from;

  @Option(
      names = VOCAB,
      paramLabel = "FILE",
      description =
          "The symbols of a new model, for texts that it is trained on one after the other: those of"
              + " a text; of a model, if its name ends in .safetensors; of JSON, if it ends in .json,"
              + " as rnn import has it; with --unknown add, those of TEXT as well. Without it: those"
              + " of TEXT.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private String vocab;

  @Option(names = HIDDEN, description = "Hidden size: the number of hidden units.")
  private Integer hidden;

  @Option(
      names = SEED,
      description = "Seed of the initial parameters, and of the passage at the end.")
  private long seed = 1;

  @Option(
      names = "--init",
      paramLabel = "<name>",
      description =
          "What the initial parameters are drawn from: normal, glorot, orthogonal or identity, the"
              + " last two of which are those of W.")
  private String init;

  @Option(
      names = "--deviation",
      description = "The standard deviation of U, W and V; for --init normal.")
  private Double deviation;

  @Option(
      names = "--gain",
      description = "What W is multiplied by; for --init orthogonal and identity.")
  private Double gain;

  @Option(names = "--input-deviation", description = "The standard deviation of U; for the same.")
  private Double inputDeviation;

  @Option(names = "--output-deviation", description = "The standard deviation of V; for the same.")
  private Double outputDeviation;

  /**
   * A setting of the initializer.
   *
   * @param key in reports and other JSON
   * @param name in words
   * @param typed an initializer with what was typed
   * @param value of an initializer; empty if one of its kind has no such setting
   */
  private record Row(
      String option,
      String key,
      String name,
      BiFunction<ModelOptions, Initializer, Initializer> typed,
      Function<Initializer, Optional<Object>> value) {}

  /** In the order in which they are applied, too. */
  private static final List<Row> ROWS =
      List.of(
          new Row(
              "--init",
              "initializer",
              "initializer",
              (typed, theirs) -> typed.named(theirs),
              it -> Optional.of(it.name())),
          number(
              "--deviation",
              "deviation",
              "deviation",
              "normal",
              Initializer.Normal.class,
              (typed, it) -> Initializer.normal(typed.deviation),
              Initializer.Normal::deviation),
          ofW(
              "--gain",
              "gain",
              "gain of W",
              (typed, it) -> it.with(typed.gain, it.inputDeviation(), it.outputDeviation()),
              Initializer.OfW::gain),
          ofW(
              "--input-deviation",
              "inputDeviation",
              "deviation of U",
              (typed, it) -> it.with(it.gain(), typed.inputDeviation, it.outputDeviation()),
              Initializer.OfW::inputDeviation),
          ofW(
              "--output-deviation",
              "outputDeviation",
              "deviation of V",
              (typed, it) -> it.with(it.gain(), it.inputDeviation(), typed.outputDeviation),
              Initializer.OfW::outputDeviation));

  private static Row ofW(
      String option,
      String key,
      String name,
      BiFunction<ModelOptions, Initializer.OfW, Initializer> typed,
      Function<Initializer.OfW, Double> value) {
    return number(option, key, name, "orthogonal or identity", Initializer.OfW.class, typed, value);
  }

  /**
   * A number.
   *
   * @param goesWith the initializers that have it
   */
  private static <T extends Initializer> Row number(
      String option,
      String key,
      String name,
      String goesWith,
      Class<T> kind,
      BiFunction<ModelOptions, T, Initializer> typed,
      Function<T, Double> value) {
    return new Row(
        option,
        key,
        name,
        (options, theirs) -> {
          if (!kind.isInstance(theirs)) {
            throw Options.wrong(
                options.command,
                String.format(
                    Locale.ROOT,
                    "%s goes with --init %s, the initializer is %s: leave it out",
                    option,
                    goesWith,
                    theirs.name()));
          }
          return typed.apply(options, kind.cast(theirs));
        },
        it -> kind.isInstance(it) ? Optional.of(value.apply(kind.cast(it))) : Optional.empty());
  }

  private Initializer named(Initializer theirs) {
    String typed = init.toLowerCase(Locale.ROOT);
    return typed.equals(theirs.name()) ? theirs : Initializer.named(typed);
  }

  /** The file of the model to go on with, if it is not a new one. */
  public Optional<Path> from() {
    return Optional.ofNullable(from);
  }

  /** The name of the file with the symbols of a new model, if it is not the text's own. */
  public Optional<String> vocab() {
    return Optional.ofNullable(vocab);
  }

  /** The same as it is typed again. */
  public List<String> typedVocab() {
    return vocab == null ? List.of() : List.of(VOCAB, Shell.file(vocab));
  }

  /** Refuses options that exclude each other. */
  public void requireConsistent(boolean resume) {
    if (vocab != null && vocab.isEmpty()) {
      throw Options.wrong(command, VOCAB + " is empty: name a file");
    }
    if (vocab != null && (from != null || resume)) {
      throw Options.wrong(
          command,
          from == null
              ? VOCAB + " and --resume exclude each other: a run that is resumed has its symbols"
              : "--from excludes "
                  + VOCAB
                  + ": the model has its symbols, --unknown add adds others");
    }
    if (from == null) {
      return;
    }
    if (Options.given(command, HIDDEN)) {
      throw Options.wrong(command, "--from excludes --hidden: the model has its own hidden size");
    }
    if (Options.given(command, SEED)) {
      throw Options.wrong(command, "--from excludes --seed: the model has its own seed");
    }
    for (Row row : ROWS) {
      if (Options.given(command, row.option)) {
        throw Options.wrong(
            command, "--from excludes " + row.option + ": the model has its own parameters");
      }
    }
    if (resume) {
      throw Options.wrong(
          command, "--from and --resume exclude each other: a run that is resumed has its model");
    }
  }

  /** A new model, with what the plan has where nothing was typed. */
  public VanillaRnn create(CharVocab vocab, Plan plan, Optional<Documents> documents) {
    VanillaRnn.Builder builder =
        VanillaRnn.builder(vocab).seed(seed).initializer(initializer(plan));
    Options.apply(command, HIDDEN, () -> builder.hiddenSize(hiddenSize(plan)));
    documents.ifPresent(builder::documents);
    return builder.build();
  }

  /** The hidden size of a new model. */
  public int hiddenSize(Plan plan) {
    return hidden == null ? plan.hiddenSize() : hidden;
  }

  /** The seed of a new model. */
  public long seed() {
    return seed;
  }

  /** What the parameters of a new model are drawn from. */
  public Initializer initializer(Plan plan) {
    return initializer(plan.initializer());
  }

  private Initializer initializer(Initializer base) {
    Initializer initializer = base;
    for (Row row : ROWS) {
      if (Options.given(command, row.option)) {
        Initializer before = initializer;
        initializer = Options.get(command, row.option, () -> row.typed.apply(this, before));
      }
    }
    return initializer;
  }

  /** Refuses what was typed and is not what the run to be resumed has. */
  public void requireSame(VanillaRnn model, Path checkpoint) {
    requireSame(HIDDEN, hidden, model.hiddenSize(), checkpoint);
    requireSame(SEED, seed, model.seed(), checkpoint);
    Initializer typed = initializer(model.initializer());
    for (Row row : ROWS) {
      Object ours = row.value.apply(typed).orElse("none");
      Object theirs = row.value.apply(model.initializer()).orElse("none");
      if (Options.given(command, row.option) && !ours.equals(theirs)) {
        throw Options.notOfTheRun(command, row.option, ours, checkpoint, theirs);
      }
    }
  }

  private void requireSame(String option, Number typed, long theirs, Path checkpoint) {
    if (Options.given(command, option) && typed.longValue() != theirs) {
      throw Options.notOfTheRun(command, option, typed, checkpoint, theirs);
    }
  }

  /** As they are typed to begin with a model like that one, or with a file. */
  public static List<String> typed(VanillaRnn model, Optional<Path> from) {
    if (from.isPresent()) {
      return List.of("--from", Shell.file(from.get().toString()));
    }
    return typed(model.hiddenSize(), model.seed(), model.initializer());
  }

  /** As they are typed to begin with a new model. */
  public static List<String> typed(int hiddenSize, long seed, Initializer initializer) {
    List<String> words =
        new ArrayList<>(List.of(HIDDEN, Integer.toString(hiddenSize), SEED, Long.toString(seed)));
    for (Row row : ROWS) {
      row.value
          .apply(initializer)
          .ifPresent(value -> words.addAll(List.of(row.option, Options.word(value))));
    }
    return words;
  }

  /** What a model is of, as it is shown: its initializer, and its documents. */
  public static List<Setting> shown(VanillaRnn model) {
    List<Setting> settings = new ArrayList<>();
    model
        .documents()
        .ifPresent(it -> settings.add(new Setting("documents", "documents", it.toString())));
    for (Row row : ROWS) {
      row.value
          .apply(model.initializer())
          .ifPresent(value -> settings.add(new Setting(row.key, row.name, value)));
    }
    return settings;
  }
}
