package io.github.charrnn.cli.weights;

import java.nio.ByteBuffer;

/** How a number is kept in a file. */
public enum Dtype {
  F64(Double.BYTES) {
    @Override
    double get(ByteBuffer from) {
      return from.getDouble();
    }

    @Override
    void put(ByteBuffer to, double x) {
      to.putDouble(x);
    }
  },
  F32(Float.BYTES) {
    @Override
    double get(ByteBuffer from) {
      return from.getFloat();
    }

    @Override
    void put(ByteBuffer to, double x) {
      to.putFloat((float) x);
    }
  },
  I64(Long.BYTES) {
    @Override
    double get(ByteBuffer from) {
      return from.getLong();
    }

    @Override
    void put(ByteBuffer to, double x) {
      to.putLong((long) x);
    }
  };

  final int bytes;

  Dtype(int bytes) {
    this.bytes = bytes;
  }

  abstract double get(ByteBuffer from);

  abstract void put(ByteBuffer to, double x);
}
