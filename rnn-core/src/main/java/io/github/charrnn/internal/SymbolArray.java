package io.github.charrnn.internal;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A growing sequence of symbol numbers: one byte each while none is above 255, two from then on.
 *
 * <p>Kept in pieces, so that growing never holds the text twice and there may be more than 2^31.
 */
public final class SymbolArray {
  private static final int PIECE = 1 << 16;
  private static final int SHORTEST = 1 << 5; // of the first piece, which grows to a whole one

  private final List<byte[]> bytes = new ArrayList<>(); // all pieces, while every number is <= 255
  private final List<char[]> chars = new ArrayList<>(); // all pieces, after that
  private boolean wide;
  private long length;

  public long length() {
    return length;
  }

  /** How many bytes this takes. */
  public long memory() {
    long whole = (long) PIECE * Math.max(0, bytes.size() + chars.size() - 1);
    return wide
        ? 2 * (whole + chars.stream().limit(1).mapToInt(piece -> piece.length).sum())
        : whole + bytes.stream().limit(1).mapToInt(piece -> piece.length).sum();
  }

  /**
   * Appends a number from 0 to 65,535.
   *
   * @throws IllegalArgumentException if the heap cannot hold more
   */
  public void add(int symbol) {
    if (symbol > 255 && !wide) {
      widen();
    }
    int at = (int) (length % PIECE);
    int piece = (int) (length / PIECE);
    if (wide) {
      makeRoomForChar(piece, at);
      chars.get(piece)[at] = (char) symbol;
    } else {
      makeRoomForByte(piece, at);
      bytes.get(piece)[at] = (byte) symbol;
    }
    length++;
  }

  private void makeRoomForByte(int piece, int at) {
    if (piece == bytes.size()) {
      requireRoom(1);
      bytes.add(new byte[piece == 0 ? SHORTEST : PIECE]);
    } else if (at == bytes.get(piece).length) {
      bytes.set(piece, Arrays.copyOf(bytes.get(piece), 2 * at));
    }
  }

  private void makeRoomForChar(int piece, int at) {
    if (piece == chars.size()) {
      requireRoom(2);
      chars.add(new char[piece == 0 ? SHORTEST : PIECE]);
    } else if (at == chars.get(piece).length) {
      chars.set(piece, Arrays.copyOf(chars.get(piece), 2 * at));
    }
  }

  private void requireRoom(double bytesEach) {
    Memory.require(bytesEach * (length + PIECE), "the text up to symbol " + length);
  }

  public int get(long index) {
    int piece = (int) (index / PIECE);
    int at = (int) (index % PIECE);
    return wide ? chars.get(piece)[at] : bytes.get(piece)[at] & 0xff;
  }

  /** Copies count numbers from the given place on to every stride-th place of an array. */
  public void copy(long from, int[] to, int at, int stride, int count) {
    int done = 0;
    while (done < count) {
      int piece = (int) ((from + done) / PIECE);
      int begin = (int) ((from + done) % PIECE);
      int some = Math.min(count - done, PIECE - begin);
      int first = at + done * stride;
      if (wide) {
        char[] numbers = chars.get(piece);
        for (int i = 0; i < some; i++) {
          to[first + i * stride] = numbers[begin + i];
        }
      } else {
        byte[] numbers = bytes.get(piece);
        for (int i = 0; i < some; i++) {
          to[first + i * stride] = numbers[begin + i] & 0xff;
        }
      }
      done += some;
    }
  }

  /**
   * Adds numbers to a digest, as bytes or as two bytes each, the higher one first: how they are
   * kept makes no difference.
   */
  public void digest(MessageDigest digest, long from, long numbers, boolean twoBytes) {
    byte[] buffer = new byte[2 * PIECE];
    for (long done = 0; done < numbers; done += PIECE) {
      int count = (int) Math.min(PIECE, numbers - done);
      int filled = 0;
      for (int i = 0; i < count; i++) {
        int symbol = get(from + done + i);
        if (twoBytes) {
          buffer[filled++] = (byte) (symbol >> 8);
        }
        buffer[filled++] = (byte) symbol;
      }
      digest.update(buffer, 0, filled);
    }
  }

  /** Replaces every number s by map[s], which must not need more room than s. */
  public void remap(int[] map) {
    for (byte[] piece : bytes) {
      for (int i = 0; i < piece.length; i++) {
        int symbol = piece[i] & 0xff;
        piece[i] = (byte) (symbol < map.length ? map[symbol] : 0);
      }
    }
    for (char[] piece : chars) {
      for (int i = 0; i < piece.length; i++) {
        piece[i] = (char) (piece[i] < map.length ? map[piece[i]] : 0);
      }
    }
  }

  private void widen() {
    for (int p = 0; p < bytes.size(); p++) {
      byte[] narrow = bytes.set(p, new byte[0]); // so that the piece can go at once
      char[] piece = new char[narrow.length];
      for (int i = 0; i < narrow.length; i++) {
        piece[i] = (char) (narrow[i] & 0xff);
      }
      chars.add(piece);
    }
    bytes.clear();
    wide = true;
  }
}
