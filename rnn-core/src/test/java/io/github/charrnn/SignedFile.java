package io.github.charrnn;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.charrnn.internal.Sha256;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Model files that somebody has tampered with who knows how checksums are made. */
final class SignedFile {
  private static final Pattern CHECKSUM = Pattern.compile("(?<=\"sha256\":\")[0-9a-f]{64}(?=\")");

  private SignedFile() {}

  /** A file with another header, in Latin-1, and the checksum that goes with it. */
  static byte[] withHeader(byte[] file, UnaryOperator<String> change) {
    return signed(assemble(change.apply(unsignedHeader(file)), data(file)));
  }

  /** The header with zeros for its checksum, a character for each byte. */
  static String unsignedHeader(byte[] file) {
    String header = new String(file, 8, headerLength(file), ISO_8859_1);
    return CHECKSUM.matcher(header).replaceFirst("0".repeat(64));
  }

  static byte[] data(byte[] file) {
    return Arrays.copyOfRange(file, 8 + headerLength(file), file.length);
  }

  private static int headerLength(byte[] file) {
    return (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  static byte[] assemble(String header, byte[] data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] bytes = header.getBytes(ISO_8859_1);
    out.writeBytes(
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(bytes.length).array());
    out.writeBytes(bytes);
    out.writeBytes(data);
    return out.toByteArray();
  }

  /** The same with the right checksum, if there is a place for one. */
  static byte[] signed(byte[] file) {
    Matcher place = CHECKSUM.matcher(new String(file, ISO_8859_1));
    if (!place.find()) {
      return file;
    }
    byte[] result = file.clone();
    Arrays.fill(result, place.start(), place.end(), (byte) '0');
    byte[] checksum = HexFormat.of().formatHex(Sha256.digest().digest(result)).getBytes(ISO_8859_1);
    System.arraycopy(checksum, 0, result, place.start(), checksum.length);
    return result;
  }
}
