package io.github.charrnn.internal;

import io.github.charrnn.CharVocab;
import io.github.charrnn.ModelFormatException;
import io.github.charrnn.Sample;
import io.github.charrnn.ValidationPoint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a run was seen to do beside its losses, as a checkpoint keeps it: texts that it has written
 * and how well it predicted the held-out text.
 *
 * @param sampleEvery after how many steps a sample is taken, 0 for none
 * @param sampleLength symbols in it
 * @param sampleStride of so many samples one is kept
 * @param samples in the order of their steps
 * @param validationText the fingerprint of the held-out text, if there is one
 * @param validationStride of so many points one is kept
 * @param validation in the order of their steps
 * @param bestValidation the lowest, kept or not
 */
public record Observations(
    long sampleEvery,
    int sampleLength,
    long sampleStride,
    List<Sample> samples,
    Optional<String> validationText,
    long validationStride,
    List<ValidationPoint> validation,
    Optional<ValidationPoint> bestValidation) {

  /** At most so many samples are kept, whatever their length. */
  public static final int MAX_SAMPLES = 1_024;

  /** At most so many symbols of a sample are kept. */
  public static final int MAX_SAMPLE_LENGTH = 1_000;

  /** At most so many points are kept. */
  public static final int MAX_POINTS = 1_024;

  /*
   * Tensors: samples (count, 3), the step, the smooth loss, 0 for that of step 0 which is NaN, and the
   * number of symbols, which stand one after the other in samples.symbols; validation (points, 2),
   * step and loss. How many of each there are is in the metadata, because shapes are checked first.
   */
  private static final int SAMPLE_COLUMNS = 3;
  private static final int POINT_COLUMNS = 2;
  private static final double MAX_EXACT = 1L << 53;

  static final List<String> KEYS =
      List.of("sampleEvery", "sampleLength", "sampleStride", "samples", "sampleSymbols");
  static final List<String> VALIDATION_KEYS =
      List.of(
          "validationText",
          "validationStride",
          "validationPoints",
          "validationBestStep",
          "validationBestLoss");

  /** Makes the lists immutable. */
  public Observations {
    samples = List.copyOf(samples);
    validation = List.copyOf(validation);
  }

  /** How many of each there are in a file. */
  record Counts(int samples, int symbols, OptionalLong points) {

    Map<String, List<Long>> shapes() {
      Map<String, List<Long>> shapes = new LinkedHashMap<>();
      shapes.put("samples", List.of((long) samples, (long) SAMPLE_COLUMNS));
      shapes.put("samples.symbols", List.of((long) symbols));
      points.ifPresent(n -> shapes.put("validation", List.of(n, (long) POINT_COLUMNS)));
      return shapes;
    }
  }

  // Writing

  void putInto(Metadata metadata) {
    metadata
        .put("sampleEvery", sampleEvery)
        .put("sampleLength", sampleLength)
        .put("sampleStride", sampleStride)
        .put("samples", samples.size())
        .put("sampleSymbols", samples.stream().mapToLong(Observations::length).sum());
    if (validationText.isPresent()) {
      metadata
          .put("validationText", validationText.get())
          .put("validationStride", validationStride)
          .put("validationPoints", validation.size())
          .put("validationBestStep", bestValidation.map(ValidationPoint::step).orElse(0L))
          .put(
              "validationBestLoss",
              bestValidation.map(ValidationPoint::natsPerCharacter).orElse(Double.NaN));
    }
  }

  private static int length(Sample sample) {
    return sample.text().codePointCount(0, sample.text().length());
  }

  List<Safetensors.Tensor> tensors(CharVocab vocab) {
    double[] rows = new double[samples.size() * SAMPLE_COLUMNS];
    for (int i = 0; i < samples.size(); i++) {
      Sample sample = samples.get(i);
      rows[SAMPLE_COLUMNS * i] = sample.step();
      rows[SAMPLE_COLUMNS * i + 1] = sample.step() == 0 ? 0 : sample.smoothLoss();
      rows[SAMPLE_COLUMNS * i + 2] = length(sample);
    }
    double[] symbols =
        samples.stream()
            .flatMapToInt(sample -> sample.text().codePoints())
            .mapToDouble(vocab::symbolOf)
            .toArray();
    double[] points = new double[validation.size() * POINT_COLUMNS];
    for (int i = 0; i < validation.size(); i++) {
      points[POINT_COLUMNS * i] = validation.get(i).step();
      points[POINT_COLUMNS * i + 1] = validation.get(i).natsPerCharacter();
    }
    return tensors(rows, symbols, points, validationText.isPresent());
  }

  private static List<Safetensors.Tensor> tensors(
      double[] rows, double[] symbols, double[] points, boolean validated) {
    List<Safetensors.Tensor> tensors = new ArrayList<>();
    int samples = rows.length / SAMPLE_COLUMNS;
    tensors.add(Safetensors.Tensor.matrix("samples", samples, SAMPLE_COLUMNS, rows));
    tensors.add(Safetensors.Tensor.vector("samples.symbols", symbols));
    if (validated) {
      int count = points.length / POINT_COLUMNS;
      tensors.add(Safetensors.Tensor.matrix("validation", count, POINT_COLUMNS, points));
    }
    return tensors;
  }

  // Reading

  /**
   * What the metadata say of the observations of a run, checked; their numbers are still to come.
   */
  static Counts counts(Metadata metadata, boolean validated) throws ModelFormatException {
    int samples = (int) metadata.integer("samples", 0, MAX_SAMPLES);
    long symbols = metadata.integer("sampleSymbols", 0, (long) samples * MAX_SAMPLE_LENGTH);
    return new Counts(
        samples,
        (int) symbols,
        validated
            ? OptionalLong.of(metadata.integer("validationPoints", 0, MAX_POINTS))
            : OptionalLong.empty());
  }

  /** Arrays of a file that is being read. */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares them
  record Numbers(Counts counts, double[] rows, double[] symbols, double[] points) {

    static Numbers allocate(Counts counts) {
      return new Numbers(
          counts,
          new double[counts.samples() * SAMPLE_COLUMNS],
          new double[counts.symbols()],
          new double[(int) counts.points().orElse(0) * POINT_COLUMNS]);
    }

    List<Safetensors.Tensor> tensors() {
      return Observations.tensors(rows, symbols, points, counts.points().isPresent());
    }

    /** What the metadata and these numbers say, checked. */
    Observations decode(Metadata metadata, CharVocab vocab, long step) throws ModelFormatException {
      long sampleEvery = metadata.integer("sampleEvery", 0, Long.MAX_VALUE);
      int sampleLength = (int) metadata.integer("sampleLength", 0, Integer.MAX_VALUE);
      long sampleStride = metadata.integer("sampleStride", 1, Long.MAX_VALUE);
      List<Sample> samples = samples(vocab, step);
      if (counts.points().isEmpty()) {
        return new Observations(
            sampleEvery,
            sampleLength,
            sampleStride,
            samples,
            Optional.empty(),
            1,
            List.of(),
            Optional.empty());
      }
      return new Observations(
          sampleEvery,
          sampleLength,
          sampleStride,
          samples,
          Optional.of(metadata.hash("validationText")),
          metadata.integer("validationStride", 1, Long.MAX_VALUE),
          validation(step),
          best(metadata, step));
    }

    private static Optional<ValidationPoint> best(Metadata metadata, long step)
        throws ModelFormatException {
      long bestStep = metadata.integer("validationBestStep", 0, step);
      double best = metadata.number("validationBestLoss");
      if (Double.isNaN(best) && bestStep == 0) {
        return Optional.empty();
      }
      if (!(best >= 0 && best <= Double.MAX_VALUE)) {
        throw metadata.wrong(
            "validationBestLoss", "at least 0 and finite, or NaN if there is none");
      }
      return Optional.of(new ValidationPoint(bestStep, best));
    }

    private List<Sample> samples(CharVocab vocab, long step) throws ModelFormatException {
      List<Sample> samples = new ArrayList<>();
      int at = 0;
      long before = -1;
      for (int i = 0; i < rows.length; i += SAMPLE_COLUMNS) {
        long sampleStep = whole("samples", rows[i], before + 1, step);
        int length =
            (int)
                whole("samples", rows[i + 2], 0, Math.min(MAX_SAMPLE_LENGTH, symbols.length - at));
        StringBuilder text = new StringBuilder(length);
        for (int end = at + length; at < end; at++) {
          int symbol = (int) whole("samples.symbols", symbols[at], 0, vocab.size() - 1);
          text.appendCodePoint(vocab.codePointOf(symbol));
        }
        double smoothLoss = sampleStep == 0 ? Double.NaN : rows[i + 1];
        samples.add(new Sample(sampleStep, smoothLoss, text.toString()));
        before = sampleStep;
      }
      if (at != symbols.length) {
        throw Safetensors.wrong("samples.symbols has symbols of no sample");
      }
      return samples;
    }

    private List<ValidationPoint> validation(long step) throws ModelFormatException {
      List<ValidationPoint> validation = new ArrayList<>();
      long before = -1;
      for (int i = 0; i < points.length; i += POINT_COLUMNS) {
        before = whole("validation", points[i], before + 1, step);
        if (points[i + 1] < 0) {
          throw Safetensors.wrong("validation has a loss that is " + points[i + 1]);
        }
        validation.add(new ValidationPoint(before, points[i + 1]));
      }
      return validation;
    }

    private static long whole(String tensor, double value, long min, long max)
        throws ModelFormatException {
      if (!(value >= min
          && value <= Math.min((double) max, MAX_EXACT)
          && value == Math.rint(value))) {
        throw Safetensors.wrong(
            tensor
                + " has a value that is "
                + value
                + ", must be whole, from "
                + min
                + " to "
                + max);
      }
      return (long) value;
    }
  }
}
