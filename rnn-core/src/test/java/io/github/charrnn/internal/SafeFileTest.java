package io.github.charrnn.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.charrnn.CharVocab;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.internal.FaultyDisk.Fault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("once")
public class SafeFileTest {
  private static final byte[] OLD = "the old one, which was here".getBytes(UTF_8);
  private static final byte[] NEW = "the new one, and it is longer than that".getBytes(UTF_8);

  @TempDir Path directory;

  /** What the names of leftovers of a file begin with. */
  public static String prefix(Path file) {
    return SafeFile.prefix(file);
  }

  private static void writeNew(Disk.Output out) throws IOException {
    for (int from = 0; from < NEW.length; from += 10) {
      out.write(ByteBuffer.wrap(NEW, from, Math.min(10, NEW.length - from)));
    }
  }

  private Path file() throws IOException {
    return directory.toRealPath().resolve("file");
  }

  private FaultyDisk disk(Fault fault, int at, boolean existed) throws IOException {
    FaultyDisk disk = new FaultyDisk(fault, at);
    Files.deleteIfExists(file());
    if (existed) {
      Files.write(file(), OLD);
      disk.add(file(), OLD);
    }
    return disk;
  }

  private int operations(boolean existed) throws IOException {
    FaultyDisk disk = disk(Fault.NONE, 0, existed);
    SafeFile.locked(file(), disk).replace(SafeFileTest::writeNew);
    assertThat(file()).hasBinaryContent(NEW);
    assertThat(disk.operations)
        .containsSubsequence("create", "write", "force", "close", "move", "forceDirectory");
    return disk.operations.size();
  }

  @ParameterizedTest
  @CsvSource({"FAILS, true", "FAILS_LATE, true", "FAILS, false", "FAILS_LATE, false"})
  void anyOperationThatFails_isReportedAndLeavesTheOldFile(Fault fault, boolean existed)
      throws IOException {
    int operations = operations(existed);
    for (int at = 0; at < operations; at++) {
      FaultyDisk disk = disk(fault, at, existed);

      Throwable reported =
          catchThrowable(() -> SafeFile.locked(file(), disk).replace(SafeFileTest::writeNew));

      String operation = disk.operations.get(at);
      assertThat(Collections.frequency(disk.operations, "force")).isLessThanOrEqualTo(1);
      if (operation.equals("link")) { // only a precaution: the save goes on without it
        assertThat(reported).isNull();
        assertThat(file()).hasBinaryContent(NEW);
      } else {
        assertThat(reported).as(operation).isInstanceOf(IOException.class);
        assertThat(reported).hasMessage(operation + " has failed");
        if (operation.equals("delete")) { // of the old one's second name: the new one is safe
          assertThat(file()).hasBinaryContent(NEW);
        } else {
          assertOld(operation, existed);
        }
      }
      if (fault == Fault.FAILS && !operation.equals("link") && !operation.equals("delete")) {
        try (Stream<Path> files = Files.list(directory)) {
          assertThat(files.count()).as(operation + ": leftovers").isEqualTo(existed ? 1 : 0);
        }
      }
      sweepAll();
    }
  }

  private void assertOld(String what, boolean existed) throws IOException {
    if (existed) {
      assertThat(file()).as(what).hasBinaryContent(OLD);
    } else {
      assertThat(file()).as(what).doesNotExist();
    }
  }

  private void sweepAll() throws IOException {
    SafeFile.locked(file()).sweep();
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(Path::getFileName).map(Path::toString)).isSubsetOf("file");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aPowerFailureAtAnyOperation_leavesTheOldFileOrTheNewOne(boolean existed) throws IOException {
    int operations = operations(existed);
    boolean oldSeen = false;
    boolean newSeen = false;
    for (int at = 0; at <= operations; at++) {
      FaultyDisk disk = disk(Fault.POWER, at, existed);
      Throwable reported =
          catchThrowable(() -> SafeFile.locked(file(), disk).replace(SafeFileTest::writeNew));
      assertThat(reported == null).isEqualTo(at == operations);
      List<byte[]> possible = disk.afterPowerFailure(file());
      for (byte[] content : possible) {
        assertThat(content)
            .as("before operation %d", at)
            .isIn(existed ? OLD : FaultyDisk.NOTHING, NEW);
      }
      if (at == operations) {
        assertThat(possible).as("a save that has returned is safe").containsExactly(NEW);
      }
      oldSeen |=
          possible.stream().anyMatch(content -> content != NEW && content.length < NEW.length);
      newSeen |= possible.stream().anyMatch(content -> content.length == NEW.length);
      sweepAll();
    }
    assertThat(oldSeen && newSeen).isTrue();
  }

  @Test
  void loading_afterAnyFault_givesTheOldModelOrTheNewOne() throws IOException {
    VanillaRnn old = VanillaRnn.builder(CharVocab.of("abc")).hiddenSize(3).seed(1).build();
    VanillaRnn next = VanillaRnn.builder(CharVocab.of("abc")).hiddenSize(5).seed(2).build();
    old.save(file());
    byte[] before = Files.readAllBytes(file());
    next.save(directory.resolve("next"));
    ModelFile.Model model = ModelFile.read(directory.resolve("next"));
    List<String> expected = List.of(old.fingerprint(), next.fingerprint());
    for (Fault fault : Fault.values()) {
      for (int at = 0; at < 15; at++) {
        FaultyDisk disk = new FaultyDisk(fault, at);
        Files.write(file(), before);
        disk.add(file(), before);
        Throwable reported =
            catchThrowable(
                () ->
                    Safetensors.write(
                        SafeFile.locked(file(), disk),
                        Fields.write(model.header()),
                        Tensors.of("", model.parameters())));
        String loaded = VanillaRnn.load(file()).fingerprint();
        assertThat(loaded).as("%s at %d", fault, at).isIn(expected);
        if (reported == null) {
          assertThat(loaded).as("saved").isEqualTo(next.fingerprint());
        }
        for (byte[] content : disk.afterPowerFailure(file())) {
          Path found = Files.write(directory.resolve("found"), content);
          assertThat(VanillaRnn.load(found).fingerprint()).isIn(expected);
        }
      }
    }
  }

  /** The test of the test: a save without force is found out. */
  @Test
  void aSaveThatDoesNotForce_wouldBeFound() throws IOException {
    FaultyDisk disk = disk(Fault.NONE, 0, true);
    Path temporary = directory.toRealPath().resolve("temporary");
    try (Disk.Output out = disk.create(temporary)) {
      writeNew(out);
    }
    disk.move(temporary, file());

    assertThat(disk.afterPowerFailure(file()))
        .anyMatch(content -> content.length == NEW.length && content[0] == 0)
        .anyMatch(content -> content.length == NEW.length / 2)
        .contains(OLD, NEW);
  }

  @Test
  void leftovers_areSweptByTheNextSave_onceNobodyCanBeWritingThem() throws IOException {
    Path fresh = directory.resolve(prefix(file()) + "1.tmp");
    Path abandoned = directory.resolve(prefix(file()) + "2.tmp");
    Path second = directory.resolve(prefix(file()) + "3.old");
    Path others = directory.resolve(prefix(directory.resolve("other")) + "4.tmp");
    Path locked = directory.resolve(prefix(file()) + "locked-5.tmp");
    for (Path leftover : List.of(fresh, abandoned, second, others, locked)) {
      Files.writeString(leftover, "half");
    }
    FileTime longAgo = FileTime.from(Instant.now().minus(Duration.ofMinutes(11)));
    Path inTheWay = Files.createDirectory(directory.resolve(prefix(file()) + "6.tmp"));
    Files.writeString(inTheWay.resolve("file"), "cannot be deleted with it");
    for (Path leftover : List.of(abandoned, second, others, locked, inTheWay)) {
      Files.setLastModifiedTime(leftover, longAgo);
    }

    new SafeFile(file()).replace(SafeFileTest::writeNew);

    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files)
          .containsExactlyInAnyOrder(directory.resolve("file"), fresh, others, locked, inTheWay);
    }
    SafeFile.locked(file()).sweep();
    assertThat(locked).as("the only writer knows that it is dead").doesNotExist();
    assertThat(fresh).exists();
  }

  @Test
  void aNewFile_hasThePermissionsOfTheOldOneFromTheStart() throws IOException {
    Files.write(file(), OLD);
    Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-------"));

    new SafeFile(file())
        .replace(
            out -> {
              try (Stream<Path> files = Files.list(directory)) {
                for (Path each : files.toList()) {
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
                      .isEqualTo("rw-------");
                }
              }
              writeNew(out);
            });

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
  }

  @Test
  void anInterruptedThread_savesAllTheSame_andStaysInterrupted() throws IOException {
    Thread.currentThread().interrupt();
    new SafeFile(file()).replace(SafeFileTest::writeNew);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(file()).hasBinaryContent(NEW);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(directory.resolve("file"));
    }
  }

  @Test
  void aLinkToNothing_isRefused() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("none"));
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> new SafeFile(link).replace(SafeFileTest::writeNew))
        .withMessageContaining("a symbolic link to nothing");
  }

  @Test
  void names_ofOneFile_areTheSame() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory);
    assertThat(SafeFile.same(link.resolve("x"), directory.resolve("x"))).isTrue();
    assertThat(SafeFile.same(link.resolve("x"), directory.resolve("y"))).isFalse();
    Path dotted = directory.resolve("link").resolve("..").resolve("x");
    assertThat(SafeFile.same(dotted, directory.resolveSibling("x"))).isTrue();
  }

  @Test
  void lock_isHeldOnce_andGoesWithItsHolder() throws Exception {
    Path lockFile = directory.resolve(prefix(file()) + "lock");
    try (RunLock lock = RunLock.acquire(file())) {
      assertThat(lock).isNotNull();
      assertThat(lockFile).exists();
      assertThatIllegalStateException().isThrownBy(() -> RunLock.acquire(file()));
      assertThat(holdInAnotherProcess()).as("another process").isEqualTo("refused");
    }
    assertThat(lockFile).doesNotExist();
    assertThat(holdInAnotherProcess()).isEqualTo("held");
    RunLock.acquire(file()).close();
    assertThat(lockFile).doesNotExist();
  }

  private String holdInAnotherProcess() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath(),
                Holder.class.getName(),
                file().toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said.trim();
  }

  /** Where the classes are that this test is made of, whatever module path it was started with. */
  private static String classPath() throws Exception {
    return Path.of(RunLock.class.getProtectionDomain().getCodeSource().getLocation().toURI())
        + System.getProperty("path.separator")
        + Path.of("target", "test-classes").toAbsolutePath();
  }

  /** Tries to hold a lock. */
  static final class Holder {
    public static void main(String[] args) throws IOException {
      try (RunLock lock = RunLock.acquire(Path.of(args[0]))) {
        System.out.println(lock == null ? "" : "held");
      } catch (IllegalStateException e) {
        System.out.println("refused");
      }
    }
  }
}
