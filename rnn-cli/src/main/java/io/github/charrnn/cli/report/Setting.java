package io.github.charrnn.cli.report;

import io.github.charrnn.Recipe;
import java.util.List;

/**
 * A setting of a recipe, as reports and {@code rnn inspect} show it.
 *
 * @param key in JSON
 * @param name in words
 * @param value an Integer, a Double or a String
 */
public record Setting(String key, String name, Object value) {

  /** All settings of a recipe: here is the one place to add one. */
  public static List<Setting> of(Recipe recipe) {
    return List.of(
        new Setting("sequenceLength", "sequence length", recipe.sequenceLength()),
        new Setting("batchSize", "batch size", recipe.batchSize()),
        new Setting("learningRate", "learning rate", recipe.learningRate().rate()),
        new Setting("clip", "clip", recipe.clip().bound()),
        new Setting("optimizer", "optimizer", recipe.optimizer().name()));
  }
}
