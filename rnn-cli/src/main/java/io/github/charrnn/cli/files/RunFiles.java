package io.github.charrnn.cli.files;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The files that a run writes.
 *
 * @param names of the model and its report
 * @param checkpoint unless there is none
 * @param history the losses, if they are wanted
 * @param report whether there is one
 */
public record RunFiles(
    ModelFiles names, Optional<Path> checkpoint, Optional<Path> history, boolean report) {

  /** The model's. */
  public Path model() {
    return names.model();
  }

  /** The same with another model's name. */
  public RunFiles named(ModelFiles others) {
    return new RunFiles(others, checkpoint, history, report);
  }

  /** The report's page, if there is a report. */
  public Optional<Path> page() {
    return report ? Optional.of(names.page()) : Optional.empty();
  }

  /** All of them, by what a person calls them. */
  public Map<String, Path> byName() {
    Map<String, Path> files = new LinkedHashMap<>();
    files.put("the model", model());
    checkpoint.ifPresent(file -> files.put("the checkpoint", file));
    history.ifPresent(file -> files.put("the history", file));
    if (report) {
      files.put("the report", names.page());
      files.put("the report's JSON", names.numbers());
    }
    return files;
  }
}
