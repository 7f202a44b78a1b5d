package io.quiverdb.core.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.crypto.PlainCodec;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.storage.FileStorage;
import io.quiverdb.core.storage.Seed;
import io.quiverdb.core.storage.SimulatedStorage;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SegmentTest {
  private static final PageCodec SEALING = TestKeys.SHARED.codec();
  private static final String COLLECTION = "collection";
  private static final long SEGMENT_ID = 42;

  private final Random random = new Random(Seed.draw());

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({"0, 4", "1, 1", "1000, 1", "300, 384", "40, 4088", "40, 4089", "20, 8192"})
  void rowsComeBackAsTheyWereWritten(int rowCount, int dimension) throws IOException {
    var storage = FileStorage.at(directory);
    storage.createDirectories(COLLECTION);
    var rows = RandomRows.draw(random, rowCount, dimension);

    var segment = writeAndOpen(storage, rows, dimension);

    assertHolds(segment, rows);
    assertThat(segment.summary().bytes()).isEqualTo(bytesOnDisk(segment.summary()));
  }

  @Test
  void rowsComeBackFromSealedPages() throws IOException {
    var storage = storageWithCollection();
    var rows = RandomRows.draw(random, 200, 100);

    var summary = RandomRows.write(storage, COLLECTION, SEGMENT_ID, 100, rows, SEALING);

    assertHolds(Segment.open(storage, COLLECTION, summary, 100, SEALING), rows);
    assertThatThrownBy(
            () -> Segment.open(storage, COLLECTION, summary, 100, PlainCodec.INSTANCE).vector(0))
        .isInstanceOf(CorruptFileException.class);
  }

  @Test
  void sealedPagesAreDecryptedOnceWhileTheCacheHasRoom() throws IOException {
    var storage = storageWithCollection();
    var rows = RandomRows.draw(random, 200, 100);
    var summary = RandomRows.write(storage, COLLECTION, SEGMENT_ID, 100, rows, SEALING);
    var cache = new PageCache(100 << 20);
    var segment = Segment.open(storage, COLLECTION, summary, 100, SEALING, cache);
    assertHolds(segment, rows);
    long misses = cache.stats().misses();

    assertHolds(segment, rows);

    assertThat(misses).isPositive();
    assertThat(cache.stats().misses()).isEqualTo(misses);
    assertThat(cache.stats().hits()).isGreaterThan(misses);
  }

  @Test
  void sealedRowsComeBackThroughACacheThatIsTooSmall() throws IOException {
    var storage = storageWithCollection();
    var rows = RandomRows.draw(random, 200, 100);
    var summary = RandomRows.write(storage, COLLECTION, SEGMENT_ID, 100, rows, SEALING);

    var cache = new PageCache(20_000);
    assertHolds(Segment.open(storage, COLLECTION, summary, 100, SEALING, cache), rows);

    assertThat(cache.stats().bytes()).isLessThanOrEqualTo(20_000);
  }

  @Test
  void rowsAreFoundByIdAndOthersAreNot() throws IOException {
    var rows = RandomRows.draw(random, 2000, 1);
    var segment = writeAndOpen(storageWithCollection(), rows, 1);
    var rowsById = new TreeMap<byte[], Integer>(Arrays::compareUnsigned);
    for (int row = 0; row < rows.size(); row++) {
      rowsById.put(rows.get(row).idUtf8(), row);
    }

    for (var asked : RandomRows.draw(random, 2000, 1)) {
      byte[] id = asked.idUtf8();
      var atOrAfter = rowsById.ceilingEntry(id);
      assertThat(segment.find(id)).isEqualTo(rowsById.getOrDefault(id, -1));
      assertThat(segment.firstAtOrAfter(id))
          .isEqualTo(atOrAfter == null ? rows.size() : atOrAfter.getValue());
    }
    rowsById.forEach(
        (id, row) -> {
          assertThat(segment.find(id)).isEqualTo(row);
          assertThat(segment.firstAtOrAfter(id)).isEqualTo(row);
        });
  }

  @Test
  void cursorReadsFromAnyRowOn() throws IOException {
    var rows = RandomRows.draw(random, 500, 3);
    var segment = writeAndOpen(storageWithCollection(), rows, 3);

    for (int firstRow = 0; firstRow <= rows.size(); firstRow++) {
      var cursor = segment.cursor(firstRow);
      for (int row = firstRow; row < Math.min(firstRow + 3, rows.size()); row++) {
        assertThat(cursor.next()).isTrue();
        assertThat(cursor.row()).isEqualTo(row);
        assertThat(cursor.id()).isEqualTo(rows.get(row).idUtf8());
      }
      assertThat(cursor.next()).isEqualTo(firstRow + 3 < rows.size());
    }
  }

  @Test
  void vectorsWithinACursorsPageAreAtTheirOffset() throws IOException {
    var rows = RandomRows.draw(random, 200, 100);
    var cursor = writeAndOpen(storageWithCollection(), rows, 100).cursor(0);

    for (int row = 0; cursor.next(); row++) {
      var vector = cursor.vectors().asSlice(cursor.vectorOffset(), 400);
      assertThat(bytes(vector)).isEqualTo(bytes(rows.get(row).vector()));
    }
  }

  @Test
  void writerRefusesWhatWouldNotBeFoundAgain() throws IOException {
    var rows = RandomRows.draw(random, 2, 3);
    try (var writer =
        new SegmentWriter(
            storageWithCollection(), COLLECTION, SEGMENT_ID, 3, List.of(), PlainCodec.INSTANCE)) {
      writer.add(rows.get(1));

      assertThatThrownBy(() -> writer.add(rows.get(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("id: that of row 1 (expected: above that of the row before)");
      assertThatThrownBy(() -> writer.add(rows.get(0)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> writer.add(row(new byte[513], 12, 0)))
          .hasMessage("id: 513 bytes (expected: 1 to 512)");
      assertThatThrownBy(() -> writer.add(row(new byte[] {-1, -1}, 16, 0)))
          .hasMessage("vector: 16 bytes (expected: 12)");
      assertThatThrownBy(() -> writer.add(row(new byte[] {-1, -1}, 12, 65_537)))
          .hasMessage("payload: 65537 bytes (expected: up to 65536)");
    }
  }

  @Test
  void filesAreSyncedWhenTheWriterHasFinished() throws IOException {
    for (int seed = 0; seed < 20; seed++) {
      var storage = storageWithCollection();
      var rows = RandomRows.draw(random, 20, 8);
      var summary = RandomRows.write(storage, COLLECTION, SEGMENT_ID, 8, rows);
      storage.syncDirectory(COLLECTION);

      var survivor = storage.afterCrash(new Random(seed));

      assertHolds(Segment.open(survivor, COLLECTION, summary, 8, PlainCodec.INSTANCE), rows);
    }
  }

  private Segment writeAndOpen(Storage storage, List<SegmentRow> rows, int dimension)
      throws IOException {
    var summary = RandomRows.write(storage, COLLECTION, SEGMENT_ID, dimension, rows);
    return Segment.open(storage, COLLECTION, summary, dimension, PlainCodec.INSTANCE);
  }

  private static SimulatedStorage storageWithCollection() throws IOException {
    var storage = new SimulatedStorage();
    storage.createDirectories(COLLECTION);
    storage.syncDirectory("");
    return storage;
  }

  private long bytesOnDisk(SegmentSummary summary) throws IOException {
    long bytes = 0;
    for (var name : SegmentFiles.names(summary)) {
      bytes += Files.size(directory.resolve(COLLECTION).resolve(name));
    }
    return bytes;
  }

  private static SegmentRow row(byte[] id, int vectorBytes, int payloadBytes) {
    return new SegmentRow(
        id,
        MemorySegment.ofArray(new byte[vectorBytes]),
        MemorySegment.ofArray(new byte[payloadBytes]),
        1,
        2,
        3);
  }

  /// Both ways of reading give `rows`.
  static void assertHolds(Segment segment, List<SegmentRow> rows) {
    assertThat(segment.rowCount()).isEqualTo(rows.size());
    var cursor = segment.cursor(0);
    for (int row = 0; row < rows.size(); row++) {
      var expected = rows.get(row);
      assertThat(segment.id(row)).isEqualTo(expected.idUtf8());
      assertThat(segment.version(row)).isEqualTo(expected.version());
      assertThat(segment.hashHigh(row)).isEqualTo(expected.hashHigh());
      assertThat(segment.hashLow(row)).isEqualTo(expected.hashLow());
      assertThat(bytes(segment.vector(row))).isEqualTo(bytes(expected.vector()));
      assertThat(bytes(segment.payload(row))).isEqualTo(bytes(expected.payload()));

      assertThat(cursor.next()).isTrue();
      assertThat(cursor.row()).isEqualTo(row);
      assertThat(cursor.id()).isEqualTo(expected.idUtf8());
      assertThat(cursor.version()).isEqualTo(expected.version());
      assertThat(cursor.hashHigh()).isEqualTo(expected.hashHigh());
      assertThat(cursor.hashLow()).isEqualTo(expected.hashLow());
      assertThat(bytes(cursor.vector())).isEqualTo(bytes(expected.vector()));
      assertThat(bytes(cursor.payload())).isEqualTo(bytes(expected.payload()));
    }
    assertThat(cursor.next()).isFalse();
  }

  private static byte[] bytes(MemorySegment segment) {
    return segment.toArray(ValueLayout.JAVA_BYTE);
  }
}
