package io.github.charrnn.internal;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** What checksums and fingerprints are made with. */
public final class Sha256 {
  private Sha256() {}

  public static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
