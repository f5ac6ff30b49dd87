package io.github.charrnn;

import io.github.charrnn.internal.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Trains a model on a text: truncated backpropagation through time over consecutive windows, value
 * clipping, and an optimizer. The defaults are the recipe in the {@linkplain io.github.charrnn
 * package documentation}.
 *
 * <p>Set it up once, then train as often as you like: every run starts from the model that the
 * trainer was made of, which never changes, with a zero state and an empty optimizer memory. The
 * same model, text and settings give the same result to the last bit. To continue training, make a
 * trainer of a trained model. Not safe for use by several threads at a time.
 */
public final class Trainer {
  private final VanillaRnn model;
  private final List<Listener> listeners = new ArrayList<>();
  private int sequenceLength = 25;
  private int batchSize = 1;
  private double learningRate = 0.1;
  private double clip = 5;
  private Optimizer optimizer = Optimizer.ADAGRAD;

  private record Listener(long every, Consumer<? super Training> action) {}

  private Trainer(VanillaRnn model) {
    this.model = model;
  }

  /** A trainer that starts from the parameters of a model, new or trained before. */
  public static Trainer of(VanillaRnn model) {
    return new Trainer(model);
  }

  /**
   * The number of symbols in a window, n: how far back gradients go; 25 unless set.
   *
   * @param sequenceLength at least 1
   * @throws IllegalArgumentException if sequenceLength is below 1
   */
  public Trainer sequenceLength(int sequenceLength) {
    if (sequenceLength < 1) {
      throw new IllegalArgumentException(
          "sequenceLength is " + sequenceLength + ", must be at least 1");
    }
    this.sequenceLength = sequenceLength;
    return this;
  }

  /**
   * The number of streams, B, that are trained on side by side; 1, the recipe, unless set. The text
   * is cut into B parts of equal length, what is left over at the end is not read, and every step
   * takes the next window of each, with a state of its own.
   *
   * <p>Gradients are added up step by step, and within a step stream by stream, and then divided by
   * B: clip and learning rate act on the gradient of the mean loss of a window. The losses that are
   * reported are such means too, so that curves of different B can be compared.
   *
   * @param batchSize at least 1
   * @throws IllegalArgumentException if batchSize is below 1
   */
  public Trainer batchSize(int batchSize) {
    if (batchSize < 1) {
      throw new IllegalArgumentException("batchSize is " + batchSize + ", must be at least 1");
    }
    this.batchSize = batchSize;
    return this;
  }

  /**
   * The learning rate, eta; 0.1 unless set.
   *
   * @param learningRate above 0 and finite
   * @throws IllegalArgumentException if learningRate is not above 0 and finite
   */
  public Trainer learningRate(double learningRate) {
    if (!(learningRate > 0 && learningRate < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "learningRate is " + learningRate + ", must be above 0 and finite");
    }
    this.learningRate = learningRate;
    return this;
  }

  /**
   * The bound on every element of the gradient: larger ones become clip, smaller than -clip -clip;
   * 5 unless set. Infinity switches clipping off.
   *
   * @param clip above 0
   * @throws IllegalArgumentException if clip is not above 0
   */
  public Trainer clip(double clip) {
    if (!(clip > 0)) {
      throw new IllegalArgumentException("clip is " + clip + ", must be above 0");
    }
    this.clip = clip;
    return this;
  }

  /** How gradients change parameters; AdaGrad unless set. */
  public Trainer optimizer(Optimizer optimizer) {
    this.optimizer = Objects.requireNonNull(optimizer, "optimizer");
    return this;
  }

  /**
   * Calls a listener before the first step and after every so many steps, from the thread that
   * trains. It may look, sample and {@linkplain Training#stop() stop}; none of that changes what
   * training does. Several listeners are called in the order in which they were added.
   *
   * @param steps at least 1
   * @throws IllegalArgumentException if steps is below 1
   */
  public Trainer every(long steps, Consumer<? super Training> listener) {
    if (steps < 1) {
      throw new IllegalArgumentException("every is " + steps + " steps, must be at least 1");
    }
    listeners.add(new Listener(steps, Objects.requireNonNull(listener, "listener")));
    return this;
  }

  /**
   * Trains for a number of steps, as many times through the text as it takes.
   *
   * @param steps at least 0; windows of the text to train on
   * @throws IllegalArgumentException if steps is below 0, or for the reasons of {@link #start}
   * @throws ArithmeticException if training diverges: the loss is no longer finite
   */
  public TrainingResult train(EncodedText text, long steps) {
    if (steps < 0) {
      throw new IllegalArgumentException("steps is " + steps + ", must be at least 0");
    }
    Training training = start(text);
    inform(training);
    while (training.step() < steps && !training.stopped()) {
      training.advance();
      inform(training);
    }
    return training.result();
  }

  /**
   * Trains for a number of steps on a text in the model's vocabulary.
   *
   * @param steps at least 0; windows of the text to train on
   * @throws UnknownSymbolException if the vocabulary does not have a symbol of the text
   * @throws IllegalArgumentException if steps is below 0, or for the reasons of {@link #start}
   * @throws ArithmeticException if training diverges: the loss is no longer finite
   */
  public TrainingResult train(CharSequence text, long steps) {
    return train(model.vocab().encode(text), steps);
  }

  /**
   * Trains for a number of whole passes through the text.
   *
   * @param epochs at least 0
   * @throws IllegalArgumentException if epochs is below 0, or for the reasons of {@link #start}
   * @throws ArithmeticException if training diverges: the loss is no longer finite
   */
  public TrainingResult trainEpochs(EncodedText text, int epochs) {
    return train(text, stepsOf(text, epochs));
  }

  /**
   * How many steps that many passes through a text are: each is as many whole windows as fit, every
   * one of them with the symbol that follows it, {@code (length / B - 1) / n}, both rounded down.
   *
   * @param epochs at least 0
   * @throws IllegalArgumentException if epochs is below 0
   */
  public long stepsOf(EncodedText text, int epochs) {
    if (epochs < 0) {
      throw new IllegalArgumentException("epochs is " + epochs + ", must be at least 0");
    }
    return epochs * Math.max(0, (text.length() / batchSize - 1) / sequenceLength);
  }

  /**
   * Starts a run that the caller advances step by step; listeners are not called.
   *
   * @throws IllegalArgumentException if the text has fewer than (sequenceLength + 1) batchSize
   *     symbols or another vocabulary than the model, or if training does not fit into the heap
   */
  public Training start(EncodedText text) {
    model.requireSameVocab(text);
    if (text.length() / batchSize <= sequenceLength) {
      String streams = batchSize == 1 ? "" : " and batchSize " + batchSize;
      throw new IllegalArgumentException(
          "sequenceLength "
              + sequenceLength
              + streams
              + (batchSize == 1 ? " needs at least " : " need at least ")
              + (sequenceLength + 1L) * batchSize
              + " symbols, the text has "
              + text.length());
    }
    int m = model.hiddenSize();
    String what =
        "training with hiddenSize "
            + m
            + ", sequenceLength "
            + sequenceLength
            + " and batchSize "
            + batchSize;
    Window.requireTrainable(what, sequenceLength, batchSize, m, model.vocab().size());
    return new Training(model, text, sequenceLength, batchSize, learningRate, clip, optimizer);
  }

  private void inform(Training training) {
    for (int i = 0; i < listeners.size(); i++) { // an iterator would be an object a step
      Listener listener = listeners.get(i);
      if (training.step() % listener.every == 0) {
        listener.action.accept(training);
      }
    }
  }
}
