package io.github.charrnn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.github.charrnn.cli.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reports that were written before. */
final class Reports {
  private static final List<String> SECTIONS =
      List.of("model", "text", "settings", "progress", "history");

  private Reports() {}

  /** The report of a model, by the model's name or by its own. */
  static JsonObject read(Path model) throws IOException {
    boolean itself = model.toString().endsWith(RunReport.JSON);
    Path file = itself ? model : RunReport.json(model);
    if (!Files.exists(file)) {
      throw new IOException(
          "there is no report "
              + file
              + ": name the text too, and rnn report makes one from the model");
    }
    JsonElement json;
    try {
      json = JsonParser.parseString(Files.readString(file, UTF_8));
    } catch (JsonParseException | java.nio.charset.CharacterCodingException e) {
      throw new IOException(file + " is no report: it is not JSON", e);
    }
    if (!(json instanceof JsonObject report)
        || !(report.get("format") instanceof JsonPrimitive format)
        || !SECTIONS.stream().allMatch(section -> report.get(section) instanceof JsonObject)) {
      throw new IOException(file + " is no report of this program");
    }
    if (!format.getAsString().equals(Integer.toString(Report.FORMAT))) {
      throw new IOException(
          file
              + " is a report of format "
              + format.getAsString()
              + ", this program reads format "
              + Report.FORMAT
              + ": make it anew with the text");
    }
    return report;
  }
}
