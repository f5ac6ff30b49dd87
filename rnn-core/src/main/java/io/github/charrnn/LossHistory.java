package io.github.charrnn;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.charrnn.internal.Decimal;
import io.github.charrnn.internal.Header;
import io.github.charrnn.internal.SafeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/**
 * The losses of a run, thinned for plotting: every point stands for the same number of steps, which
 * doubles whenever the points would become more than {@value #MAX_SIZE}. Immutable, and safe for
 * use by many threads.
 *
 * @since 0.1
 */
public final class LossHistory {
  /**
   * The largest number of points, {@value}. After that many steps there are at least half as many.
   */
  public static final int MAX_SIZE = 8_192;

  private final long stride;
  private final long steps;
  private final double[] losses;
  private final double[] smoothLosses;

  private LossHistory(long stride, long steps, double[] losses, double[] smoothLosses) {
    this.stride = stride;
    this.steps = steps;
    this.losses = losses;
    this.smoothLosses = smoothLosses;
  }

  /** {@return the number of points, from 0 to {@value #MAX_SIZE}} */
  public int size() {
    return losses.length;
  }

  /**
   * {@return the last of the steps that a point stands for, counted from 1}
   *
   * @param index from 0 to {@link #size} - 1
   * @throws IndexOutOfBoundsException if index is not from 0 to size - 1
   */
  public long step(int index) {
    return Objects.checkIndex(index, losses.length) == losses.length - 1
        ? steps
        : (index + 1) * stride;
  }

  /**
   * {@return the mean loss of the steps that a point stands for, in nats per window}
   *
   * @param index from 0 to {@link #size} - 1
   * @throws IndexOutOfBoundsException if index is not from 0 to size - 1
   */
  public double loss(int index) {
    return losses[index];
  }

  /**
   * {@return the smooth loss after the last step that a point stands for, in nats per window}
   *
   * @param index from 0 to {@link #size} - 1
   * @throws IndexOutOfBoundsException if index is not from 0 to size - 1
   */
  public double smoothLoss(int index) {
    return smoothLosses[index];
  }

  /**
   * Saves the losses as CSV, a line for each point: step, loss, smoothLoss. The file appears, or is
   * replaced, once all of it is on disk.
   *
   * @param file replaced if it is there; its directory has to be
   * @throws IOException if the file cannot be written; then nothing has changed
   */
  public void saveCsv(Path file) throws IOException {
    Objects.requireNonNull(file, "file");
    StringBuilder csv = new StringBuilder("step,loss,smoothLoss\n");
    for (int i = 0; i < size(); i++) {
      csv.append(step(i)).append(',').append(Decimal.shortest(loss(i))).append(',');
      csv.append(Decimal.shortest(smoothLoss(i))).append('\n');
    }
    byte[] bytes = csv.toString().getBytes(UTF_8);
    new SafeFile(file).replace(out -> out.write(ByteBuffer.wrap(bytes)));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LossHistory that
        && steps == that.steps
        && stride == that.stride
        && Arrays.equals(losses, that.losses)
        && Arrays.equals(smoothLosses, that.smoothLosses);
  }

  @Override
  public int hashCode() {
    return Objects.hash(steps, stride, Arrays.hashCode(losses), Arrays.hashCode(smoothLosses));
  }

  @Override
  public String toString() {
    return "LossHistory of " + steps + " steps in " + size() + " points";
  }

  /** Collects losses without allocating. */
  static final class Recorder {
    private final double[] losses = new double[MAX_SIZE]; // mean over a stride
    private final double[] smoothLosses = new double[MAX_SIZE]; // at its end
    private long stride = 1;
    private int size;
    private long pending; // steps since the last point
    private double pendingSum; // of losses / stride, which is exact and cannot overflow
    private double pendingSmooth;

    void add(double loss, double smoothLoss) {
      if (size == MAX_SIZE) { // not sooner, so that a full history is not halved by its last step
        halve();
      }
      pendingSum += loss / stride;
      pendingSmooth = smoothLoss;
      pending++;
      if (pending == stride) {
        losses[size] = pendingSum;
        smoothLosses[size] = smoothLoss;
        size++;
        pending = 0;
        pendingSum = 0;
      }
    }

    /** The points recorded so far as a checkpoint keeps them. */
    double[] losses() {
      return Arrays.copyOf(losses, size);
    }

    double[] smoothLosses() {
      return Arrays.copyOf(smoothLosses, size);
    }

    long stride() {
      return stride;
    }

    long pending() {
      return pending;
    }

    double pendingSum() {
      return pendingSum;
    }

    /** Goes on from what a checkpoint has; the last smooth loss is that of its step. */
    void restore(Header header, double[] losses, double[] smoothLosses) {
      size = losses.length;
      System.arraycopy(losses, 0, this.losses, 0, size);
      System.arraycopy(smoothLosses, 0, this.smoothLosses, 0, size);
      stride = header.historyStride;
      pending = header.historyPending;
      pendingSum = header.historyPendingSum;
      pendingSmooth = header.smoothLoss;
    }

    private void halve() {
      size /= 2;
      for (int i = 0; i < size; i++) {
        losses[i] = losses[2 * i] / 2 + losses[2 * i + 1] / 2;
        smoothLosses[i] = smoothLosses[2 * i + 1];
      }
      stride *= 2;
    }

    LossHistory snapshot() {
      int points = pending > 0 ? size + 1 : size;
      double[] l = Arrays.copyOf(losses, points);
      double[] s = Arrays.copyOf(smoothLosses, points);
      if (pending > 0) {
        l[size] = pendingSum / pending * stride;
        s[size] = pendingSmooth;
      }
      return new LossHistory(stride, size * stride + pending, l, s);
    }
  }
}
