package io.quiverdb.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

final class ExpectedJdkTest {
  @Test
  @EnabledIfSystemProperty(named = "expected.jdk", matches = "\\d+")
  void testsRunOnTheJdkTheyAreMeantFor() {
    assertThat(Runtime.version().feature()).isEqualTo(Integer.getInteger("expected.jdk"));
  }
}
