package io.github.charrnn.internal;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A growing sequence of symbol numbers: one byte each while none is above 255, two from then on.
 *
 * <p>Kept in pieces, so that growing never holds the text twice and there may be more than 2^31.
 * The first one has a field of its own: of many short texts each is two objects.
 */
public final class SymbolArray {
  private static final int PIECE = 1 << 16;
  private static final int SHORTEST = 1 << 5; // of the first piece, which grows to a whole one

  private static final byte[] NO_BYTES = {};
  private static final char[] NO_CHARS = {};

  private byte[] bytes = NO_BYTES; // the first piece, while every number is <= 255
  private List<byte[]> moreBytes = List.of(); // the others
  private char[] chars = NO_CHARS; // the first piece, after that
  private List<char[]> moreChars = List.of();
  private boolean wide;
  private long length;

  public long length() {
    return length;
  }

  /** How many bytes this takes. */
  public long memory() {
    return bytes.length
        + 2L * chars.length
        + (long) PIECE * (moreBytes.size() + 2L * moreChars.size());
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
      charsOf(piece)[at] = (char) symbol;
    } else {
      makeRoomForByte(piece, at);
      bytesOf(piece)[at] = (byte) symbol;
    }
    length++;
  }

  private byte[] bytesOf(int piece) {
    return piece == 0 ? bytes : moreBytes.get(piece - 1);
  }

  private char[] charsOf(int piece) {
    return piece == 0 ? chars : moreChars.get(piece - 1);
  }

  private void makeRoomForByte(int piece, int at) {
    if (piece == 0 && at == bytes.length) {
      requireRoom(1);
      bytes = Arrays.copyOf(bytes, Math.max(SHORTEST, 2 * at));
    } else if (piece > moreBytes.size()) {
      requireRoom(1);
      moreBytes = moreBytes.isEmpty() ? new ArrayList<>() : moreBytes;
      moreBytes.add(new byte[PIECE]);
    }
  }

  private void makeRoomForChar(int piece, int at) {
    if (piece == 0 && at == chars.length) {
      requireRoom(2);
      chars = Arrays.copyOf(chars, Math.max(SHORTEST, 2 * at));
    } else if (piece > moreChars.size()) {
      requireRoom(2);
      moreChars = moreChars.isEmpty() ? new ArrayList<>() : moreChars;
      moreChars.add(new char[PIECE]);
    }
  }

  private void requireRoom(double bytesEach) {
    Memory.require(bytesEach * (length + PIECE), "the text up to symbol " + length);
  }

  public int get(long index) {
    int piece = (int) (index / PIECE);
    int at = (int) (index % PIECE);
    return wide ? charsOf(piece)[at] : bytesOf(piece)[at] & 0xff;
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
        char[] numbers = charsOf(piece);
        for (int i = 0; i < some; i++) {
          to[first + i * stride] = numbers[begin + i];
        }
      } else {
        byte[] numbers = bytesOf(piece);
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
    byte[] buffer = new byte[2 * (int) Math.min(PIECE, numbers)];
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
    for (int p = 0; !wide && p <= moreBytes.size(); p++) {
      byte[] piece = bytesOf(p);
      for (int i = 0; i < piece.length; i++) {
        int symbol = piece[i] & 0xff;
        piece[i] = (byte) (symbol < map.length ? map[symbol] : 0);
      }
    }
    for (int p = 0; wide && p <= moreChars.size(); p++) {
      char[] piece = charsOf(p);
      for (int i = 0; i < piece.length; i++) {
        piece[i] = (char) (piece[i] < map.length ? map[piece[i]] : 0);
      }
    }
  }

  private void widen() {
    chars = widened(bytes);
    bytes = NO_BYTES;
    moreChars = new ArrayList<>();
    for (int p = 0; p < moreBytes.size(); p++) {
      moreChars.add(widened(moreBytes.set(p, NO_BYTES))); // so that the piece can go at once
    }
    moreBytes = List.of();
    wide = true;
  }

  private static char[] widened(byte[] narrow) {
    char[] piece = new char[narrow.length];
    for (int i = 0; i < narrow.length; i++) {
      piece[i] = (char) (narrow[i] & 0xff);
    }
    return piece;
  }
}
