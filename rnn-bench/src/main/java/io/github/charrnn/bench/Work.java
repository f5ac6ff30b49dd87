package io.github.charrnn.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Counts what calls have done; JMH prints it per microsecond, beside the calls, as {@code :giga}.
 */
@AuxCounters
@State(Scope.Thread)
public class Work {
  private double done;

  /** Forgets what was done. */
  @Setup(Level.Iteration)
  public void reset() {
    done = 0;
  }

  /** In thousands, so that per microsecond they are 10^9 per second. */
  public double giga() {
    return done / 1e3;
  }

  void multiplyAdds(double count) {
    done += 2 * count;
  }

  void elements(double count) {
    done += count;
  }
}
