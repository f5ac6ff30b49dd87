/**
 * Scoring, searching and training on Apache Spark, with the same numbers as on one machine: see
 * docs/spark.md.
 */
package io.github.charrnn.spark;
