package io.github.charrnn.internal;

import io.github.charrnn.CharVocab;
import io.github.charrnn.HeldOutLoss;
import io.github.charrnn.ModelFormatException;
import io.github.charrnn.Sample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

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
 * @param heldOutLosses in the order of their steps
 * @param bestHeldOutLoss the lowest, kept or not
 * @param closing the held-out loss of the last model, if that is not one of the others; a run that
 *     goes on forgets it
 */
public record Observations(
    long sampleEvery,
    int sampleLength,
    long sampleStride,
    List<Sample> samples,
    Optional<String> validationText,
    long validationStride,
    List<HeldOutLoss> heldOutLosses,
    Optional<HeldOutLoss> bestHeldOutLoss,
    Optional<HeldOutLoss> closing) {

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

  /** Of a run that nobody has looked at. */
  public static final Observations NONE =
      new Observations(
          0, 0, 1, List.of(), Optional.empty(), 1, List.of(), Optional.empty(), Optional.empty());

  /** Makes the lists immutable. */
  public Observations {
    samples = List.copyOf(samples);
    heldOutLosses = List.copyOf(heldOutLosses);
  }

  /** The held-out losses, with the closing one. */
  public List<HeldOutLoss> measured() {
    return withClosing(heldOutLosses, closing);
  }

  /** The lowest held-out loss, also if it is the closing one. */
  public Optional<HeldOutLoss> lowest() {
    return closesBest() ? closing : bestHeldOutLoss;
  }

  /** Whether the closing loss is the lowest. */
  public boolean closesBest() {
    return isLower(closing, bestHeldOutLoss);
  }

  /** Held-out losses of regular intervals, with a closing one. */
  public static List<HeldOutLoss> withClosing(
      List<HeldOutLoss> losses, Optional<HeldOutLoss> closing) {
    return Stream.concat(losses.stream(), closing.stream()).toList();
  }

  /** Whether a closing loss is lower than the best one before. */
  public static boolean isLower(Optional<HeldOutLoss> closing, Optional<HeldOutLoss> best) {
    return closing.isPresent()
        && (best.isEmpty() || closing.get().natsPerCharacter() < best.get().natsPerCharacter());
  }

  // Writing

  /** Makes the header of a model that of a checkpoint with these observations. */
  public void putInto(Header header) {
    header.sections.add(Header.Section.CHECKPOINT);
    header.sampleEvery = sampleEvery;
    header.sampleLength = sampleLength;
    header.sampleStride = sampleStride;
    header.samples = samples.size();
    header.sampleSymbols = samples.stream().mapToInt(Observations::length).sum();
    validationText.ifPresent(
        fingerprint -> {
          header.sections.add(Header.Section.HELD_OUT);
          header.validationText = fingerprint;
          header.validationStride = validationStride;
          header.validationPoints = heldOutLosses.size();
          header.validationBestStep = bestHeldOutLoss.map(HeldOutLoss::step).orElse(0L);
          header.validationBestLoss =
              bestHeldOutLoss.map(HeldOutLoss::natsPerCharacter).orElse(Double.NaN);
          header.validationEndLoss = closing.map(HeldOutLoss::natsPerCharacter).orElse(Double.NaN);
        });
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
    double[] points = new double[heldOutLosses.size() * POINT_COLUMNS];
    for (int i = 0; i < heldOutLosses.size(); i++) {
      points[POINT_COLUMNS * i] = heldOutLosses.get(i).step();
      points[POINT_COLUMNS * i + 1] = heldOutLosses.get(i).natsPerCharacter();
    }
    return tensors(
        rows, symbols, validationText.isPresent() ? Optional.of(points) : Optional.empty());
  }

  private static List<Safetensors.Tensor> tensors(
      double[] rows, double[] symbols, Optional<double[]> points) {
    List<Safetensors.Tensor> tensors = new ArrayList<>();
    int samples = rows.length / SAMPLE_COLUMNS;
    tensors.add(Safetensors.Tensor.matrix("samples", samples, SAMPLE_COLUMNS, rows));
    tensors.add(Safetensors.Tensor.vector("samples.symbols", symbols));
    points.ifPresent(
        numbers -> {
          int count = numbers.length / POINT_COLUMNS;
          tensors.add(Safetensors.Tensor.matrix("validation", count, POINT_COLUMNS, numbers));
        });
    return tensors;
  }

  // Reading

  /** Names and shapes of the tensors that a header tells of. */
  static Map<String, List<Long>> shapes(Header header) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    shapes.put("samples", List.of((long) header.samples, (long) SAMPLE_COLUMNS));
    shapes.put("samples.symbols", List.of((long) header.sampleSymbols));
    if (header.has(Header.Section.HELD_OUT)) {
      shapes.put("validation", List.of((long) header.validationPoints, (long) POINT_COLUMNS));
    }
    return shapes;
  }

  /** Arrays of a file that is being read. */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares them
  record Numbers(double[] rows, double[] symbols, Optional<double[]> points) {

    static Numbers allocate(Header header) {
      return new Numbers(
          new double[header.samples * SAMPLE_COLUMNS],
          new double[header.sampleSymbols],
          header.has(Header.Section.HELD_OUT)
              ? Optional.of(new double[header.validationPoints * POINT_COLUMNS])
              : Optional.empty());
    }

    List<Safetensors.Tensor> tensors() {
      return Observations.tensors(rows, symbols, points);
    }

    /** What a header and these numbers say, checked. */
    Observations decode(Header header) throws ModelFormatException {
      return new Observations(
          header.sampleEvery,
          header.sampleLength,
          header.sampleStride,
          samples(header.vocab(), header.step),
          points.isPresent() ? Optional.of(header.validationText) : Optional.empty(),
          header.validationStride,
          points.isPresent() ? validation(points.get(), header.step) : List.of(),
          Double.isNaN(header.validationBestLoss)
              ? Optional.empty()
              : Optional.of(HeldOutLoss.of(header.validationBestStep, header.validationBestLoss)),
          Double.isNaN(header.validationEndLoss)
              ? Optional.empty()
              : Optional.of(HeldOutLoss.of(header.step, header.validationEndLoss)));
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
        if (smoothLoss < 0) {
          throw Safetensors.wrong("samples has a smooth loss that is " + smoothLoss);
        }
        samples.add(Sample.of(sampleStep, smoothLoss, text.toString()));
        before = sampleStep;
      }
      if (at != symbols.length) {
        throw Safetensors.wrong("samples.symbols has symbols of no sample");
      }
      return samples;
    }

    private static List<HeldOutLoss> validation(double[] points, long step)
        throws ModelFormatException {
      List<HeldOutLoss> validation = new ArrayList<>();
      long before = -1;
      for (int i = 0; i < points.length; i += POINT_COLUMNS) {
        before = whole("validation", points[i], before + 1, step);
        if (points[i + 1] < 0) {
          throw Safetensors.wrong("validation has a loss that is " + points[i + 1]);
        }
        validation.add(HeldOutLoss.of(before, points[i + 1]));
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
