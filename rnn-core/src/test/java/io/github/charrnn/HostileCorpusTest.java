package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What fuzzing has come across, again: files, and some that were written to begin with. */
@Tag("once")
@Tag("long")
class HostileCorpusTest {
  private static final Path CORPUS =
      Path.of("src", "test", "resources", "io", "github", "charrnn", "ModelFileFuzzTestInputs");

  @Test
  void everyFileOfTheCorpus_isReadOrRefusedWithTheTypedException() throws IOException {
    List<Path> files;
    try (Stream<Path> corpus = Files.walk(CORPUS)) {
      files = corpus.filter(Files::isRegularFile).toList();
    }
    assertThat(files).hasSizeGreaterThan(40);
    for (Path file : files) {
      try {
        FuzzTarget.read(Files.readAllBytes(file));
      } catch (RuntimeException | IOException e) {
        throw new AssertionError(file + ": " + e, e);
      }
    }
  }
}
