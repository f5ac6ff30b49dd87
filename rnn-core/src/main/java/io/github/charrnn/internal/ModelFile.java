package io.github.charrnn.internal;

import io.github.charrnn.ModelFormatException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The model file: {@linkplain Safetensors safetensors} with the tensors U, W, V, b and c, and
 * {@code start} (m), the state that the model begins in, where that is not zero; everything else is
 * in its metadata, which {@link Fields} lists. A {@linkplain CheckpointFile checkpoint} has more of
 * both, and can be read as the model that training stood at.
 */
public final class ModelFile {
  /** The tensor of the state that a model begins in. */
  static final String START = "start";

  /**
   * What a model file holds.
   *
   * @param start (m), the state to begin in; zero unless the header says that there is one
   */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares models
  public record Model(Header header, Parameters parameters, double[] start) {}

  private ModelFile() {}

  /** Replaces a file by a model; see {@link SafeFile}. */
  public static void write(Path file, Model model) throws IOException {
    Safetensors.write(new SafeFile(file), Fields.write(model.header()), tensors(model));
  }

  /** Writes the same bytes to a stream, which stays open. */
  public static void write(OutputStream out, Model model) throws IOException {
    Safetensors.write(out, Fields.write(model.header()), tensors(model));
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
      return read(in, file.toString());
    }
  }

  /**
   * The same of bytes that are in memory.
   *
   * @param name what to call them in messages
   */
  public static Model read(ByteBuffer bytes, String name) throws IOException {
    try (Safetensors in = Safetensors.of(bytes)) {
      return read(in, name);
    }
  }

  private static Model read(Safetensors in, String name) throws IOException {
    Header header = Fields.read(in.metadata());
    if (header.has(Header.Section.CHECKPOINT)) {
      CheckpointFile.State state = CheckpointFile.read(in, header, name);
      return new Model(header, state.parameters(), state.start());
    }
    int m = header.hiddenSize;
    int k = header.vocab().size();
    Map<String, List<Long>> shapes = new LinkedHashMap<>(Tensors.shapes("", m, k));
    if (header.startState) {
      shapes.put(START, List.of((long) m));
    }
    in.requireTensors(shapes);
    Parameters parameters = Parameters.allocate(m, k, header.boundary(), "the model in " + name);
    Model model = new Model(header, parameters, new double[m]);
    in.read(tensors(model));
    requirePossible(model);
    return model;
  }

  private static List<Safetensors.Tensor> tensors(Model model) {
    List<Safetensors.Tensor> tensors = new ArrayList<>(Tensors.of("", model.parameters()));
    if (model.header().startState) {
      tensors.add(Safetensors.Tensor.vector(START, model.start()));
    }
    return tensors;
  }

  private static void requirePossible(Model model) throws ModelFormatException {
    requireState(START, model.start());
    if (model.header().startState && Arrays.stream(model.start()).allMatch(h -> h == 0)) {
      throw Safetensors.wrong(START + " is zero, must be left out then, with startState");
    }
  }

  /** Refuses what is no hidden state. */
  static void requireState(String tensor, double[] states) throws ModelFormatException {
    for (double h : states) {
      if (Math.abs(h) > 1) {
        throw Safetensors.wrong(tensor + " has a value that is " + h + ", must be from -1 to 1");
      }
    }
  }
}
