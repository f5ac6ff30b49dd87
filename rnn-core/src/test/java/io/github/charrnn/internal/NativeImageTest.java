package io.github.charrnn.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.internal.kernel.Kernels;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What META-INF/native-image says of this library is so. */
@Tag("once")
class NativeImageTest {
  private static final String FILE =
      "/META-INF/native-image/io.github.charrnn/rnn-core/native-image.properties";

  @Test
  void classesThatMeasureTheMachine_areInitialisedAtRunTime() throws IOException {
    Properties properties = new Properties();
    try (InputStream in = Fma.class.getResourceAsStream(FILE)) {
      properties.load(Objects.requireNonNull(in, FILE));
    }

    assertThat(properties)
        .containsOnlyKeys("Args")
        .containsValue(
            "--initialize-at-run-time="
                + Fma.class.getName()
                + ","
                + Kernels.class.getPackageName());
  }

  @Test
  void nothing_isReachedByName() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src", "main", "java"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file))
            .as("%s, for which native-image would need metadata", file)
            .doesNotContainPattern(
                "java\\.lang\\.reflect|MethodHandles|Class\\.forName|getResource|ServiceLoader"
                    + "|ObjectInputStream|newInstance");
      }
    }
  }
}
