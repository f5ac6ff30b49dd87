package io.github.charrnn;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Fuzzing with Jazzer; CONTRIBUTING.md has the command. */
class ModelFileFuzzTest {
  @FuzzTest(maxDuration = "10m")
  void file(byte[] bytes) throws Exception {
    FuzzTarget.read(bytes);
  }
}
