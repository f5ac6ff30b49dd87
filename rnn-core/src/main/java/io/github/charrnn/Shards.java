package io.github.charrnn;

import io.github.charrnn.internal.Crew;
import io.github.charrnn.internal.Nulls;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A text in parts, on each of which a copy of the model is trained: in this process, or wherever an
 * implementation has them. A {@link Trainer} with a {@linkplain Recipe#withShards recipe of as many
 * shards} hands out what every shard begins a round with, gets what each has made of it, and takes
 * the mean.
 *
 * <p>All that a shard's part of a round depends on is in the bytes that it is given, its number and
 * its text. So it may be computed anywhere, again, or twice at the same time, with the same result
 * to the last bit: a round that is lost with its machine is computed by another.
 *
 * <pre>{@code
 * int half = text.length() / 2;
 * List<EncodedText> parts =
 *     List.of(vocab.encode(text.substring(0, half)), vocab.encode(text.substring(half)));
 * VanillaRnn start = VanillaRnn.builder(vocab).hiddenSize(100).build();
 * Recipe recipe = Recipe.course().withBatchSize(2).withShards(2).withLocalSteps(10);
 * TrainingResult result = Trainer.of(start).recipe(recipe).train(Shards.of(parts), 100);
 * }</pre>
 *
 * <p>Not safe for use by several threads at a time, except {@link #train}.
 *
 * @since 0.1
 */
public interface Shards {
  /** {@return the symbols of every shard, the model's} */
  CharVocab vocab();

  /** {@return the number of characters of each shard} */
  List<Long> lengths();

  /** {@return what tells the texts of all shards from others, 64 hexadecimal digits} */
  String fingerprint();

  /**
   * Has every shard train for a round.
   *
   * @param round what {@link #train} of every shard gets
   * @param results gets what train gave, for one shard after the other in their order
   */
  void round(byte[] round, Consumer<double[]> results);

  /**
   * Trains on one shard for a round, in the calling thread.
   *
   * @param round what {@link #round} was given
   * @param shard from 0 to the number of shards - 1
   * @param text the shard's
   * @return parameters, memories and states as they then stand, and the losses of the steps, for
   *     round to hand on as they are
   * @throws ModelFormatException if round is not what {@link #round} was given, to the last bit
   * @throws IllegalArgumentException if shard is not from 0 to the number of shards - 1, or for the
   *     reasons that {@link Trainer#start} has to refuse a text
   */
  static double[] train(byte[] round, int shard, EncodedText text) throws ModelFormatException {
    Objects.requireNonNull(round, "round");
    Objects.requireNonNull(text, "text");
    return ShardSteps.train(round, shard, text);
  }

  /**
   * {@return shards that are trained in this process, by as many threads as the trainer has}
   *
   * @param texts of each, all in the same vocabulary; at least one
   * @throws IllegalArgumentException if there is no text, or if one has another vocabulary
   */
  static Shards of(List<EncodedText> texts) {
    return new LocalShards(Nulls.copyWithout(texts, "texts"), new Crew(1));
  }
}
