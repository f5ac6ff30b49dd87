package io.github.charrnn.cli.options;

import io.github.charrnn.Documents;
import io.github.charrnn.cli.files.Escapes;
import io.github.charrnn.cli.files.TextSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The text that a command reads, or else the story, and what it is made of. */
public final class TextsParameter {
  private static final String DOCUMENTS = "--documents";
  private static final String DELIMITER = "--delimiter";
  private static final String LINES = "lines";
  private static final String FILES = "files";

  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Parameters(
      arity = "0..*",
      paramLabel = "TEXT",
      description =
          "A UTF-8 file, or - for standard input. Several, or a directory (without hidden files, by"
              + " name), are as many documents. Without any: the story that comes with rnn.",
      showDefaultValue = Visibility.NEVER)
  private List<String> names = new ArrayList<>();

  @Option(
      names = DOCUMENTS,
      paramLabel = "<what>",
      description =
          "The text is of documents that have nothing to do with each other, each lines or files:"
              + " the model begins and ends them, and reads them in a new order each epoch.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private String documents;

  @Option(
      names = DELIMITER,
      paramLabel = "<text>",
      description =
          "The same, each ended by this text or by the end of a file. \\n, \\t, \\\\ and \\u00e9 are"
              + " understood.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private String delimiter;

  /** What was typed. An empty name is a script's unset variable. */
  public TextSource source() {
    if (names.contains("")) {
      throw Options.wrong(command, "TEXT is empty: name a file, or leave it out for the story");
    }
    Options.requireOneStandardInput(command, names);
    return new TextSource(names, documents());
  }

  /** The same of a model that may be of documents already. */
  public TextSource source(Optional<Documents> ofModel, String model) {
    TextSource typed = source();
    if (typed.documents().isPresent() && !typed.documents().equals(ofModel)) {
      String theirs = ofModel.map(Documents::toString).orElse("none");
      if (delimiter == null && documents == null) {
        if (ofModel.isPresent()) {
          return new TextSource(names, ofModel);
        }
        throw Options.wrong(
            command,
            "there is more than one TEXT, and " + model + " is not of documents: name one");
      }
      throw Options.wrong(
          command,
          (delimiter == null ? DOCUMENTS : DELIMITER)
              + ": the documents of "
              + model
              + " are "
              + theirs
              + ": leave it out");
    }
    return new TextSource(names, ofModel);
  }

  private Optional<Documents> documents() {
    if (delimiter != null) {
      if (documents != null) {
        throw Options.wrong(
            command, DOCUMENTS + " and " + DELIMITER + " exclude each other: give one of them");
      }
      if (delimiter.isEmpty()) {
        throw Options.wrong(command, DELIMITER + " is empty: name what ends a document");
      }
      return Optional.of(
          Options.get(command, DELIMITER, () -> Documents.delimitedBy(Escapes.read(delimiter))));
    }
    if (documents == null) {
      boolean several = names.size() > 1 || names.stream().anyMatch(TextsParameter::isDirectory);
      return several ? Optional.of(Documents.files()) : Optional.empty();
    }
    return switch (documents) {
      case LINES -> Optional.of(Documents.lines());
      case FILES -> Optional.of(Documents.files());
      default ->
          throw Options.wrong(
              command, DOCUMENTS + " is " + documents + ", must be " + LINES + " or " + FILES);
    };
  }

  private static boolean isDirectory(String name) {
    return Files.isDirectory(Path.of(name));
  }
}
