package io.github.charrnn.internal.kernel;

import io.github.charrnn.internal.Parameters;

/**
 * What kernels multiply with: the parameters, U, b and c where they are, W and V also in copies in
 * an order that suits the products; packed states, for the gradients of W and V; and a square
 * matrix, for an update. The kernels of several threads may share them. Whoever loads must be
 * alone; different rows may be reloaded, and packed, by different threads at a time, while nobody
 * reads them.
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
   *
   * @param stateRows how many rows of states are packed for it, (n + 1) B
   */
  void prepareBackward(int stateRows);

  /** To be called before a square matrix is packed. */
  void prepareSquare();

  /**
   * Where the units are cut for several kernels to compute a step of a recurrence: the first unit
   * of a part, and the end of the one before. Parts may be empty.
   *
   * @param part from 0 to parts
   */
  int cut(int part, int parts);

  /** How many of so many rows a product takes at a time; parts of others waste a little. */
  int tile(int rows);
}
