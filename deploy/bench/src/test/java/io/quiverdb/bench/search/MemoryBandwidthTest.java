package io.quiverdb.bench.search;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class MemoryBandwidthTest {
  private static final int OF_ONES = 0x01010101;

  @Test
  void allOfItIsReadEachTime() {
    try (var memory = new MemoryBandwidth(1 << 16)) {
      assertThat(memory.bytesPerSecond(3)).isPositive();

      assertThat(memory.sum()).isEqualTo((int) (3L * (1 << 14) * OF_ONES));
    }
  }
}
