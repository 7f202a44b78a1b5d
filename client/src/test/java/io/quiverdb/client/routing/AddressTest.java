package io.quiverdb.client.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AddressTest {
  @Test
  void namesAndBothKindsOfNumbersAreRead() {
    assertThat(Address.parse("node-1.example:7070")).isEqualTo(new Address("node-1.example", 7070));
    assertThat(Address.parse("10.0.0.1:80")).isEqualTo(new Address("10.0.0.1", 80));
    assertThat(Address.parse("[::1]:7070")).isEqualTo(new Address("::1", 7070));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "host", ":7070", "host:", "host:x", "host:0", "host:65536", "::1:70"})
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> Address.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("address: " + text + " (expected: host:port)");
  }
}
