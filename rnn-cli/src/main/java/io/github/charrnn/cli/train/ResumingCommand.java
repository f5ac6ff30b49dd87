package io.github.charrnn.cli.train;

import io.github.charrnn.cli.output.Shell;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command that goes on with a run.
 *
 * @param typed the words of the command that is being carried out, the first of them train
 * @param named whether they name the model
 * @param piped whether the text came from standard input
 */
public record ResumingCommand(List<String> typed, boolean named, boolean piped) {
  private static final String RESUME = "--resume";

  /** Of the model that the run had begun with. */
  private static final List<String> BEGINNING = List.of("--from", "--vocab");

  /** Makes the list immutable. */
  public ResumingCommand {
    typed = List.copyOf(typed);
  }

  /** What was typed, with what makes it go on, and without the model that it had begun with. */
  public String of(Path model) {
    List<String> words = new ArrayList<>(List.of(Shell.rnn(), typed.get(0)));
    if (!typed.contains(RESUME)) {
      words.add(RESUME); // options come right after the command, before any --
    }
    if (!named) {
      words.addAll(List.of("-o", model.toString()));
    }
    boolean skip = false;
    for (String word : typed.subList(1, typed.size())) {
      if (!skip && BEGINNING.stream().noneMatch(it -> (word + "=").startsWith(it + "="))) {
        words.add(word);
      }
      skip = !skip && BEGINNING.contains(word);
    }
    return Shell.line(words) + (piped ? " (and the same text again)" : "");
  }
}
