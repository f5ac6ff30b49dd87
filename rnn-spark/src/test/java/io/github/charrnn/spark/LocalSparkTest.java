package io.github.charrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LocalSparkTest {
  @Test
  void session_counts() {
    assertThat(LocalSpark.session().range(10).count()).isEqualTo(10);
  }
}
