package io.github.charrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("long")
class ProgressTest {
  @Test
  void during_job_saysHowManyTasksAreDone() {
    assertThat(said(Duration.ZERO))
        .contains("it: 1 of 3 parts", "it: 3 of 3 parts")
        .doesNotContain("it: 0 of 3 parts");
    assertThat(said(Duration.ofHours(1))).isEmpty();
  }

  private static List<String> said(Duration pause) {
    SparkSession spark = LocalSpark.session();
    StringWriter out = new StringWriter();
    Progress.during(
        () -> {
          JavaSparkContext.fromSparkContext(spark.sparkContext())
              .parallelize(List.of(1, 2, 3), 3)
              .count();
          try {
            spark.sparkContext().listenerBus().waitUntilEmpty(); // events come later
          } catch (TimeoutException e) {
            throw new AssertionError(e);
          }
        },
        spark,
        new PrintWriter(out),
        pause,
        "it");
    return out.toString().lines().toList();
  }
}
