package io.quiverdb.core.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.crypto.PlainCodec;
import io.quiverdb.core.storage.Seed;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.RoaringBitmap;

final class DeadRowsTest {
  private static final int ROWS = 10_000;

  private final Random random = new Random(Seed.draw());

  @Test
  void olderViewStillSeesTheRow() {
    var deaths = new RowDeaths(ROWS);

    deaths.markDead(4096, 7);

    assertThat(deaths.deathAt(4096)).isEqualTo(7);
    assertThat(deaths.isLiveAt(4096, 6)).isTrue();
    assertThat(deaths.isLiveAt(4096, 7)).isFalse();
    assertThat(deaths.deathAt(4095)).isZero();
    assertThat(deaths.isLiveAt(4095, Long.MAX_VALUE)).isTrue();
    assertThat(deaths.isLiveAt(ROWS - 1, Long.MAX_VALUE)).isTrue();
  }

  @Test
  void deadRowsAreThoseOfTheVersion() {
    var deaths = new RowDeaths(ROWS);
    var expected = new RoaringBitmap();
    for (int row = 0; row < ROWS; row += 1 + random.nextInt(500)) {
      int version = 1 + random.nextInt(10);
      deaths.markDead(row, version);
      if (version <= 5) {
        expected.add(row);
      }
    }

    assertThat(deaths.deadAsOf(5)).isEqualTo(expected);
    assertThat(deaths.deadAsOf(0)).isEqualTo(new RoaringBitmap());
  }

  @Test
  void restartFindsTheRowsDead() throws IOException {
    var storage = new SimulatedStorage();
    storage.createDirectories("collection");
    var dead = randomRows();
    DeadRowsFile.write(storage, "collection", 3, 9, dead, PlainCodec.INSTANCE);

    var read = DeadRowsFile.read(storage, "collection", 3, 9, ROWS, PlainCodec.INSTANCE);

    assertThat(read).isEqualTo(dead);
    assertThat(new RowDeaths(ROWS, read, 100).deadAsOf(100)).isEqualTo(dead);
    assertThat(storage.list("collection")).containsExactly("del-3-9");
  }

  @Test
  void everyDamageOfTheFileIsNoticed() throws IOException {
    var storage = new SimulatedStorage();
    storage.createDirectories("collection");
    DeadRowsFile.write(
        storage, "collection", 3, 9, RoaringBitmap.bitmapOf(1, 5), PlainCodec.INSTANCE);
    byte[] content = storage.content("collection/del-3-9");

    for (int offset = 0; offset < content.length; offset++) {
      var flipped = content.clone();
      flipped[offset] ^= (byte) (1 << random.nextInt(Byte.SIZE));
      assertRefused(storage, flipped);
      assertRefused(storage, Arrays.copyOf(content, offset));
    }
  }

  @Test
  void rowsBeyondTheSegmentAreCorrupt() throws IOException {
    var storage = new SimulatedStorage();
    storage.createDirectories("collection");
    int version = 0;
    for (int row : new int[] {ROWS, Integer.MAX_VALUE, -1}) {
      int next = ++version;
      DeadRowsFile.write(
          storage, "collection", 3, next, RoaringBitmap.bitmapOf(1, row), PlainCodec.INSTANCE);

      assertThatThrownBy(
              () -> DeadRowsFile.read(storage, "collection", 3, next, ROWS, PlainCodec.INSTANCE))
          .isInstanceOf(CorruptFileException.class)
          .hasMessageContaining("content is row " + Integer.toUnsignedString(row));
    }
  }

  private static void assertRefused(SimulatedStorage storage, byte[] content) {
    storage.overwrite("collection/del-3-9", content);
    assertThatThrownBy(
            () -> DeadRowsFile.read(storage, "collection", 3, 9, ROWS, PlainCodec.INSTANCE))
        .isInstanceOf(CorruptFileException.class);
  }

  private RoaringBitmap randomRows() {
    var rows = new RoaringBitmap();
    random.ints(1000, 0, ROWS).forEach(rows::add);
    return rows;
  }
}
