package io.quiverdb.core.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CompactionPolicyTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "65536, 0",
    "65537, 1",
    "524288, 1",
    "524289, 2",
    "4194304, 2",
    "4194305, 3",
    "1099511627776, 8"
  })
  void tierIsOneMoreForEightTimesTheSize(long bytes, int tier) {
    assertThat(CompactionPolicy.tier(bytes)).isEqualTo(tier);
  }
}
