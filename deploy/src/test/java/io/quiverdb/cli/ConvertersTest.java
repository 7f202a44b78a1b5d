package io.quiverdb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.client.Metric;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ConvertersTest {
  @ParameterizedTest
  @ValueSource(strings = {"1,-0.5,2e-3", "[1, -0.5, 2e-3]", " [1,-0.5 ,2e-3] "})
  void vectorIsNumbersWithCommasInBracketsOrNot(String text) {
    assertThat(new VectorArgument.Converter().convert(text).components())
        .containsExactly(1, -0.5f, 2e-3f);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1,NaN", "1,Infinity", "1,1e39", "1,", "1,x", "1,1 2"})
  void vectorOfAnythingElseIsRefused(String text) {
    assertThatThrownBy(() -> new VectorArgument.Converter().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageStartingWith("vector[1]: ")
        .hasMessageEndingWith("(expected: a finite number)");
  }

  @Test
  void durationsHaveUnits() {
    assertThat(new DurationConverter().convert("500ms")).isEqualTo(Duration.ofMillis(500));
    assertThat(new DurationConverter().convert("60s")).isEqualTo(Duration.ofSeconds(60));
    assertThat(new DurationConverter().convert("2m")).isEqualTo(Duration.ofMinutes(2));
    assertThatThrownBy(() -> new DurationConverter().convert("60"))
        .hasMessage("duration: 60 (expected: a number and ms, s or m, as in 60s)");
  }

  @Test
  void metricsHaveTheNamesThatPeopleUse() {
    assertThat(new MetricConverter().convert("cosine")).isEqualTo(Metric.COSINE);
    assertThat(new MetricConverter().convert("L2")).isEqualTo(Metric.L2_SQUARED);
    assertThat(new MetricConverter().convert("dot")).isEqualTo(Metric.DOT);
    assertThatThrownBy(() -> new MetricConverter().convert("manhattan"))
        .hasMessage("metric: manhattan (expected: cosine, l2 or dot)");
  }
}
