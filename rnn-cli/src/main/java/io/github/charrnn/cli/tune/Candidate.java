package io.github.charrnn.cli.tune;

import io.github.charrnn.LearningRate;
import io.github.charrnn.Plan;
import io.github.charrnn.Recipe;

/**
 * What a search tries.
 *
 * @param rateFactor what the plan's learning rate is multiplied by
 */
record Candidate(int hiddenSize, double rateFactor, long seed) {
  /** A run of as many steps as the plan has. */
  Job job(Search.Base base, Plan plan, boolean modelWanted) {
    Recipe recipe = base.recipe(plan);
    LearningRate rate = recipe.learningRate();
    return new Job(
        hiddenSize,
        plan.initializer(),
        seed,
        recipe.withLearningRate(rate.withRate(rateFactor * rate.rate())),
        plan.steps(),
        modelWanted);
  }
}
