package io.github.charrnn.cli.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.stream.Collector;
import java.util.stream.DoubleStream;

/** Puts JSON together. */
final class Json {
  private static final Gson GSON =
      new GsonBuilder().serializeNulls().disableHtmlEscaping().create();

  private Json() {}

  /** Compact, on one line. */
  static String text(JsonElement json) {
    return GSON.toJson(json);
  }

  /** Seven digits of a number; null for NaN and the infinities, which JSON does not have. */
  static JsonElement number(double x) {
    if (!Double.isFinite(x)) {
      return JsonNull.INSTANCE;
    }
    boolean fits = x == 0 || (Math.abs(x) >= Float.MIN_NORMAL && Math.abs(x) <= Float.MAX_VALUE);
    return fits ? new JsonPrimitive((float) x) : new JsonPrimitive(x);
  }

  static JsonArray numbers(DoubleStream values) {
    return values.mapToObj(Json::number).collect(array());
  }

  static Collector<JsonElement, JsonArray, JsonArray> array() {
    return Collector.of(
        JsonArray::new,
        JsonArray::add,
        (a, b) -> {
          a.addAll(b);
          return a;
        });
  }

  /** An object to add members to. */
  static final class Members {
    private final JsonObject json = new JsonObject();

    Members put(String name, JsonElement value) {
      json.add(name, value);
      return this;
    }

    Members put(String name, String value) {
      json.addProperty(name, value);
      return this;
    }

    Members put(String name, long value) {
      json.addProperty(name, value);
      return this;
    }

    Members put(String name, boolean value) {
      json.addProperty(name, value);
      return this;
    }

    Members number(String name, double value) {
      return put(name, Json.number(value));
    }

    JsonObject json() {
      return json;
    }
  }
}
