package io.github.charrnn.cli;

import io.github.charrnn.EncodedText;
import io.github.charrnn.Plan;
import io.github.charrnn.cli.options.MinutesOption;
import io.github.charrnn.cli.options.Options;
import io.github.charrnn.cli.options.RecipeOptions;
import io.github.charrnn.cli.options.TextsParameter;
import io.github.charrnn.cli.options.ThreadsOption;
import io.github.charrnn.cli.options.ValidationOptions;
import io.github.charrnn.cli.output.ExitCode;
import io.github.charrnn.cli.output.Shell;
import io.github.charrnn.cli.output.Terminal;
import io.github.charrnn.cli.tune.Job;
import io.github.charrnn.cli.tune.Runs;
import io.github.charrnn.cli.tune.Search;
import io.github.charrnn.cli.tune.Speed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Searches for settings that suit a text. */
@Command(
    name = "tune",
    description = {
      "Looks for the hidden size and learning rate that suit a text.",
      "It tries settings around a recipe with several seeds, all for a little, the best third of"
          + " them for longer, and so on, and prints the command that trains the winner. Text spread"
          + " over the first nine tenths chooses; the last tenth is never seen by the search and says"
          + " what the winner is worth. Of documents a tenth that is spread over all of the text"
          + " does."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  rnn tune book.txt --minutes 10", "  rnn tune book.txt --recipe good --steps 200"})
public final class TuneCommand implements Callable<Integer> {
  private static final double DEFAULT_MINUTES = 10;
  private static final int MOST_SEEDS = 1_000;
  private static final String STEPS = "--steps";
  private static final String SEEDS = "--seeds";
  private static final String HIDDEN = "--hidden";

  private final Terminal terminal;
  private final Supplier<? extends Runs> runs;
  @Spec private CommandSpec command;

  @Mixin private TextsParameter text;
  @Mixin private MinutesOption minutes;

  @Option(
      names = STEPS,
      description =
          "Instead of --minutes: steps of a run of the first round. The same steps try the same"
              + " settings with the same result on any machine.")
  private Long steps;

  @Option(names = SEEDS, paramLabel = "<n>", description = "Seeds that each setting begins with.")
  private int seeds = 2;

  @Option(
      names = HIDDEN,
      description =
          "The hidden size in the middle of those that are tried. Without it: the recipe's.")
  private Integer hidden;

  @Mixin private RecipeOptions recipe;
  @Mixin private ThreadsOption threads;

  @Option(
      names = "--json",
      description =
          "Print one JSON object at the end: tried, an array of round, recipe, hiddenSize,"
              + " learningRate, seed, steps, bitsPerCharacter; judged, the winner's bits per character on what the"
              + " search never saw; command.")
  private boolean json;

  TuneCommand(Terminal terminal) {
    this(terminal, () -> Runs.HERE);
  }

  /**
   * Makes the command.
   *
   * @param runs says where the runs take place, once it is known that there are to be any
   */
  public TuneCommand(Terminal terminal, Supplier<? extends Runs> runs) {
    this.terminal = terminal;
    this.runs = runs;
  }

  @Override
  public Integer call() throws IOException {
    requireConsistent();
    EncodedText all = text.source().read(terminal);
    if (all.length() < Search.SHORTEST) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "a search needs at least %,d characters, the text has %,d",
              Search.SHORTEST,
              all.length()));
    }
    EncodedText searched = Search.judged(all, text.source().documents()).training();
    List<Plan> plans = recipe.plans(searched.length(), all.vocab().size());
    plans.forEach(recipe::recipe); // refuses what is wrong
    Runs where = runs.get();
    Search search = search(all, plans, where);
    if (steps != null) {
      print(search, steps);
      return ExitCode.OK;
    }
    double seconds = 60 * minutes.minutes().orElse(DEFAULT_MINUTES);
    double speed = search.measure(seconds);
    if (!recipe.isNamed()) {
      double last = seconds * search.last() / search.cost();
      Plan fitting = Speed.fitting(searched, last, speed * search.costOfStep());
      if (!search.plans().equals(List.of(fitting))) {
        search = search(all, List.of(fitting), where);
        speed = search.measure(seconds);
      }
    }
    long first = Speed.rounded(seconds * speed / search.cost());
    terminal
        .err()
        .println("the same search on any machine: " + command(search.plans().get(0), first));
    print(search, first);
    return ExitCode.OK;
  }

  private void requireConsistent() {
    recipe.plans(2, 2); // refuses what there is not
    recipe.requireOneClip();
    minutes.minutes(STEPS);
    threads.count();
    Options.requireAtLeast(command, SEEDS, seeds, 1);
    if (seeds > MOST_SEEDS) {
      throw Options.wrong(command, SEEDS + " is " + seeds + ", must be at most " + MOST_SEEDS);
    }
    Options.requireAtLeast(command, STEPS, steps == null ? 1 : steps, 1);
    Options.requireAtLeast(command, HIDDEN, hidden == null ? 1 : hidden, 1);
  }

  private Search search(EncodedText all, List<Plan> plans, Runs where) {
    return new Search(
        new Search.Base(
            all,
            text.source().documents(),
            plans,
            hidden == null ? OptionalInt.empty() : OptionalInt.of(hidden),
            recipe::recipe),
        seeds,
        where,
        threads.count());
  }

  /** What was typed, with a recipe and steps instead of minutes. */
  private String command(Plan plan, long first) {
    List<String> typed =
        MinutesOption.without(command.commandLine().getParent().getParseResult().originalArgs());
    List<String> words = new ArrayList<>(List.of(Shell.rnn(), typed.get(0)));
    if (!recipe.isNamed()) {
      words.addAll(List.of("--recipe", plan.name()));
    }
    words.addAll(List.of(STEPS, Long.toString(first)));
    words.addAll(typed.subList(1, typed.size()));
    return Shell.line(words);
  }

  private void print(Search search, long first) throws IOException {
    search.requirePossible();
    List<Map<String, Object>> tried = new ArrayList<>();
    boolean several = search.plans().size() > 1;
    if (!json) {
      terminal.println(
          "round  "
              + (several ? "recipe  " : "")
              + "hidden size  learning rate    seed     steps  bits per character");
    }
    Search.Outcome outcome =
        search.run(
            first,
            run -> {
              tried.add(object(run));
              if (!json) {
                println(row(run, several));
              }
            });
    String trainer = trainer(search, outcome);
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("tried", tried);
      object.put("judged", Terminal.jsonNumber(outcome.judged()));
      object.put("command", trainer);
      terminal.printJson(object);
      return;
    }
    terminal.println(
        String.format(
            Locale.ROOT,
            "%nThe last round chose %shidden size %,d, learning rate %s and seed %d. The tenth of the"
                + " text that%nthe search never saw costs that model %.3f bits per character."
                + " Train one on all of the text:%n%n%s",
            several ? "recipe " + outcome.winner().plan() + ", " : "",
            outcome.winner().job().hiddenSize(),
            rate(outcome.winner().job()),
            outcome.winner().job().seed(),
            outcome.judged(),
            trainer));
  }

  private static String row(Search.Tried run, boolean several) {
    return String.format(
        Locale.ROOT,
        "%5d  %s%,11d  %13s  %6d  %,8d  %18s",
        run.round(),
        several ? String.format(Locale.ROOT, "%6s  ", run.plan()) : "",
        run.job().hiddenSize(),
        rate(run.job()),
        run.job().seed(),
        run.job().steps(),
        Double.isFinite(run.bits()) ? String.format(Locale.ROOT, "%.3f", run.bits()) : "diverged");
  }

  private static String rate(Job job) {
    return String.format(Locale.ROOT, "%.3g", job.recipe().learningRate().rate());
  }

  private void println(String row) {
    try {
      terminal.println(row);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Object> object(Search.Tried run) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("round", run.round());
    object.put("recipe", run.plan());
    object.put("hiddenSize", run.job().hiddenSize());
    object.put("learningRate", run.job().recipe().learningRate().rate());
    object.put("seed", run.job().seed());
    object.put("steps", run.job().steps());
    object.put("bitsPerCharacter", Terminal.jsonNumber(run.bits()));
    return object;
  }

  /** The command that trains the winner. */
  private String trainer(Search search, Search.Outcome outcome) {
    long length = outcome.winner().job().steps();
    List<String> words = new ArrayList<>(List.of(Shell.rnn(), "train"));
    words.addAll(text.source().typed());
    words.addAll(outcome.winner().job().typed());
    String share = ValidationOptions.share(search.heldOut(), search.length());
    words.addAll(List.of("--validation", share));
    words.addAll(List.of("--validation-pieces", Integer.toString(search.pieces())));
    words.addAll(List.of("--validation-every", Long.toString(Math.max(1, length / 20))));
    words.addAll(List.of("--best-by", "validation", STEPS, Long.toString(length)));
    return Shell.line(words);
  }
}
