package io.github.charrnn.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.VanillaRnn;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model is a resource like any other, also of a jar that lies in a jar. */
class NestedJarTest {
  private static final Path CLASSES = Path.of("target/classes");
  private static final String PACKAGE = "io/github/charrnn/examples/";
  private static final String LIBRARY = "BOOT-INF/lib/rnn-examples.jar";

  @TempDir Path directory;

  @Test
  void modelOfAJarInAJar_loadsFromTheStreamOfItsEntry() throws Exception {
    Path application = application();

    try (JarInputStream in = library(application)) {
      find(in, PACKAGE + "names.safetensors");
      VanillaRnn model = VanillaRnn.load(in, LIBRARY);

      assertThat(model.fingerprint()).isEqualTo(ModelInJar.load().fingerprint());
    }
  }

  /** As in an application that brings its libraries in one jar. */
  @Test
  void example_runsFromAJarInAJar() throws Exception {
    NestedLoader loader = new NestedLoader(application());

    Method main =
        loader.loadClass(ModelInJar.class.getName()).getDeclaredMethod("main", String[].class);
    main.setAccessible(true);
    List<String> printed = ExamplesTest.printed(args -> main.invoke(null, (Object) args));

    assertThat(loader.opened).contains(PACKAGE + "names.safetensors");
    assertThat(printed).isEqualTo(ModelInJar.namesWith("Mar"));
  }

  /**
   * A jar with the examples' jar in it, which is stored, not compressed, so as Spring Boot does.
   */
  private Path application() throws IOException {
    ByteArrayOutputStream library = new ByteArrayOutputStream();
    try (JarOutputStream jar = new JarOutputStream(library);
        Stream<Path> files = Files.walk(CLASSES)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        jar.putNextEntry(new JarEntry(CLASSES.relativize(file).toString().replace('\\', '/')));
        Files.copy(file, jar);
      }
    }
    Path application = directory.resolve("application.jar");
    try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(application))) {
      jar.setLevel(0);
      jar.putNextEntry(new JarEntry(LIBRARY));
      library.writeTo(jar);
    }
    return application;
  }

  private static JarInputStream library(Path application) throws IOException {
    JarInputStream jar = new JarInputStream(Files.newInputStream(application));
    find(jar, LIBRARY);
    return new JarInputStream(jar);
  }

  /** Goes on to the entry of a name. */
  private static void find(JarInputStream jar, String name) throws IOException {
    for (JarEntry entry = jar.getNextJarEntry(); entry != null; entry = jar.getNextJarEntry()) {
      if (entry.getName().equals(name)) {
        return;
      }
    }
    throw new IOException("there is no " + name);
  }

  /** Classes and resources of this package come from the inner jar, all others from its parent. */
  private static final class NestedLoader extends ClassLoader {
    private final Path application;
    private final List<String> opened = new ArrayList<>();

    NestedLoader(Path application) {
      super(NestedJarTest.class.getClassLoader());
      this.application = application;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(PACKAGE.replace('/', '.')) || findLoadedClass(name) != null) {
        return super.loadClass(name, resolve);
      }
      try (InputStream in = open(name.replace('.', '/') + ".class")) {
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }

    @Override
    public InputStream getResourceAsStream(String name) {
      try {
        return open(name);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private InputStream open(String name) throws IOException {
      opened.add(name);
      JarInputStream jar = library(application);
      find(jar, name);
      return jar;
    }
  }
}
