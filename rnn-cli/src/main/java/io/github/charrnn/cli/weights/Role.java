package io.github.charrnn.cli.weights;

import java.util.List;

/** What a tensor is in the equations. */
public enum Role {
  U,
  W,
  V,
  B,
  C,
  /** The state to begin in, which there need not be. */
  START;

  /**
   * Its shape.
   *
   * @param m the number of hidden units
   * @param k the number of symbols
   */
  public List<Long> shape(long m, long k) {
    return switch (this) {
      case U -> List.of(m, k);
      case W -> List.of(m, m);
      case V -> List.of(k, m);
      case B, START -> List.of(m);
      case C -> List.of(k);
    };
  }
}
