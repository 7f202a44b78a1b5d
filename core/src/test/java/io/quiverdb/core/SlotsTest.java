package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SlotsTest {
  /// Computed by another implementation of MurmurHash3 x64 128, written from its description.
  @ParameterizedTest
  @CsvSource({
    "a, 8533",
    "hello, 13046",
    "0123456789abcdef, 4856",
    "The quick brown fox jumps over the lazy dog, 14546",
    "grüße, 15655",
    "😀, 1371",
    "point-000001, 982"
  })
  void slotIsTheTopOfMurmurHash3(String id, int slot) {
    assertThat(Slots.of(id.getBytes(StandardCharsets.UTF_8))).isEqualTo(slot);
  }
}
