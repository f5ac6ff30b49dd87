package io.github.charrnn.cli.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplacementTest {
  @TempDir Path directory;

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  @Test
  void write_createsAndReplaces_andLeavesNothingElse() throws IOException {
    Path file = directory.resolve("page.html");

    Replacement.write(file, "old");
    Replacement.write(file, "n\u00E9w \uD83D\uDE00");

    assertThat(file).hasContent("n\u00E9w \uD83D\uDE00");
    assertThat(names()).containsExactly("page.html");
  }

  @Test
  void write_followsLinks_andKeepsPermissions() throws IOException {
    assumeTrue(
        Files.getFileStore(directory).supportsFileAttributeView("posix"), "skipped: needs POSIX");
    Path folder = Files.createDirectory(directory.resolve("folder"));
    Path real = Files.writeString(folder.resolve("real"), "old");
    Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rw-r-----"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), real);

    Replacement.write(link, "new");

    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(real).hasContent("new");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(real)))
        .isEqualTo("rw-r-----");
  }

  @Test
  void write_thatFails_leavesTheOldFileAndNoOther() throws IOException {
    Path full = Files.createDirectory(directory.resolve("folder"));
    Files.writeString(full.resolve("inside"), "old");

    assertThatThrownBy(() -> Replacement.write(full, "new"))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("this is not a regular file");

    assertThat(full.resolve("inside")).hasContent("old");
    assertThat(names()).containsExactly("folder");
  }

  @Test
  void write_whoseMoveFails_removesItsTemporary() throws IOException {
    Path file = directory.resolve("page");

    assertThatThrownBy(
            () ->
                Replacement.write(
                    file,
                    "new",
                    (from, to) -> {
                      assertThat(from).hasContent("new");
                      throw new IOException("no");
                    }))
        .hasMessage("no");

    assertThat(names()).isEmpty();
  }

  @Test
  void write_toALinkToNothing_isRefused() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("none"));

    assertThatThrownBy(() -> Replacement.write(link, "new"))
        .hasMessageContaining("this is a symbolic link to nothing");
    assertThat(names()).containsExactly("link");
  }

  @Test
  void write_removesWhatAKilledProcessLeftLongAgo_ofThisFileOnly() throws IOException {
    Path file = directory.resolve("page");
    Path[] temporary = new Path[1];
    Replacement.write(
        file,
        "old",
        (from, to) -> {
          temporary[0] = from;
          Files.move(from, to);
        });
    Path abandoned = Files.writeString(temporary[0], "half");
    Path other = Files.writeString(directory.resolve(".rnn-00000000-1.tmp"), "half");
    FileTime past = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
    Files.setLastModifiedTime(other, past);

    Replacement.write(file, "new");
    assertThat(abandoned).as("its owner may live").exists();
    Files.setLastModifiedTime(abandoned, past);
    Replacement.write(file, "newer");

    assertThat(abandoned).doesNotExist();
    assertThat(other).exists();
  }
}
