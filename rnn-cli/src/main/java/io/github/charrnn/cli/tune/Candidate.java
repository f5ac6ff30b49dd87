package io.github.charrnn.cli.tune;

import io.github.charrnn.Plan;
import io.github.charrnn.Recipe;
import io.github.charrnn.VanillaRnn;

/**
 * What a search tries.
 *
 * @param rateFactor what the plan's learning rate is multiplied by
 */
record Candidate(int hiddenSize, double rateFactor, long seed) {
  /** The recipe of a run of so many steps. */
  Recipe recipe(Search.Base base, Plan plan) {
    Recipe recipe = base.recipe(plan);
    return recipe.withLearningRate(
        recipe.learningRate().withRate(rateFactor * recipe.learningRate().rate()));
  }

  /** The model that it begins with. */
  VanillaRnn model(Search.Base base) {
    VanillaRnn.Builder builder =
        VanillaRnn.builder(base.text().vocab())
            .hiddenSize(hiddenSize)
            .initializer(base.plan().initializer())
            .seed(seed);
    base.documents().ifPresent(builder::documents);
    return builder.build();
  }
}
