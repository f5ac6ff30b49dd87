package io.github.charrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Training that is killed again and again, as by a power switch, and resumed each time, with
 * another number of threads.
 *
 * <p>In the build a few times; 200 times with -Plong.
 */
@Tag("long")
class CrashTest {
  private static final int KILLS =
      Integer.getInteger("crash.kills", Boolean.getBoolean("tests.long") ? 200 : 3);
  private static final int STEPS_A_LIFE = 300; // more than most get done
  private static final long SEED = Long.getLong("crash.seed", 1);

  @TempDir Path directory;
  private final List<Process> started = new ArrayList<>();
  private final Random random = new Random(SEED);

  private Path model() {
    return directory.resolve("m");
  }

  private Path checkpoint() {
    return directory.resolve("m.checkpoint");
  }

  private Process train(String output, String... more) throws IOException {
    List<String> command = new ArrayList<>();
    command.addAll(Command.java());
    command.addAll(List.of("-Drnn.kernel=scalar", Main.class.getName()));
    command.addAll(
        List.of(
            "train",
            "book.txt",
            "-o",
            output,
            "--recipe",
            "course",
            "--hidden",
            "25",
            "--batch",
            "2"));
    command.addAll(
        List.of("--steps", Integer.toString(STEPS_A_LIFE * KILLS), "--sample-every", "0", "-q"));
    command.addAll(List.of(more));
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(directory.resolve("err").toFile())
            .start();
    started.add(process);
    return process;
  }

  /** Starts a new run, or goes on with the one that was killed. */
  private Process trainOn() throws IOException {
    String threads = Integer.toString(1 + random.nextInt(3));
    List<String> more = new ArrayList<>(List.of("--checkpoint-every", "5", "--threads", threads));
    if (Files.exists(checkpoint())) {
      more.add("--resume");
    }
    return train("m", more.toArray(new String[0]));
  }

  @AfterEach
  void endWhatIsLeft() {
    started.forEach(Process::destroyForcibly);
  }

  @Test
  void killedAtAnyMoment_nothingIsTornAndTheResultIsTheSame() throws Exception {
    Files.writeString(
        directory.resolve("book.txt"),
        "The tide came in, the tide went out; who counts?\n".repeat(60));
    Process undisturbed = train("undisturbed", "--no-checkpoint", "--threads", "1");
    assertThat(undisturbed.waitFor(10, TimeUnit.MINUTES)).isTrue();
    assertThat(undisturbed.exitValue()).as(err()).isZero();

    int kills = 0;
    int duringASave = 0;
    int looks = 0;
    long lastStep = -1;
    while (kills < KILLS) {
      Process process = trainOn();
      // Every fourth life ends while Java starts, or shortly after; the others where it trains.
      boolean early = random.nextInt(4) == 0;
      long life = random.nextInt(400) * 1_000_000L;
      long before = lastStep;
      long end = System.nanoTime() + life;
      while ((System.nanoTime() < end || (!early && lastStep == before)) && process.isAlive()) {
        long step = stepNow(); // whenever one looks, it is whole
        assertThat(step).as("seed %d, kill %d", SEED, kills).isGreaterThanOrEqualTo(lastStep);
        if (lastStep == before && step > before && !early) {
          end = System.nanoTime() + life;
        }
        lastStep = step;
        looks++;
        Thread.sleep(1); // the processor is the run's
      }
      if (process.isAlive()) {
        process.destroyForcibly();
        kills++;
      }
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      if (process.exitValue() == 0) { // it came to its end first: begin anew
        assertSame();
        Files.delete(model());
        Files.delete(checkpoint());
        lastStep = -1;
      } else {
        assertThat(process.exitValue()).as(err()).isEqualTo(128 + 9);
        if (names().anyMatch(name -> name.endsWith(".tmp") || name.endsWith(".old"))) {
          duringASave++;
        }
      }
    }
    Process last = trainOn();
    assertThat(last.waitFor(10, TimeUnit.MINUTES)).isTrue();
    assertThat(last.exitValue()).as(err()).isZero();
    assertSame();
    assertThat(names())
        .as("no leftovers")
        .containsExactlyInAnyOrder(
            "book.txt",
            "err",
            "m",
            "m.checkpoint",
            "m.report.html",
            "m.report.json",
            "undisturbed",
            "undisturbed.report.html",
            "undisturbed.report.json");
    System.out.printf(
        Locale.ROOT,
        "killed %d times, %d of them during a save; looked %,d times; the same model%n",
        kills,
        duringASave,
        looks);
  }

  private void assertSame() {
    assertThat(model()).hasSameBinaryContentAs(directory.resolve("undisturbed"));
  }

  /** The step that the checkpoint is of; once there has been one, there always is one, whole. */
  private long stepNow() throws IOException {
    return Files.exists(checkpoint())
        ? VanillaRnn.load(checkpoint()).training().orElseThrow().step()
        : -1;
  }

  private String err() throws IOException {
    return Files.readString(directory.resolve("err"));
  }

  private Stream<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> String.valueOf(file.getFileName())).toList().stream();
    }
  }
}
