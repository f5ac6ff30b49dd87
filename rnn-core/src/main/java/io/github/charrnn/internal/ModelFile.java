package io.github.charrnn.internal;

import io.github.charrnn.CharVocab;
import io.github.charrnn.ModelFormatException;
import io.github.charrnn.Optimizer;
import io.github.charrnn.TrainingSummary;
import io.github.charrnn.Validation;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The model file: {@linkplain Safetensors safetensors} with the tensors U, W, V, b and c, and
 * everything else in its metadata.
 *
 * <p>Metadata: {@code format} "charrnn", {@code formatVersion} "1", {@code sha256}, {@code
 * vocabulary} (the symbols in order), {@code hiddenSize}, {@code seed}, {@code generator}, and for
 * a trained model {@code sequenceLength}, {@code batchSize}, {@code learningRate}, {@code
 * rollbacks}, {@code clip}, {@code optimizer}, {@code textLength}, {@code step}, {@code
 * smoothLoss}. A {@linkplain CheckpointFile checkpoint} has more of both, and can be read as the
 * model that training stood at.
 */
public final class ModelFile {
  static final String FORMAT = "charrnn";
  static final int VERSION = 1;

  /** Present in every file. */
  private static final Set<String> MODEL_KEYS =
      Set.of(
          "format",
          "formatVersion",
          Safetensors.CHECKSUM,
          "vocabulary",
          "hiddenSize",
          "seed",
          "generator");

  /** Present in the file of a trained model, all of them. */
  private static final Set<String> TRAINING_KEYS =
      Set.of(
          "sequenceLength",
          "batchSize",
          "learningRate",
          "rollbacks",
          "clip",
          "optimizer",
          "textLength",
          "step",
          "smoothLoss");

  /** Present in the file of a model of whose text a part was held out, all of them. */
  private static final Set<String> VALIDATION_KEYS =
      Set.of("validationLength", "validationEvery", "validationSelects");

  /** What a model file holds. */
  public record Model(
      CharVocab vocab, Parameters parameters, long seed, Optional<TrainingSummary> training) {}

  /** What a model file says before its numbers are read. */
  record Description(
      CharVocab vocab, int hiddenSize, long seed, Optional<TrainingSummary> training) {

    Model with(Parameters parameters) {
      return new Model(vocab, parameters, seed, training);
    }
  }

  private ModelFile() {}

  /** Replaces a file by a model; see {@link SafeFile}. */
  public static void write(Path file, Model model) throws IOException {
    Safetensors.write(new SafeFile(file), metadata(model), tensors("", model.parameters()));
  }

  /** SHA-256 of the tensors' bytes as they are in a file. */
  public static String fingerprint(Parameters parameters) {
    MessageDigest digest = Sha256.digest();
    Safetensors.forEachBuffer(tensors("", parameters), digest::update);
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * Reads a model, from its file or a checkpoint.
   *
   * @throws ModelFormatException if the file is not exactly what this library writes
   * @throws IllegalArgumentException if the model does not fit into the heap
   */
  public static Model read(Path file) throws IOException {
    try (Safetensors in = Safetensors.open(file)) {
      Metadata metadata = in.metadata();
      Description model = describe(metadata);
      if (CheckpointFile.isCheckpoint(metadata)) {
        return CheckpointFile.read(in, model, file).model();
      }
      requireKeys(metadata, Set.of());
      in.requireTensors(shapes("", model.hiddenSize(), model.vocab().size()));
      Parameters parameters =
          Parameters.allocate(model.hiddenSize(), model.vocab().size(), "the model in " + file);
      in.read(tensors("", parameters));
      return model.with(parameters);
    }
  }

  /** Parameters in the equations' orientation and in the order of {@link #shapes}. */
  static List<Safetensors.Tensor> tensors(String prefix, Parameters p) {
    int m = p.hiddenSize;
    int k = p.vocabSize;
    return List.of(
        Safetensors.Tensor.transposed(prefix + "U", m, k, p.u),
        Safetensors.Tensor.matrix(prefix + "W", m, m, p.w),
        Safetensors.Tensor.matrix(prefix + "V", k, m, p.v),
        Safetensors.Tensor.vector(prefix + "b", p.b),
        Safetensors.Tensor.vector(prefix + "c", p.c));
  }

  /** Names and shapes of these tensors; products stay below 2^59 by the limits of m and K. */
  static Map<String, List<Long>> shapes(String prefix, long m, long k) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    shapes.put(prefix + "U", List.of(m, k));
    shapes.put(prefix + "W", List.of(m, m));
    shapes.put(prefix + "V", List.of(k, m));
    shapes.put(prefix + "b", List.of(m));
    shapes.put(prefix + "c", List.of(k));
    return shapes;
  }

  static Metadata metadata(Model model) {
    Metadata metadata =
        new Metadata()
            .put("format", FORMAT)
            .put("formatVersion", VERSION)
            .put(Safetensors.CHECKSUM, Safetensors.NO_CHECKSUM)
            .put("vocabulary", model.vocab().symbols())
            .put("hiddenSize", model.parameters().hiddenSize)
            .put("seed", model.seed())
            .put("generator", Xoshiro256.NAME);
    if (model.training().isPresent()) {
      TrainingSummary training = model.training().get();
      metadata
          .put("sequenceLength", training.sequenceLength())
          .put("batchSize", training.batchSize())
          .put("learningRate", training.learningRate())
          .put("rollbacks", training.rollbacks())
          .put("clip", training.clip())
          .put("optimizer", name(training.optimizer()))
          .put("textLength", training.textLength())
          .put("step", training.step())
          .put("smoothLoss", training.smoothLoss());
      if (training.validation().isPresent()) {
        Validation validation = training.validation().get();
        metadata
            .put("validationLength", validation.length())
            .put("validationEvery", validation.every())
            .put("validationSelects", validation.selects() ? 1 : 0);
      }
    }
    return metadata;
  }

  /** What the metadata say of the model, checked; {@link #requireKeys} is left to the caller. */
  static Description describe(Metadata metadata) throws ModelFormatException {
    if (!metadata.has("format") || !metadata.text("format").equals(FORMAT)) {
      throw Safetensors.wrong(
          "not a model of this library: its metadata has no format \"" + FORMAT + "\"");
    }
    long version = metadata.integer("formatVersion", 1, Long.MAX_VALUE);
    if (version > VERSION) {
      throw Safetensors.wrong(
          "the model's format version is "
              + version
              + ", this library reads up to "
              + VERSION
              + ": use a newer one");
    }
    if (!metadata.text("generator").equals(Xoshiro256.NAME)) {
      throw Safetensors.wrong("the metadata names an unknown random generator");
    }
    return new Description(
        vocab(metadata.text("vocabulary")),
        (int) metadata.integer("hiddenSize", 1, Parameters.MAX_HIDDEN_SIZE),
        metadata.integer("seed", Long.MIN_VALUE, Long.MAX_VALUE),
        Stream.of(TRAINING_KEYS, VALIDATION_KEYS)
                .flatMap(Collection::stream)
                .anyMatch(metadata::has)
            ? Optional.of(training(metadata))
            : Optional.empty());
  }

  /** Refuses keys that are neither a model's nor among these. */
  static void requireKeys(Metadata metadata, Set<String> others) throws ModelFormatException {
    Set<String> allowed = new HashSet<>(MODEL_KEYS);
    allowed.addAll(TRAINING_KEYS);
    allowed.addAll(VALIDATION_KEYS);
    allowed.addAll(others);
    metadata.requireOnly(allowed);
  }

  private static CharVocab vocab(String symbols) throws ModelFormatException {
    int[] codePoints = symbols.codePoints().toArray();
    for (int i = 1; i < codePoints.length; i++) {
      if (codePoints[i] <= codePoints[i - 1]) {
        throw Safetensors.wrong("the vocabulary is not in ascending order");
      }
    }
    if (codePoints.length < 2 || codePoints.length > CharVocab.MAX_SIZE) {
      throw Safetensors.wrong(
          "the vocabulary has "
              + codePoints.length
              + " symbols, must have from 2 to "
              + CharVocab.MAX_SIZE);
    }
    return CharVocab.of(codePoints);
  }

  private static TrainingSummary training(Metadata metadata) throws ModelFormatException {
    double learningRate = metadata.number("learningRate");
    if (!(learningRate > 0 && learningRate < Double.POSITIVE_INFINITY)) {
      throw metadata.wrong("learningRate", "above 0 and finite");
    }
    double clip = metadata.number("clip");
    if (!(clip > 0)) {
      throw metadata.wrong("clip", "above 0");
    }
    long step = metadata.integer("step", 0, Long.MAX_VALUE);
    double smoothLoss = metadata.number("smoothLoss");
    if (step == 0 ? !Double.isNaN(smoothLoss) : !Double.isFinite(smoothLoss)) {
      throw metadata.wrong("smoothLoss", "finite, or NaN at step 0");
    }
    return new TrainingSummary(
        (int) metadata.integer("sequenceLength", 1, Integer.MAX_VALUE),
        (int) metadata.integer("batchSize", 1, Integer.MAX_VALUE),
        learningRate,
        (int) metadata.integer("rollbacks", 0, Integer.MAX_VALUE),
        clip,
        optimizer(metadata.text("optimizer")),
        metadata.integer("textLength", 2, Long.MAX_VALUE),
        VALIDATION_KEYS.stream().anyMatch(metadata::has)
            ? Optional.of(validation(metadata))
            : Optional.empty(),
        step,
        smoothLoss);
  }

  private static Validation validation(Metadata metadata) throws ModelFormatException {
    return new Validation(
        metadata.integer("validationLength", 2, Long.MAX_VALUE),
        metadata.integer("validationEvery", 1, Long.MAX_VALUE),
        metadata.integer("validationSelects", 0, 1) == 1);
  }

  private static Optimizer optimizer(String name) throws ModelFormatException {
    for (Optimizer known : Optimizer.values()) {
      if (name(known).equals(name)) {
        return known;
      }
    }
    throw Safetensors.wrong("the metadata names an unknown optimizer");
  }

  private static String name(Optimizer optimizer) {
    return optimizer.name().toLowerCase(Locale.ROOT);
  }
}
