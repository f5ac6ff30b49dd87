package io.github.charrnn.internal;

import io.github.charrnn.ModelFormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * The model file: {@linkplain Safetensors safetensors} with the tensors U, W, V, b and c, and
 * everything else in its metadata, which {@link Fields} lists. A {@linkplain CheckpointFile
 * checkpoint} has more of both, and can be read as the model that training stood at.
 */
public final class ModelFile {
  /** What a model file holds. */
  public record Model(Header header, Parameters parameters) {}

  private ModelFile() {}

  /** Replaces a file by a model; see {@link SafeFile}. */
  public static void write(Path file, Model model) throws IOException {
    Safetensors.write(
        new SafeFile(file), Fields.write(model.header()), Tensors.of("", model.parameters()));
  }

  /** SHA-256 of the tensors' bytes as they are in a file. */
  public static String fingerprint(Parameters parameters) {
    MessageDigest digest = Sha256.digest();
    Safetensors.forEachBuffer(Tensors.of("", parameters), digest::update);
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * Reads a model, from its file or a checkpoint.
   *
   * @throws ModelFormatException if the file is not exactly what this library writes
   * @throws IllegalArgumentException if the model does not fit into the heap
   */
  public static Model read(Path file) throws IOException {
    try (Safetensors in = Safetensors.open(file)) {
      Header header = Fields.read(in.metadata());
      if (header.has(Header.Section.CHECKPOINT)) {
        return new Model(header, CheckpointFile.read(in, header, file).parameters());
      }
      int m = header.hiddenSize;
      int k = header.vocab().size();
      in.requireTensors(Tensors.shapes("", m, k));
      Parameters parameters = Parameters.allocate(m, k, "the model in " + file);
      in.read(Tensors.of("", parameters));
      return new Model(header, parameters);
    }
  }
}
