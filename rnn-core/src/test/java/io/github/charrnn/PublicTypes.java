package io.github.charrnn;

import java.io.File;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** The classes, records, interfaces and enums that other programs may use. */
final class PublicTypes {
  private PublicTypes() {}

  /** All of the exported package, and what is public in them. */
  static List<Class<?>> all() throws ReflectiveOperationException {
    URI classes =
        URI.create(CharVocab.class.getProtectionDomain().getCodeSource().getLocation().toString());
    File folder = Path.of(classes).resolve("io/github/charrnn").toFile();
    List<Class<?>> types = new ArrayList<>();
    for (String file : Objects.requireNonNull(folder.list())) {
      if (file.matches("[^$-]+[.]class")) {
        add(types, Class.forName("io.github.charrnn." + file.replace(".class", "")));
      }
    }
    return types;
  }

  private static void add(List<Class<?>> types, Class<?> type) {
    if (Modifier.isPublic(type.getModifiers())) {
      types.add(type);
      Arrays.stream(type.getDeclaredClasses()).forEach(inner -> add(types, inner));
    }
  }
}
