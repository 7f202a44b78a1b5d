package io.quiverdb.core.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.storage.Seed;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
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

  /// Counts for which the paper's size is a little too small: with sections of twice the bytes
  /// there are fewer of them.
  @ParameterizedTest
  @ValueSource(ints = {3_490, 3_517, 11_360, 11_420, 11_460, 11_501, 11_540, 14_000})
  void keysHaveAFilterHoweverManyTheyAre(int keyCount) {
    for (int round = 0; round < 20; round++) {
      long[] keys = random.longs(keyCount).toArray();
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

  /// As it is on disks: another hash would find nothing in them.
  @Test
  void encodedFormStaysWhatItIs() {
    long[] keys = LongStream.range(0, 40).map(number -> number * 0x9e3779b97f4a7c15L).toArray();
    var filter = FuseFilter.of(keys);
    var encoded = ByteBuffer.allocate(filter.encodedBytes()).order(ByteOrder.LITTLE_ENDIAN);

    filter.encode(encoded);

    assertThat(HexFormat.of().formatHex(encoded.array()))
        .isEqualTo(
            "4f1be7038232608b200000000100000000000000004cef4ff200e2130000008500a200006700cd00"
                + "e50000000000bf0000000002ef00d000122a17000000006e00200000000015430000000000a70000"
                + "f9000000840000212f0000d32e00d300b400e200000042dadc3362b9e6690000");
  }

  @Test
  void setOfFewKeysTakesFewBytes() {
    assertThat(FuseFilter.of(new long[0]).encodedBytes()).isEqualTo(16 + 12);
    assertThat(FuseFilter.of(new long[] {1}).encodedBytes()).isEqualTo(16 + 12);
  }

  private static FuseFilter reread(FuseFilter filter) {
    var encoded = ByteBuffer.allocate(filter.encodedBytes()).order(ByteOrder.LITTLE_ENDIAN);
    filter.encode(encoded);
    assertThat(encoded.hasRemaining()).isFalse();
    return FuseFilter.decode(encoded.flip());
  }
}
