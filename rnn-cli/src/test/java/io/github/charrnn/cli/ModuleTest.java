package io.github.charrnn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.cli.files.ModelFiles;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All other tests run on the class path, as rnn.jar does; this one runs the module. */
@Tag("long")
class ModuleTest {
  @TempDir Path directory;

  @Test
  void theModule_trainsAndReports() throws Exception {
    Path model = directory.resolve("m");
    List<String> command = new ArrayList<>(java());
    command.addAll(
        List.of(
            "train",
            "-o",
            model.toString(),
            "--recipe",
            "course",
            "--hidden",
            "3",
            "--steps",
            "9",
            "-q"));

    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);

    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).startsWith("--- step 0").contains("--- the best model");
    assertThat(new ModelFiles(model).page()).isNotEmptyFile();
  }

  /** A command that ends in the module: words for it follow. */
  static List<String> java() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-Xshare:auto",
        "-Drnn.kernel=scalar",
        "-p",
        path(".*(classes|rnn-core|picocli|gson|jline)[^/\\\\]*"),
        "-cp",
        path(".*chart\\.js[^/\\\\]*"), // not a module
        "-m",
        "io.github.charrnn.cli/" + Main.class.getName());
  }

  private static String path(String entries) {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> entry.matches(entries) && !entry.contains("test-classes"))
        .collect(Collectors.joining(File.pathSeparator));
  }
}
