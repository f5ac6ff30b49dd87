package io.github.charrnn.internal.kernel;

import io.github.charrnn.internal.Parameters;

/**
 * Parameters as kernels read them: U, b and c where they are, W and V also in copies in an order
 * that suits the products. Between loads nothing changes, so the kernels of several threads may
 * share them; whoever loads must be alone.
 */
public interface Weights {

  /** A new kernel that reads these, with scratch memory of its own. */
  Kernel kernel();

  /** Parameters of the same shape are read from now on. To be called again when W or V change. */
  void load(Parameters p);

  /** Rows from..end-1 of W have changed: that is enough, instead of a load. */
  void reloadW(int from, int end);

  /** Rows from..end-1 of V have changed: that is enough, instead of a load. */
  void reloadV(int from, int end);

  /**
   * To be called before a way back, after whatever loads there were. Copies for it are not made
   * before, because most that is loaded goes forward only.
   */
  void prepareBackward();
}
