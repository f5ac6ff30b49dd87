package io.github.charrnn.internal.kernel;

import jdk.incubator.vector.VectorShape;

/** How many doubles a vector has, found out without the classes that compute with them. */
final class Lanes {
  private Lanes() {}

  static int count() {
    return VectorShape.preferredShape().vectorBitSize() / Double.SIZE;
  }
}
