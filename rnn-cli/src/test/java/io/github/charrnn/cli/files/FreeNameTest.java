package io.github.charrnn.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Names in the current directory, where nothing must be left of them. */
class FreeNameTest {
  private static final String TEXT = "elsewhere/a-text-of-FreeNameTest.txt";
  private static final Path LOCK = Path.of(".rnn-a-text-of-FreeNameTest.safetensors-name");

  @Test
  void aNameThatIsTaken_isTakenByNobodyElse_untilItIsReleased() {
    FreeName first = FreeName.of(TEXT);
    FreeName second = FreeName.of(TEXT);
    assertThat(LOCK).exists();
    first.release();
    assertThat(LOCK).doesNotExist();
    FreeName third = FreeName.of(TEXT);
    first.release(); // again, which is not the third's
    assertThat(LOCK).exists();
    second.release();
    third.release();

    assertThat(first.files().model()).hasToString("a-text-of-FreeNameTest.safetensors");
    assertThat(second.files().model()).hasToString("a-text-of-FreeNameTest-2.safetensors");
    assertThat(third.files()).isEqualTo(first.files());
    assertThat(LOCK).doesNotExist();
    assertThat(Path.of(".rnn-a-text-of-FreeNameTest-2.safetensors-name")).doesNotExist();
  }

  @Test
  void aLockThatADeadProcessHasLeft_isNobodys() throws Exception {
    Files.createFile(LOCK);

    FreeName free = FreeName.of(TEXT);
    free.release();

    assertThat(free.files().model()).hasToString("a-text-of-FreeNameTest.safetensors");
    assertThat(LOCK).doesNotExist();
  }

  /** A model, or a checkpoint, that the process has saved does not keep it. */
  @Test
  void aLockThatADeadProcessHasLeft_goesAlsoWhereTheNameIsInUse() throws Exception {
    Files.createFile(LOCK);
    Path model = Files.createFile(Path.of("a-text-of-FreeNameTest.safetensors"));
    try {
      FreeName second = FreeName.of(TEXT);
      second.release();

      assertThat(second.files().model()).hasToString("a-text-of-FreeNameTest-2.safetensors");
      assertThat(LOCK).doesNotExist();
    } finally {
      Files.delete(model);
    }
  }

  @Test
  void theLockOfALivingProcess_stays() throws Exception {
    FreeName ours = FreeName.of(TEXT);
    FreeName.sweep(ours.files());

    assertThat(LOCK).exists();
    ours.release();
  }
}
