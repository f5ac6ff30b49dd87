package io.github.charrnn.cli.options;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NumbersTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-7, -7",
    "+7, 7",
    "100000, 100000",
    "'100,000', 100000",
    "'-1,234,567', -1234567",
    "1_000, 1000",
    "10k, 10000",
    "10K, 10000",
    "1.5k, 1500",
    "'2,000k', 2000000",
    "2M, 2000000",
    ".5M, 500000",
    "1e5, 100000",
    "1E5, 100000",
    "2.5e3, 2500",
    "1_0e2, 1000",
    "500e-2, 5",
    "9223372036854775807, 9223372036854775807",
  })
  void wholeNumber_ofOneMeaning_isUnderstood(String typed, long meant) {
    assertThat(Numbers.whole(typed, BigDecimal::longValueExact)).contains(meant);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " 5",
        "x",
        "1.5",
        "5.0",
        "1.000",
        "100.000",
        "1,00",
        "1,0000",
        "1000,000",
        ",000",
        "1,5k",
        "_1",
        "1_",
        "1__0",
        "1e",
        "k",
        "1m",
        "1g",
        "10%",
        "1e-5",
        "1.5e-1",
        "1e999999999",
        "NaN",
        "Infinity",
        "0x10",
        "5L",
        "\u0665",
        "9223372036854775808",
        "1e19",
        "-1e300"
      })
  void wholeNumber_ofNoneOrTwoMeanings_isRefused(String typed) {
    assertThat(Numbers.whole(typed, BigDecimal::longValueExact)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0.5, 0.5",
    ".5, 0.5",
    "5., 5",
    "-0.1, -0.1",
    "5e-1, 0.5",
    "1e-300, 1e-300",
    "1e999, Infinity",
    "10%, 0.1",
    "12.5%, 0.125",
    "1_000.5, 1000.5",
    "1.5k, 1500",
    "NaN, NaN",
    "-Infinity, -Infinity",
    "0.1000000000000000055511151231257827, 0.1",
  })
  void number_isTheNearestDouble(String typed, double meant) {
    assertThat(Numbers.real(typed)).contains(meant);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "x", "0,5", "1,000", "1.000,5", "1d", "0x1p3", "nan", "%", "5 %", "1e", "."})
  void number_ofNoneOrTwoMeanings_isRefused(String typed) {
    assertThat(Numbers.real(typed)).isEmpty();
  }

  @Test
  void range_showsTheForms_toWhomTypedDigits() {
    assertThat(Numbers.rangeOfWhole("x", 9)).isEqualTo("a whole number");
    assertThat(Numbers.rangeOfWhole("1.5", 9))
        .isEqualTo("a whole number, as in 20000, 20,000, 20k or 2e4");
    assertThat(Numbers.rangeOfWhole("1e1", 9)).isEqualTo("a whole number, at most 9");
    assertThat(Numbers.range("x")).isEqualTo("a number");
    assertThat(Numbers.range("0,5")).isEqualTo("a number, as in 0.05, 5e-2 or 5%");
  }
}
