package io.quiverdb.core.segment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SegmentDirectoryTest {
  private static final int ROWS_PER_PAGE = 50;
  private static final long PAYLOAD_BYTES = 12_345;

  /// Even numbers only, so that there are ids between them.
  private static byte[] id(String prefix, int row) {
    return "%s%07d".formatted(prefix, 2 * row).getBytes(UTF_8);
  }

  private static byte[] encoded(String prefix, int rowCount) {
    var directory = new SegmentDirectory.Builder();
    byte[] last = {};
    for (int row = 0; row < rowCount; row++) {
      byte[] id = id(prefix, row);
      if (row % ROWS_PER_PAGE == 0) {
        directory.addPage(row, last, id);
      }
      directory.addId(id);
      last = id;
    }
    return directory.encode(rowCount, 3, PAYLOAD_BYTES);
  }

  private static boolean mayHold(SegmentDirectory directory, byte[] id) {
    return directory.mayHoldId(id, IdHash.of(id));
  }

  @Test
  void everyIdIsLedToItsPageAndFewOthersAreLetThrough() {
    var directory = SegmentDirectory.decode(encoded("id-", 1020));

    assertThat(directory.rowCount()).isEqualTo(1020);
    assertThat(directory.dimension()).isEqualTo(3);
    assertThat(directory.payloadBytes()).isEqualTo(PAYLOAD_BYTES);
    assertThat(directory.pageCount()).isEqualTo(21);
    assertThat(directory.rowCount(0)).isEqualTo(50);
    assertThat(directory.rowCount(20)).isEqualTo(20);
    int letThrough = 0;
    for (int row = 0; row < 1020; row++) {
      byte[] id = id("id-", row);
      assertThat(directory.pageOfId(id)).isEqualTo(row / ROWS_PER_PAGE);
      assertThat(mayHold(directory, id)).isTrue();
      byte[] between = "id-%07d".formatted(2 * row + 1).getBytes(UTF_8);
      assertThat(directory.pageOfId(between)).isEqualTo(row / ROWS_PER_PAGE);
      letThrough += mayHold(directory, between) ? 1 : 0;
    }
    assertThat(letThrough).isLessThan(30);
    assertThat(directory.pageOfId("a".getBytes(UTF_8))).isZero();
    assertThat(directory.pageOfId("z".getBytes(UTF_8))).isEqualTo(20);
  }

  @Test
  void eachOfSeveralFiltersAnswersForItsPages() {
    int rowCount = 600_000;
    var directory = SegmentDirectory.decode(encoded("", rowCount));

    for (int row = 0; row < rowCount; row += ROWS_PER_PAGE) {
      assertThat(mayHold(directory, id("", row))).isTrue();
    }
    long letThrough = 0;
    for (int row = 0; row < rowCount; row += 97) {
      assertThat(mayHold(directory, id("", row))).isTrue();
      letThrough += mayHold(directory, "%07d".formatted(2 * row + 1).getBytes(UTF_8)) ? 1 : 0;
    }
    assertThat(letThrough).isLessThan(100);
    // Two that end behind the first page after 2^18 rows, and the rest.
    byte[] filters = encoded("", rowCount);
    assertThat(buffer(filters).getInt(20)).isEqualTo(3);
  }

  @Test
  void emptyOneHoldsNothing() {
    var directory = SegmentDirectory.decode(encoded("id-", 0));

    assertThat(directory.pageCount()).isZero();
    assertThat(directory.pageOfId("a".getBytes(UTF_8))).isEqualTo(-1);
    assertThat(mayHold(directory, "a".getBytes(UTF_8))).isFalse();
  }

  @Test
  void whatAllSeparatorsBeginWithTakesMemoryOnce() {
    var brief = SegmentDirectory.decode(encoded("", 5000));
    var lengthy = SegmentDirectory.decode(encoded("p".repeat(400), 5000));

    assertThat(lengthy.heapBytes() - brief.heapBytes()).isBetween(350L, 500L);
    // 100 pages with a row, an offset and four digits each; and a filter.
    assertThat(brief.heapBytes()).isBetween(5000 + 100 * 8L, 7000 + 100 * 20L);
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertRefused(blob -> blob.putInt(0, -1), "rows -1");
    assertRefused(blob -> blob.putInt(0, 2), "pages 4");
    assertRefused(blob -> blob.putInt(0, 150), "first row of a page 150");
    assertRefused(blob -> blob.putLong(8, -1), "bytes of payloads -1");
    assertRefused(blob -> blob.putInt(16, -1), "pages -1");
    assertRefused(blob -> blob.putInt(16, Integer.MAX_VALUE), "pages 2147483647");
    assertRefused(blob -> blob.putInt(16, 0), "pages 0");
    assertRefused(blob -> blob.putInt(20, -1), "filters -1");
    assertRefused(blob -> blob.putInt(20, 0), "filters 0");
    assertRefused(blob -> blob.putInt(20, Integer.MAX_VALUE), "filters 2147483647");
    assertRefused(blob -> blob.putInt(24, 1), "first row of a page 1");
    assertRefused(blob -> blob.putInt(30, 0), "first row of a page 0");
    assertRefused(blob -> blob.putShort(28, (short) 1), "");
    assertRefused(blob -> blob.putShort(34, (short) -1), "length of a separator 65535");
    assertRefused(blob -> blob.put(36, (byte) 'z'), "separator of a page 2");
  }

  @Test
  void filtersOutOfPlaceAreRefused() {
    byte[] blob = encoded("", 170);
    // Behind four pages with separators of none and of three digits that differ.
    int filters = 24;
    for (int page = 0; page < 4; page++) {
      filters += 6 + buffer(blob).getShort(filters + 4);
    }
    int firstPage = filters;
    assertThat(buffer(blob).getInt(firstPage)).isZero();
    buffer(blob).putInt(firstPage, 1);

    assertThatThrownBy(() -> SegmentDirectory.decode(blob))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("first page of a filter 1");
  }

  @Test
  void whatIsCutOrGoesOnIsRefused() {
    byte[] whole = encoded("id-", 170);
    IntStream.range(0, whole.length)
        .mapToObj(length -> Arrays.copyOf(whole, length))
        .forEach(
            cut ->
                assertThatThrownBy(() -> SegmentDirectory.decode(cut))
                    .isInstanceOf(IllegalArgumentException.class));
    assertThatThrownBy(() -> SegmentDirectory.decode(Arrays.copyOf(whole, whole.length + 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bytes behind the filters 1");
  }

  private static void assertRefused(Consumer<ByteBuffer> change, String reason) {
    byte[] blob = encoded("id-", 170);
    assertThat(SegmentDirectory.decode(blob).pageCount()).isEqualTo(4);
    change.accept(buffer(blob));

    assertThatThrownBy(() -> SegmentDirectory.decode(blob))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }

  private static ByteBuffer buffer(byte[] blob) {
    return ByteBuffer.wrap(blob).order(ByteOrder.LITTLE_ENDIAN);
  }
}
