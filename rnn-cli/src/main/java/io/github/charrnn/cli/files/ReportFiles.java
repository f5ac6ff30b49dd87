package io.github.charrnn.cli.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.github.charrnn.cli.report.Page;
import io.github.charrnn.cli.report.Report;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** A run's report on disk: its numbers, and the page that shows them. */
public final class ReportFiles {
  private static final List<String> SECTIONS =
      List.of("model", "text", "settings", "progress", "history");

  private ReportFiles() {}

  /** Writes the report of a model. */
  public static void write(ModelFiles model, JsonObject report) throws IOException {
    Replacement.write(model.numbers(), report + "\n");
    writePage(model, report);
  }

  /** Writes its page. */
  public static void writePage(ModelFiles model, JsonObject report) throws IOException {
    String title = "Training of " + model.model().getFileName();
    Replacement.write(model.page(), Page.of(title, report));
  }

  /** The report of a model. */
  public static JsonObject read(ModelFiles model) throws IOException {
    Path file = model.writtenNumbers();
    if (!Files.exists(file)) {
      if (!Files.exists(model.model()) && !Files.exists(model.checkpoint())) {
        throw new NoSuchFileException(model.model().toString());
      }
      throw new IOException(
          "there is no report " + file + ": rnn report " + model.model() + " TEXT makes one");
    }
    JsonElement json;
    try {
      json = JsonParser.parseString(Files.readString(file, UTF_8));
    } catch (JsonParseException | CharacterCodingException e) {
      throw new IOException(file + " is not a report: it is not JSON", e);
    }
    if (!(json instanceof JsonObject report)
        || !(report.get("format") instanceof JsonPrimitive format)
        || !SECTIONS.stream().allMatch(section -> report.get(section) instanceof JsonObject)) {
      throw new IOException(file + " is not a report of rnn");
    }
    if (!format.getAsString().equals(Integer.toString(Report.FORMAT))) {
      throw new IOException(
          file
              + " is a report of format "
              + format.getAsString()
              + ", rnn reads format "
              + Report.FORMAT
              + ": name the text too, then rnn report makes it anew");
    }
    return report;
  }
}
