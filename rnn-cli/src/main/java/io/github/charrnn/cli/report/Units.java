package io.github.charrnn.cli.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.charrnn.EncodedText;
import io.github.charrnn.VanillaRnn;
import java.util.Optional;

/** The hidden units that follow something, as a report has them. */
final class Units {
  private Units() {}

  /** Empty if none follows anything, or the text is too short to tell. */
  static Optional<JsonObject> of(VanillaRnn model, EncodedText text) {
    HiddenUnits found = new HiddenUnits(model, text);
    if (found.units().isEmpty()) {
      return Optional.empty();
    }
    JsonArray units = found.units().stream().map(Units::json).collect(Json.array());
    return Optional.of(
        new Json.Members()
            .put("characters", found.characters())
            .put("passage", found.passage())
            .put("units", units)
            .json());
  }

  private static JsonObject json(HiddenUnits.Unit unit) {
    return new Json.Members()
        .put("unit", unit.unit())
        .put("follows", unit.follows())
        .put("does", unit.does())
        .number("correlation", unit.correlation())
        .put(
            "activations",
            Json.numbers(unit.activations().stream().mapToDouble(Double::doubleValue)))
        .json();
  }
}
