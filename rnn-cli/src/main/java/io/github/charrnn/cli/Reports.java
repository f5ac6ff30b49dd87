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
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Reports that were written before. */
final class Reports {
  private static final List<String> SECTIONS =
      List.of("model", "text", "settings", "progress", "history");

  private Reports() {}

  /** Where the report of a model is, which may be named by its own name too. */
  static Path file(Path model) {
    return model.toString().endsWith(RunReport.JSON) ? model : RunReport.json(model);
  }

  /** The report of a model. */
  static JsonObject read(Path model) throws IOException {
    Path file = file(model);
    if (!Files.exists(file)) {
      if (!Files.exists(model) && !Files.exists(TrainCommand.checkpointOf(model))) {
        throw new NoSuchFileException(model.toString());
      }
      throw new IOException(
          "there is no report " + file + ": rnn report " + model + " TEXT makes one");
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
