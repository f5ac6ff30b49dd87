package io.github.charrnn.cli.files;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DestinationsTest {
  @TempDir Path directory;

  @BeforeEach
  void makeDirectories() throws IOException {
    Files.createDirectories(directory.resolve("corpus/sub"));
    Files.createDirectories(directory.resolve("corpus/.models"));
    Files.createDirectories(directory.resolve("corpus-2"));
    Files.writeString(directory.resolve("corpus/there.txt"), "text");
    Files.createSymbolicLink(directory.resolve("link"), directory.resolve("corpus"));
    Files.createSymbolicLink(directory.resolve("corpus/out"), directory.resolve("corpus-2"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"corpus/m", "corpus/there.txt", "corpus/sub/m", "link/m", "corpus-2/../corpus/m"})
  void aFile_inADirectoryThatIsRead_isRefused(String file) {
    for (String text : new String[] {"corpus", "link"}) {
      Destinations destinations =
          new Destinations().keepText("the text", directory.resolve(text).toString());

      assertThatThrownBy(() -> destinations.add("the model", directory.resolve(file)))
          .isInstanceOf(Destinations.ClashException.class)
          .hasMessage(
              "the model is %s, must not be in %s, of which every file is read: name a file"
                  + " elsewhere",
              directory.resolve(file), directory.resolve(text));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"m", "corpus/.m", "corpus/.models/m", "corpus-2/m", "corpus/out/m"})
  void aFile_thatIsNotReadWithIt_isWritten(String file) {
    Destinations destinations =
        new Destinations().keepText("the text", directory.resolve("corpus").toString());

    assertThatCode(() -> destinations.add("the model", directory.resolve(file)))
        .doesNotThrowAnyException();
  }

  @Test
  void everyFile_thatIsKept_isKept_whateverItIsCalled() {
    Destinations destinations = new Destinations();
    for (String name : new String[] {"a", "b", "c"}) {
      destinations.keep("a model", directory.resolve(name).toString());
    }

    for (String name : new String[] {"a", "b", "c"}) {
      Path file = directory.resolve(name);
      assertThatThrownBy(() -> destinations.add("the page", file))
          .hasMessage("the page would replace a model, %s: name another file", file);
    }
  }
}
