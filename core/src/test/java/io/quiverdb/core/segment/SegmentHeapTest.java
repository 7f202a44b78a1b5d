package io.quiverdb.core.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.crypto.PlainCodec;
import io.quiverdb.core.storage.FileStorage;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a row on disk costs in memory: prints it.
final class SegmentHeapTest {
  private static final int ROWS = 300_000;
  private static final double BYTES_PER_ROW_MAX = 24;

  @TempDir private Path directory;

  @Test
  void rowsCostFewBytesOfHeap() throws IOException {
    assertFew("uuid", row -> new UUID(mixed(row), row).toString());
    assertFew("number", row -> "%09d".formatted(row));
    assertFew("256 bytes, alike to the end", row -> "tenant".repeat(41) + "%010d".formatted(row));
  }

  private void assertFew(String kind, IntFunction<String> ids) throws IOException {
    var segment = write(ids);
    var deaths = new RowDeaths(ROWS);
    double alive = (double) (segment.heapBytes() + deaths.heapBytes()) / ROWS;
    // The dearest case: a death in every block.
    for (int row = 0; row < ROWS; row += 1000) {
      deaths.markDead(row, 1);
    }
    double dying = (double) (segment.heapBytes() + deaths.heapBytes()) / ROWS;
    System.out.printf(
        "heap per point: ids=%s alive=%.2f bytes, with deaths everywhere=%.2f bytes%n",
        kind, alive, dying);
    assertThat(dying).isLessThan(BYTES_PER_ROW_MAX);
  }

  private Segment write(IntFunction<String> ids) throws IOException {
    Storage storage = FileStorage.at(directory);
    String collection = UUID.randomUUID().toString();
    storage.createDirectories(collection);
    var sorted = new TreeSet<String>();
    for (int row = 0; row < ROWS; row++) {
      sorted.add(ids.apply(row));
    }
    var vector = MemorySegment.ofArray(new byte[4]);
    var payload = MemorySegment.ofArray(new byte[0]);
    try (var writer =
        new SegmentWriter(storage, collection, 1, 1, List.of(), PlainCodec.INSTANCE)) {
      for (var id : sorted) {
        byte[] utf8 = id.getBytes(StandardCharsets.UTF_8);
        writer.add(new SegmentRow(utf8, vector, payload, 1, 2, 3));
      }
      return Segment.open(storage, collection, writer.finish(), 1, PlainCodec.INSTANCE);
    }
  }

  private static long mixed(long value) {
    return value * 0x9e3779b97f4a7c15L;
  }
}
