package io.github.charrnn.examples;

import io.github.charrnn.Sampler;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;

/**
 * A model in a jar: it lies beside the classes, as any other resource, and is loaded from the class
 * path. {@code NewNames names.txt names.safetensors} has written it; 100 hidden units and 53
 * symbols take 167 kB.
 *
 * <p>Run it with {@code ModelInJar [beginning]}.
 */
final class ModelInJar {
  private static final String MODEL = "names.safetensors";

  private ModelInJar() {}

  public static void main(String[] args) throws IOException {
    namesWith(args.length > 0 ? args[0] : "Mar").forEach(System.out::println);
  }

  static VanillaRnn load() throws IOException {
    try (InputStream in = ModelInJar.class.getResourceAsStream(MODEL)) {
      return VanillaRnn.load(Objects.requireNonNull(in, MODEL), MODEL);
    }
  }

  static List<String> namesWith(String beginning) throws IOException {
    return Sampler.of(load())
        .prime(beginning)
        .temperature(0.7)
        .documents(30)
        .distinct()
        .limit(5)
        .toList();
  }
}
