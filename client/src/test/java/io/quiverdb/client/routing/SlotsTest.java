package io.quiverdb.client.routing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SlotsTest {
  /// The hashes are those that the reference implementation gives (MurmurHash3_x64_128, seed 0).
  @ParameterizedTest
  @CsvSource({
    "'', 0000000000000000",
    "hello, cbd8a7b341bd9b02",
    "'hello, world', 342fac623a5ebc8e",
    "The quick brown fox jumps over the lazy dog, e34bbc7bbc071b6c",
  })
  void slotIsTheTopFourteenBitsOfTheHash(String id, String hash) {
    int slot = Slots.of(id);

    assertThat(slot).isEqualTo((int) (Long.parseUnsignedLong(hash, 16) >>> 50));
  }

  @ParameterizedTest
  @CsvSource({"hello, 13046", "ключ, 15768", "鍵, 5017", "🗝, 8813"})
  void slotsStayWhereTheyAre(String id, int slot) {
    assertThat(Slots.of(id)).isEqualTo(slot);
  }
}
