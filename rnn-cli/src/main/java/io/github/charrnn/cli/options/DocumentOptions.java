package io.github.charrnn.cli.options;

import io.github.charrnn.Documents;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.files.TextSource;
import io.github.charrnn.cli.output.Terminal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Which documents of a model are written. */
public final class DocumentOptions {
  private static final String MAX_LENGTH = "--max-length";
  private static final String UNIQUE = "--unique";
  private static final String NEW = "--new";

  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = MAX_LENGTH,
      paramLabel = "<length>",
      description = "Of documents: characters to draw of one that the model does not end before.")
  private int maxLength = 1_000;

  @Option(names = UNIQUE, description = "Of documents: write none twice.")
  private boolean unique;

  @Option(
      names = NEW,
      paramLabel = "TEXT",
      description =
          "Of documents: write none that stands in this text, such as the one that the model was"
              + " trained on. May be given several times.",
      showDefaultValue = Visibility.NEVER)
  private List<String> known = new ArrayList<>();

  /** Refuses what is wrong with the words alone. */
  public void requireConsistent() {
    Options.requireAtLeast(command, MAX_LENGTH, maxLength, 1);
    if (known.contains("")) {
      throw Options.wrong(command, NEW + " is empty: name a file");
    }
  }

  /** Refuses options that need documents. */
  public void requireAbsent(String reason) {
    for (String option : List.of(MAX_LENGTH, UNIQUE, NEW)) {
      if (Options.given(command, option)) {
        throw Options.wrong(command, option + " is for documents, and " + reason);
      }
    }
  }

  /** The most characters to draw of a document. */
  public int maxLength() {
    return maxLength;
  }

  /** Whether a text ends a document, so that it cannot begin one. */
  public static boolean endsOne(String text, Documents how) {
    return text.indexOf(how.boundary()) >= 0
        || (!how.delimiter().isEmpty() && text.contains(how.delimiter()));
  }

  /** Says of every document whether it is to be written; to be asked once for each. */
  public interface Choice {
    boolean takes(String document);
  }

  /** Reads the documents that are not to be written. */
  public Choice choice(Terminal terminal, VanillaRnn model) throws IOException {
    Set<String> met = new HashSet<>();
    if (!known.isEmpty()) {
      met.addAll(new TextSource(known, model.documents()).each(terminal, model.vocab()));
    }
    return document -> unique ? met.add(document) : !met.contains(document);
  }
}
