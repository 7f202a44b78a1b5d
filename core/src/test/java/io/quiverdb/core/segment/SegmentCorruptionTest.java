package io.quiverdb.core.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.crypto.PlainCodec;
import io.quiverdb.core.storage.Seed;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Damage is noticed and named, or changes nothing.
final class SegmentCorruptionTest {
  private static final String COLLECTION = "collection";
  private static final int DIMENSION = 8;

  /// Beyond the live bytes of the last page only zeros follow; of those, a few stand for all.
  private static final int DENSE_BYTES = 2000;

  private static final int STRIDE_BYTES = 211;

  private final Random random = new Random(Seed.draw());
  private SimulatedStorage storage;
  private List<SegmentRow> rows;
  private SegmentSummary summary;

  @BeforeEach
  void writeSegment() throws IOException {
    storage = new SimulatedStorage();
    storage.createDirectories(COLLECTION);
    rows = RandomRows.draw(random, 12, DIMENSION);
    summary = RandomRows.write(storage, COLLECTION, 42, DIMENSION, rows);
  }

  @ParameterizedTest
  @ValueSource(strings = {"seg-42.vec", "seg-42.pay", "seg-42.ids", "seg-42.dir"})
  void everyFlippedByteIsNoticedOrHarmless(String name) throws IOException {
    String path = COLLECTION + "/" + name;
    byte[] content = storage.content(path);

    for (int offset = 0; offset < content.length; offset += stride(offset)) {
      var damaged = content.clone();
      damaged[offset] ^= (byte) (1 << random.nextInt(Byte.SIZE));
      storage.overwrite(path, damaged);

      assertNoticedOrHarmless(path);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"seg-42.vec", "seg-42.pay", "seg-42.ids", "seg-42.dir"})
  void everyCutIsNoticed(String name) throws IOException {
    String path = COLLECTION + "/" + name;
    byte[] content = storage.content(path);

    for (int length = 0; length < content.length; length += stride(length)) {
      storage.overwrite(path, Arrays.copyOf(content, length));

      assertThatThrownBy(this::open)
          .isInstanceOf(CorruptFileException.class)
          .hasMessage(path + " at 0: length is " + length + " (expected: " + content.length + ")");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"seg-42.vec", "seg-42.pay", "seg-42.ids", "seg-42.dir"})
  void missingFileIsNoticed(String name) throws IOException {
    storage.delete(COLLECTION + "/" + name);

    assertThatThrownBy(this::open)
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining(name);
  }

  @Test
  void fileOfAnotherSegmentIsNoticed() throws IOException {
    RandomRows.write(storage, COLLECTION, 43, DIMENSION, rows);
    storage.overwrite(COLLECTION + "/seg-42.vec", storage.content(COLLECTION + "/seg-43.vec"));

    assertThatThrownBy(() -> open().vector(0))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("file id is 43 (expected: 42)");
  }

  @Test
  void otherDimensionIsNoticed() {
    assertThatThrownBy(() -> Segment.open(storage, COLLECTION, summary, 9, PlainCodec.INSTANCE))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("dimension is 8 (expected: 9)");
  }

  private void assertNoticedOrHarmless(String path) throws IOException {
    try {
      SegmentTest.assertHolds(open(), rows);
    } catch (CorruptFileException e) {
      assertThat(e.file()).isEqualTo(path);
    }
  }

  private Segment open() throws IOException {
    return Segment.open(storage, COLLECTION, summary, DIMENSION, PlainCodec.INSTANCE);
  }

  private static int stride(int offset) {
    return offset < DENSE_BYTES ? 1 : STRIDE_BYTES;
  }
}
