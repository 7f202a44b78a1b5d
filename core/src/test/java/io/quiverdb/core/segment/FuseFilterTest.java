package io.quiverdb.core.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.storage.Seed;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FuseFilterTest {
  private final SplittableRandom random = new SplittableRandom(Seed.draw());

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 10, 100, 1000, 10_000, 262_144})
  void everyKeyIsFoundAndFewOthers(int keyCount) {
    long[] keys = random.longs(keyCount).toArray();

    var filter = reread(FuseFilter.of(keys.clone()));

    for (long key : keys) {
      assertThat(filter.mayContain(key)).isTrue();
    }
    long wrong = random.longs(100_000).filter(filter::mayContain).count();
    assertThat(wrong).isLessThan(keyCount == 0 ? 100_001 : 1000);
  }

  @Test
  void equalHashesAreOne() {
    var keys = new long[1000];
    for (int index = 0; index < keys.length; index++) {
      keys[index] = index / 10;
    }

    var filter = FuseFilter.of(keys.clone());

    for (long key : keys) {
      assertThat(filter.mayContain(key)).isTrue();
    }
  }

  @Test
  void manySmallSetsAllHaveAFilter() {
    for (int round = 0; round < 20_000; round++) {
      long[] keys = random.longs(random.nextInt(40)).toArray();
      var filter = FuseFilter.of(keys.clone());
      for (long key : keys) {
        assertThat(filter.mayContain(key)).isTrue();
      }
    }
  }

  @Test
  void bytesPerKeyAreFew() {
    int keyCount = 262_144;

    var filter = FuseFilter.of(random.longs(keyCount).toArray());

    assertThat((double) filter.encodedBytes() / keyCount).isLessThan(1.2);
  }

  private static FuseFilter reread(FuseFilter filter) {
    var encoded = ByteBuffer.allocate(filter.encodedBytes()).order(ByteOrder.LITTLE_ENDIAN);
    filter.encode(encoded);
    assertThat(encoded.hasRemaining()).isFalse();
    return FuseFilter.decode(encoded.flip());
  }
}
