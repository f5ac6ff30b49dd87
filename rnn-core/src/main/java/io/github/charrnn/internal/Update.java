package io.github.charrnn.internal;

import io.github.charrnn.Clip;
import io.github.charrnn.Optimizer;
import io.github.charrnn.Recipe;
import io.github.charrnn.internal.Parameters.Tensor;
import io.github.charrnn.internal.kernel.Kernel;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The update: what the gradient of a window does to the parameters, once it is divided by the
 * number of streams and clipped. Owns the optimizer's memories.
 *
 * <p>Use, for every step: {@link #begin}, then {@link Window#backward(Window.Gradients)} with this.
 */
public final class Update implements Window.Gradients {
  /*
   * Everything is updated piece by piece, each piece of the gradients while it is near in the cache,
   * by the thread that has computed it. No parameter is read any more by then. Only clipping by norm
   * and Shampoo need all of the gradient before the first piece: then pieces are rows of what was
   * kept.
   */

  private static final double EPSILON = 1e-8;
  private static final Range ANY = new Range("a number", x -> true);

  /*
   * Training diverges in the loss first: what is NaN in any parameter that a window reads makes its
   * loss NaN, and no parameter can become infinite while the start, the clip, and learning rate
   * times clip, are within this bound, however many steps there are. Beyond it every update is
   * looked over.
   */
  private static final double BOUND = 1e100;

  /**
   * What an optimizer remembers from step to step, for every parameter.
   *
   * @param name in files
   * @param range what its numbers may be
   * @param words what they are
   * @param ofRows whether those of W are the second moment of its rows instead
   */
  record Memory(String name, Range range, String words, boolean ofRows) {
    Memory(String name, Range range, String words) {
      this(name, range, words, false);
    }
  }

  private static final Memory SQUARES =
      new Memory("memory", Range.AT_LEAST_ZERO, "AdaGrad's sum of squares");
  private static final Memory VELOCITY = new Memory("velocity", ANY, "the velocity");
  private static final Memory MEAN_SQUARE =
      new Memory("meanSquare", Range.AT_LEAST_ZERO, "RMSProp's mean square");
  private static final Memory FIRST_MOMENT = new Memory("firstMoment", ANY, "the first moment");
  private static final Memory SECOND_MOMENT =
      new Memory("secondMoment", Range.AT_LEAST_ZERO, "Adam's second moment");
  private static final Memory MOMENT_OF_ROWS =
      new Memory("momentOfRows", Range.AT_LEAST_ZERO, "Shampoo's second moment", true);

  /** Moves elements from..to-1 of one tensor; their gradient is in g from {@code at} on. */
  private interface Rule {
    void move(Kernel kernel, int from, int to, double[] g, int at);
  }

  private final Recipe recipe;
  private final Parameters parameters;
  private final Window window;
  private final Map<String, Parameters> memories; // by name
  private final Map<Tensor, Rule> rules = new EnumMap<>(Tensor.class);
  private final Optional<Whitening> whitening; // of W, for Shampoo
  private final double clip; // of every element
  private double rate; // of the step, with Adam's correction of its first moment
  private double correction; // Adam's, of its second moment
  private double kept = 1; // of a parameter, by weight decay
  private double scale; // of the gradient
  private boolean normIsFinite = true;
  private boolean mayOverflow;

  /**
   * The update of one run.
   *
   * @param parameters what is updated, and loaded into the window
   */
  public Update(Recipe recipe, Parameters parameters, Window window) {
    this.recipe = recipe;
    this.parameters = parameters;
    this.window = window;
    memories = newMemories(recipe.optimizer(), parameters);
    whitening = whitening(recipe.optimizer());
    clip = recipe.clip() instanceof Clip.Value value ? value.bound() : Double.POSITIVE_INFINITY;
    for (Tensor tensor : Parameters.tensors()) {
      rules.put(tensor, rule(tensor));
    }
    parametersReplaced();
  }

  /** What an optimizer remembers. */
  static List<Memory> memoriesOf(Optimizer optimizer) {
    if (optimizer instanceof Optimizer.AdaGrad) {
      return List.of(SQUARES);
    }
    if (optimizer instanceof Optimizer.Sgd sgd) {
      return sgd.momentum() == 0 ? List.of() : List.of(VELOCITY);
    }
    if (optimizer instanceof Optimizer.RmsProp) {
      return List.of(MEAN_SQUARE);
    }
    return List.of(FIRST_MOMENT, secondMoment(optimizer));
  }

  private static Memory secondMoment(Optimizer optimizer) {
    return optimizer instanceof Optimizer.Shampoo ? MOMENT_OF_ROWS : SECOND_MOMENT;
  }

  private Optional<Whitening> whitening(Optimizer optimizer) {
    if (!(optimizer instanceof Optimizer.Shampoo shampoo)) {
      return Optional.empty();
    }
    double[] mean = memory(memories, FIRST_MOMENT.name).w;
    double[] moment = memory(memories, MOMENT_OF_ROWS.name).w;
    return Optional.of(new Whitening(shampoo, parameters.w, mean, moment, parameters.hiddenSize));
  }

  /** How many bytes an update of these sizes needs beside parameters and memories. */
  public static double work(Optimizer optimizer, long hiddenSize) {
    return optimizer instanceof Optimizer.Shampoo ? Double.BYTES * Whitening.work(hiddenSize) : 0;
  }

  /** What an optimizer remembers before the first step, by name. */
  public static Map<String, Parameters> newMemories(Optimizer optimizer, Parameters parameters) {
    Map<String, Parameters> memories = new LinkedHashMap<>();
    for (Memory memory : memoriesOf(optimizer)) {
      memories.put(memory.name, new Parameters(parameters.hiddenSize, parameters.vocabSize));
    }
    if (optimizer instanceof Optimizer.AdaGrad adaGrad) {
      memory(memories, SQUARES.name).fill(adaGrad.initialAccumulator());
    }
    return memories;
  }

  /** How many numbers an optimizer remembers for every parameter. */
  public static int memoriesPerParameter(Optimizer optimizer) {
    return memoriesOf(optimizer).size();
  }

  private Rule rule(Tensor tensor) {
    double[] theta = parameters.get(tensor);
    if (recipe.optimizer() instanceof Optimizer.AdaGrad) {
      double[] squares = memory(memories, SQUARES.name).get(tensor);
      return (kernel, from, to, g, at) ->
          kernel.adagrad(theta, squares, from, to, g, at, scale, clip, rate, EPSILON);
    }
    if (recipe.optimizer() instanceof Optimizer.RmsProp rmsProp) {
      double decay = rmsProp.decay();
      double[] squares = memory(memories, MEAN_SQUARE.name).get(tensor);
      return (kernel, from, to, g, at) ->
          kernel.rmsProp(theta, squares, from, to, g, at, scale, clip, rate, decay, EPSILON);
    }
    if (whitening.isPresent() && tensor == Tensor.W) {
      Whitening rows = whitening.get();
      return (kernel, from, to, g, at) -> rows.take(kernel, from, to, g, at, scale, clip);
    }
    if (recipe.optimizer() instanceof Optimizer.OfMoments moments) {
      double beta1 = moments.beta1();
      double beta2 = moments.beta2();
      double[] first = memory(memories, FIRST_MOMENT.name).get(tensor);
      double[] second = memory(memories, secondMoment(moments).name).get(tensor);
      double times = rateOf(tensor, moments);
      return (kernel, from, to, g, at) ->
          kernel.adam(
              theta,
              first,
              second,
              from,
              to,
              g,
              at,
              scale,
              clip,
              rate * times,
              correction,
              kept,
              beta1,
              beta2,
              EPSILON);
    }
    double momentum = ((Optimizer.Sgd) recipe.optimizer()).momentum();
    if (momentum == 0) {
      return (kernel, from, to, g, at) -> kernel.descend(theta, from, to, g, at, scale, clip, rate);
    }
    double[] velocity = memory(memories, VELOCITY.name).get(tensor);
    return (kernel, from, to, g, at) ->
        kernel.momentum(theta, velocity, from, to, g, at, scale, clip, rate, momentum);
  }

  /** How many times the learning rate that of a tensor is. */
  private static double rateOf(Tensor tensor, Optimizer optimizer) {
    if (optimizer instanceof Optimizer.Shampoo shampoo) {
      if (tensor == Tensor.U) {
        return shampoo.inputRate();
      }
      if (tensor == Tensor.V) {
        return shampoo.outputRate();
      }
    }
    return 1;
  }

  /**
   * Begins the update of a step at its learning rate.
   *
   * @param step counted from 1
   */
  public void begin(long step, double learningRate) {
    scale = 1.0 / recipe.batchSize();
    rate = learningRate;
    if (recipe.optimizer() instanceof Optimizer.OfMoments moments) {
      rate = learningRate / (1 - power(moments.beta1(), step));
      correction = 1 / Math.sqrt(1 - power(moments.beta2(), step));
      kept = 1 - learningRate * moments.weightDecay();
    }
    if (whitening.isPresent()) {
      whitening.get().begin(step, learningRate);
      window.weights().prepareSquare();
    }
  }

  /**
   * A power by squaring: the same everywhere, and StrictMath's pow allocates until it is compiled.
   *
   * @param exponent at least 0
   */
  public static double power(double base, long exponent) {
    double result = 1;
    double square = base;
    for (long bits = exponent; bits > 0; bits >>= 1) {
      if ((bits & 1) == 1) {
        result *= square;
      }
      square *= square;
    }
    return result;
  }

  /**
   * Where there is a memory that decays, or moves it, or weight decay, a parameter moves without a
   * gradient.
   */
  @Override
  public boolean wantsEveryRow() {
    return recipe.optimizer() instanceof Optimizer.OfMoments
        || recipe.optimizer() instanceof Optimizer.RmsProp
        || (recipe.optimizer() instanceof Optimizer.Sgd sgd && sgd.momentum() > 0);
  }

  /** Or all of W's gradient at once. */
  @Override
  public boolean wantsNorm() {
    return recipe.clip() instanceof Clip.Norm || whitening.isPresent();
  }

  @Override
  public void norm(double squares) {
    normIsFinite = Double.isFinite(squares);
    if (!(recipe.clip() instanceof Clip.Norm)) {
      return;
    }
    double norm = Math.sqrt(squares) / recipe.batchSize() / recipe.sequenceLength();
    if (norm > recipe.clip().bound()) {
      scale *= recipe.clip().bound() / norm;
    }
  }

  /** Updates these elements. */
  @Override
  public void take(Tensor tensor, Kernel kernel, double[] g, int at, int from, int to) {
    Objects.requireNonNull(rules.get(tensor)).move(kernel, from, to, g, at);
    int m = parameters.hiddenSize;
    if (tensor == Tensor.W && whitening.isEmpty()) {
      window.weights().reloadW(from / m, to / m);
    } else if (tensor == Tensor.V) {
      window.weights().reloadV(from / m, to / m);
    }
  }

  @Override
  public boolean isUsual() {
    return whitening.isEmpty() || !whitening.get().takesRoot();
  }

  @Override
  public void finish(Kernel kernel, int from, int end, Runnable barrier) {
    if (whitening.isPresent()) {
      whitening.get().finish(kernel, from, end, rate, kept, barrier);
      window.weights().reloadW(from, end);
    }
  }

  /**
   * Whether it moves a parameter by the full learning rate, whatever the size of a gradient that is
   * not tiny, while it remembers none.
   */
  public boolean forgets() {
    return recipe.optimizer() instanceof Optimizer.AdaGrad;
  }

  /** Takes what AdaGrad has gathered for what so many times as many steps would have gathered. */
  public void extrapolate(double factor) {
    double initial = ((Optimizer.AdaGrad) recipe.optimizer()).initialAccumulator();
    memory(memories, SQUARES.name).replaceAll(sum -> initial + factor * (sum - initial));
  }

  /** What the optimizer remembers, by the names that files have for it; not copies. */
  public Map<String, Parameters> memories() {
    return memories;
  }

  /** Takes over what an optimizer of the same kind has remembered, and other parameters. */
  public void restore(Map<String, Parameters> from) {
    memories.forEach((name, memory) -> memory.set(memory(from, name)));
    whitening.ifPresent(Whitening::momentReplaced);
    parametersReplaced();
  }

  private static Parameters memory(Map<String, Parameters> memories, String name) {
    return Objects.requireNonNull(memories.get(name), name);
  }

  /** Says that the parameters are not what the last update has made them. */
  private void parametersReplaced() {
    double element =
        recipe.clip() instanceof Clip.Norm norm ? norm.bound() * recipe.sequenceLength() : clip;
    if (recipe.optimizer() instanceof Optimizer.Sgd sgd) {
      element /= 1 - sgd.momentum();
    }
    if (recipe.optimizer() instanceof Optimizer.OfMoments moments) { // moves by the rate
      element = Math.max(1, element);
      for (Tensor tensor : Parameters.tensors()) {
        element = Math.max(element, rateOf(tensor, moments));
      }
    }
    mayOverflow =
        !(element <= BOUND
            && element * recipe.learningRate().rate() <= BOUND
            && parameters.isWithin(BOUND));
  }

  /** Whether numbers might become infinite without the loss showing it. */
  public boolean mayOverflow() {
    return mayOverflow || !normIsFinite;
  }

  /** What is not finite, as the subject of a sentence, if anything is. */
  public Optional<String> overflown() {
    return overflown(recipe.optimizer(), parameters, memories);
  }

  /** The same of parameters and memories that come from elsewhere. */
  public static Optional<String> overflown(
      Optimizer optimizer, Parameters parameters, Map<String, Parameters> memories) {
    if (!parameters.isWithin(Double.MAX_VALUE)) {
      return Optional.of("a parameter");
    }
    return memoriesOf(optimizer).stream()
        .filter(memory -> !memory(memories, memory.name).isWithin(Double.MAX_VALUE))
        .map(Memory::words)
        .findFirst();
  }
}
