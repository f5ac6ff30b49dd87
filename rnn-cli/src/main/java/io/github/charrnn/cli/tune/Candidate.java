package io.github.charrnn.cli.tune;

import io.github.charrnn.LearningRate;
import io.github.charrnn.Plan;
import io.github.charrnn.Recipe;

/**
 * What a search tries.
 *
 * @param rateFactor what the plan's learning rate is multiplied by
 */
record Candidate(Plan plan, int hiddenSize, double rateFactor, long seed) {
  /** A run of so many steps. */
  Job job(Search.Base base, long steps, boolean modelWanted) {
    Recipe recipe = base.recipe(plan.withSteps(steps));
    LearningRate rate = recipe.learningRate();
    return new Job(
        hiddenSize,
        plan.initializer(),
        seed,
        recipe.withLearningRate(rate.withRate(rateFactor * rate.rate())),
        steps,
        modelWanted);
  }
}
