package io.github.charrnn.cli.files;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A model's file and those beside it, whose names are its name and an extension.
 *
 * @param model the model's
 */
public record ModelFiles(Path model) {
  private static final String MODEL = ".safetensors";
  private static final String CHECKPOINT = ".checkpoint";
  private static final String PAGE = ".report.html";
  private static final String NUMBERS = ".report.json";

  /** All that its training needs to go on. */
  public Path checkpoint() {
    return beside(CHECKPOINT);
  }

  /** Its report, as a page. */
  public Path page() {
    return beside(PAGE);
  }

  /** Its report, as JSON. */
  public Path numbers() {
    return beside(NUMBERS);
  }

  /** The same to be read: there the model's name may be that file's own. */
  public Path writtenNumbers() {
    return model.toString().endsWith(NUMBERS) ? model : numbers();
  }

  private Path beside(String extension) {
    return model.resolveSibling(model.getFileName() + extension);
  }

  /** The last model of a text that has a checkpoint, or the first name if none has. */
  public static ModelFiles lastWithCheckpoint(String text) {
    ModelFiles last = numbered(text, 1);
    int number = 1;
    for (ModelFiles each = last; each.exist(); each = numbered(text, ++number)) {
      last = Files.exists(each.checkpoint()) ? each : last;
    }
    return last;
  }

  static ModelFiles numbered(String text, int number) {
    return new ModelFiles(Path.of(base(text) + (number == 1 ? "" : "-" + number) + MODEL));
  }

  /** Whether a run has left anything under this name. */
  public boolean exist() {
    return Files.exists(model) || Files.exists(checkpoint());
  }

  private static String base(String text) {
    if (text.isEmpty()) {
      return "story";
    }
    if (text.equals(Sources.STANDARD_INPUT)) {
      return "stdin";
    }
    Path file = Path.of(text).toAbsolutePath().normalize().getFileName(); // of a directory, too
    return file == null ? "model" : file.toString().replaceFirst("(?<=.)\\.[^.]*$", "");
  }
}
