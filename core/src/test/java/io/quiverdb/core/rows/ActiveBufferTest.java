package io.quiverdb.core.rows;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.storage.Seed;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class ActiveBufferTest {
  private static final int DIMENSION = 2;

  private final SplittableRandom random = new SplittableRandom(Seed.draw());
  private final ActiveBuffer buffer = new ActiveBuffer(DIMENSION, random.nextInt());
  private final TreeMap<String, Long> live = new TreeMap<>();

  /// More rows than several runs, chunks and tables hold.
  @Test
  void everyVersionStaysReadableWhileRowsAreReplacedAndDeleted() {
    var versions = new TreeMap<Long, TreeMap<String, Long>>();
    for (long version = 1; version <= 20_000; version++) {
      String id = "id-" + random.nextInt(6000);
      end(id, version);
      if (random.nextInt(4) != 0) {
        append(id, version);
      }
      if (random.nextInt(1500) == 0) {
        versions.put(version, new TreeMap<>(live));
      }
    }
    assertThat(buffer.rowCount()).isGreaterThan(3 * SortedRuns.RUN_ROWS);

    versions.forEach(this::assertShows);
  }

  /// When a checkpoint is due is decided by it.
  @Test
  void bytesAreThoseOfIdVectorAndPayloadAndAboutAHundredARow() {
    append("a", 1);
    long first = buffer.bytes();
    append("id-2", 10);

    assertThat(first).isBetween(1 + 8 + 9 + 64L, 1 + 8 + 9 + 160L);
    assertThat(buffer.bytes() - first).isEqualTo(first + 3 + 1);
    buffer.markDead(0, 11);
    assertThat(buffer.bytes()).isEqualTo(2 * first + 3 + 1);
  }

  private void end(String id, long version) {
    if (live.remove(id) != null) {
      buffer.markDead(buffer.find(utf8(id), Long.MAX_VALUE), version);
    }
  }

  private void append(String id, long version) {
    var vector = ByteBuffer.allocate(DIMENSION * Float.BYTES);
    buffer.append(utf8(id), vector, utf8("payload " + version), version, version, -version);
    live.put(id, version);
  }

  private void assertShows(long version, NavigableMap<String, Long> expected) {
    assertThat(read(buffer.inIdOrder(Optional.empty(), version))).isEqualTo(rows(expected));
    assertThat(read(buffer.inIdOrder(Optional.of(utf8("id-3")), version)))
        .isEqualTo(rows(expected.tailMap("id-3", false)));
    assertThat(read(buffer.inStoredOrder(version)))
        .containsExactlyInAnyOrderElementsOf(rows(expected));
    for (int index = 0; index < 6000; index++) {
      String id = "id-" + index;
      int row = buffer.find(utf8(id), version);
      assertThat(row >= 0).isEqualTo(expected.containsKey(id));
      if (row >= 0) {
        assertThat(buffer.version(row)).isEqualTo(expected.get(id));
        assertThat(buffer.hashLow(row)).isEqualTo(-buffer.hashHigh(row));
      }
    }
  }

  private static List<String> rows(Map<String, Long> points) {
    return points.entrySet().stream().map(e -> e.getKey() + "=payload " + e.getValue()).toList();
  }

  private static List<String> read(RowCursor rows) {
    var read = new ArrayList<String>();
    while (rows.next()) {
      read.add(
          new String(rows.id(), StandardCharsets.UTF_8)
              + "="
              + StandardCharsets.UTF_8.decode(rows.payload().asByteBuffer()));
    }
    return read;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
