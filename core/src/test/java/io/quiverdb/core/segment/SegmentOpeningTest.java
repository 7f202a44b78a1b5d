package io.quiverdb.core.segment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.crypto.PlainCodec;
import io.quiverdb.core.format.BlobFile;
import io.quiverdb.core.format.PageFormat;
import io.quiverdb.core.format.PageType;
import io.quiverdb.core.format.PageWriter;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Files that are sound each by itself and do not belong together.
final class SegmentOpeningTest {
  private static final String COLLECTION = "c";
  private static final int DIMENSION = 3;
  private static final int PAYLOAD_BYTES = 400;
  private static final int ROWS = 100;

  private final SimulatedStorage storage = new SimulatedStorage();
  private long nextId = 1;
  private SegmentSummary summary = new SegmentSummary(0, 0, 0, 0, 0, 0, 0);

  @BeforeEach
  void write() throws IOException {
    storage.createDirectories(COLLECTION);
    long id = nextId++;
    summary = write(id, ROWS, PAYLOAD_BYTES);
  }

  private SegmentSummary write(long id, int rows, int payloadBytes) throws IOException {
    List<SegmentRow> all =
        IntStream.range(0, rows)
            .mapToObj(
                row ->
                    new SegmentRow(
                        "id-%05d".formatted(row).getBytes(UTF_8),
                        MemorySegment.ofArray(new byte[DIMENSION * Float.BYTES]),
                        MemorySegment.ofArray(new byte[payloadBytes]),
                        1,
                        2,
                        3))
            .toList();
    return RandomRows.write(storage, COLLECTION, id, DIMENSION, all);
  }

  private Segment open() throws IOException {
    return Segment.open(storage, COLLECTION, summary, DIMENSION, PlainCodec.INSTANCE);
  }

  @Test
  void directoryOfOtherRowsOrAnotherDimensionIsRefused() {
    var otherwise = withRows(ROWS - 1);

    assertThatThrownBy(
            () -> Segment.open(storage, COLLECTION, otherwise, DIMENSION, PlainCodec.INSTANCE))
        .isInstanceOf(CorruptFileException.class)
        .hasMessage("c/seg-1.dir at 0: row count is 100 (expected: 99)");
    assertThatThrownBy(
            () -> Segment.open(storage, COLLECTION, summary, DIMENSION + 1, PlainCodec.INSTANCE))
        .isInstanceOf(CorruptFileException.class)
        .hasMessage("c/seg-1.dir at 0: dimension is 3 (expected: 4)");
  }

  @Test
  void idsOfOtherRowsAreRefusedWithoutADirectoryToo() {
    var otherwise = withRows(ROWS - 1);

    assertThatThrownBy(
            () ->
                Segment.openWithoutDirectory(
                    storage, COLLECTION, otherwise, DIMENSION, PlainCodec.INSTANCE))
        .isInstanceOf(CorruptFileException.class)
        .hasMessage("c/seg-1.ids at 0: rows is 100 (expected: 99)");
  }

  @Test
  void filesOfAnotherNumberOfPagesAreRefused() throws IOException {
    refill(SegmentFiles.VECTORS, PageType.VECTORS, PageFormat.PAGE_BYTES, 2, 1200);
    assertRefused("c/seg-1.vec at 0: pages is 2 (expected: 1)");
    write();

    refill(SegmentFiles.PAYLOADS, PageType.PAYLOADS, PageFormat.PAGE_BYTES, 4, Segment.BODY_BYTES);
    assertRefused("c/seg-2.pay at 0: pages is 4 (expected: 3)");
    write();

    refill(SegmentFiles.IDS, PageType.IDS, PageFormat.ID_PAGE_BYTES, 9, 2000);
    assertRefused("c/seg-3.ids at 0: pages is 9 (expected: 2)");
  }

  @Test
  void pagesThatAreTooShortAreNamedWhenTheyAreTouched() throws IOException {
    refill(SegmentFiles.VECTORS, PageType.VECTORS, PageFormat.PAGE_BYTES, 1, 1188);
    var vectors = open();
    assertThatThrownBy(() -> vectors.vector(0))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("c/seg-1.vec at ")
        .hasMessageContaining("content is 1188 bytes instead of 1200");
    write();

    refill(SegmentFiles.PAYLOADS, PageType.PAYLOADS, PageFormat.PAGE_BYTES, 3, 100);
    var payloads = open();
    assertThatThrownBy(() -> payloads.payload(0))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("content is 100 bytes instead of 16352");
    assertThatThrownBy(() -> payloads.payload(ROWS - 1))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("content is 100 bytes instead of 7296");
  }

  @Test
  void pagesOfIdsThatMakeNoSenseAreNamedWhenTheyAreTouched() throws IOException {
    refill(SegmentFiles.IDS, PageType.IDS, PageFormat.ID_PAGE_BYTES, 2, 2000);
    var segment = open();
    assertThatThrownBy(() -> segment.id(0))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("content is no rows");
    segment.release();
    assertThatThrownBy(this::openWithoutDirectory)
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("content is no rows");
    assertThat(storage.openFiles()).isEmpty();
  }

  @Test
  void pagesOfIdsOfOtherRowsAreNamedWhenTheyAreTouched() throws IOException {
    var shorter = write(nextId++, 99, PAYLOAD_BYTES);
    storage.overwrite(
        SegmentFiles.path(COLLECTION, shorter.id(), SegmentFiles.DIRECTORY),
        directoryOf(shorter.id()));
    summary = shorter;

    summary = withRows(ROWS);
    refill(SegmentFiles.PAYLOADS, PageType.PAYLOADS, PageFormat.PAGE_BYTES, 3, Segment.BODY_BYTES);
    refill(SegmentFiles.VECTORS, PageType.VECTORS, PageFormat.PAGE_BYTES, 1, 1200);
    var segment = open();

    assertThat(segment.id(0)).isEqualTo("id-00000".getBytes(UTF_8));
    assertThatThrownBy(() -> segment.id(ROWS - 1))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining(" rows instead of ");
  }

  /// Of the whole segment, sealed as another one's.
  private byte[] directoryOf(long id) throws IOException {
    String path = SegmentFiles.path(COLLECTION, 1, SegmentFiles.DIRECTORY);
    byte[] blob =
        BlobFile.decode(
            MemorySegment.ofArray(storage.content(path)),
            PageType.DIRECTORY,
            1,
            SegmentWriter.DIRECTORY_VERSION,
            PlainCodec.INSTANCE,
            path);
    return BlobFile.encode(
        PageType.DIRECTORY, id, SegmentWriter.DIRECTORY_VERSION, blob, PlainCodec.INSTANCE);
  }

  @Test
  void directoryThatIsMadeAnewLeadsToEveryRow() throws IOException {
    var segment = openWithoutDirectory();

    for (int row = 0; row < ROWS; row++) {
      assertThat(segment.find("id-%05d".formatted(row).getBytes(UTF_8))).isEqualTo(row);
      assertThat(segment.find("id-%05dx".formatted(row).getBytes(UTF_8))).isEqualTo(-1);
    }
    assertThat(segment.firstAtOrAfter("id-00050".getBytes(UTF_8))).isEqualTo(50);
  }

  private Segment openWithoutDirectory() throws IOException {
    return Segment.openWithoutDirectory(
        storage, COLLECTION, summary, DIMENSION, PlainCodec.INSTANCE);
  }

  @Test
  void payloadThatFillsItsPageToTheEndIsReadInPlace() throws IOException {
    summary = write(nextId++, 3, Segment.BODY_BYTES);
    var segment = open();

    for (int row = 0; row < 3; row++) {
      assertThat(segment.payload(row).byteSize()).isEqualTo(Segment.BODY_BYTES);
      assertThat(segment.payload(row).heapBase()).isEmpty();
    }
  }

  @Test
  void segmentThatIsUsedTwiceIsClosedByTheLastUser() throws IOException {
    var segment = open();
    segment.retain();

    segment.release();
    assertThat(storage.openFiles()).hasSize(3);
    segment.release();

    assertThat(storage.openFiles()).isEmpty();
  }

  private SegmentSummary withRows(int rowCount) {
    return new SegmentSummary(
        summary.id(),
        rowCount,
        summary.vectorFileBytes(),
        summary.payloadFileBytes(),
        summary.idFileBytes(),
        summary.directoryFileBytes(),
        summary.secondaryFileBytes());
  }

  private void assertRefused(String message) {
    assertThatThrownBy(this::open).isInstanceOf(CorruptFileException.class).hasMessage(message);
    assertThat(storage.openFiles()).isEmpty();
  }

  /// Puts another file of pages in the place of one, and its length into the summary.
  private void refill(String kind, PageType type, int pageBytes, int pages, int liveBytes)
      throws IOException {
    String path = SegmentFiles.path(COLLECTION, summary.id(), kind);
    try (var writer =
        new PageWriter(
            storage.create("made-" + kind + pages),
            summary.id(),
            type,
            pageBytes,
            PlainCodec.INSTANCE)) {
      for (int page = 0; page < pages; page++) {
        writer.endPage(liveBytes);
      }
      long bytes = writer.finish();
      summary =
          new SegmentSummary(
              summary.id(),
              summary.rowCount(),
              type == PageType.VECTORS ? bytes : summary.vectorFileBytes(),
              type == PageType.PAYLOADS ? bytes : summary.payloadFileBytes(),
              type == PageType.IDS ? bytes : summary.idFileBytes(),
              summary.directoryFileBytes(),
              summary.secondaryFileBytes());
    }
    storage.overwrite(path, storage.content("made-" + kind + pages));
  }
}
