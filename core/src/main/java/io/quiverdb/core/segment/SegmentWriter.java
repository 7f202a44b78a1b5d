package io.quiverdb.core.segment;

import io.quiverdb.core.Payload;
import io.quiverdb.core.Point;
import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.format.BlobFile;
import io.quiverdb.core.format.PageFormat;
import io.quiverdb.core.format.PageType;
import io.quiverdb.core.format.PageWriter;
import io.quiverdb.core.secondary.SecondaryIndexWriter;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Writes the files of one segment, row by row, in memory that does not grow with the vectors and
/// payloads, and with the values of filterable fields within bounds.
public final class SegmentWriter implements AutoCloseable {
  /// Where a directory's page number would stand.
  static final long DIRECTORY_VERSION = 0;

  private final Storage storage;
  private final String directory;
  private final long segmentId;
  private final int dimension;
  private final PageCodec codec;

  private final PageWriter vectors;
  private final PageWriter payloads;
  private final PageWriter ids;
  private final IdPageBuilder idPage;
  private final SegmentDirectory.Builder pageIndex = new SegmentDirectory.Builder();

  /// Empty without filterable fields.
  private final Optional<SecondaryIndexWriter> secondaryIndex;

  private int rowCount;
  private byte[] lastId = {};
  private int vectorPageLiveBytes;
  private int payloadPageLiveBytes;
  private long payloadBytes;

  /// @param directory of the collection; it exists
  /// @param filterableFields whose values get secondary indexes
  public SegmentWriter(
      Storage storage,
      String directory,
      long segmentId,
      int dimension,
      List<FilterableField> filterableFields,
      PageCodec codec)
      throws IOException {
    this.storage = storage;
    this.directory = directory;
    this.segmentId = segmentId;
    this.dimension = dimension;
    this.codec = codec;
    this.vectors =
        pageWriter(SegmentFiles.VECTORS, PageType.VECTORS, PageFormat.vectorPageBytes(dimension));
    this.payloads = pageWriter(SegmentFiles.PAYLOADS, PageType.PAYLOADS, PageFormat.PAGE_BYTES);
    this.ids = pageWriter(SegmentFiles.IDS, PageType.IDS, PageFormat.ID_PAGE_BYTES);
    this.idPage = new IdPageBuilder((int) ids.body().byteSize());
    this.secondaryIndex =
        filterableFields.isEmpty()
            ? Optional.empty()
            : Optional.of(new SecondaryIndexWriter(filterableFields));
  }

  private PageWriter pageWriter(String kind, PageType type, int pageBytes) throws IOException {
    var file = storage.create(SegmentFiles.path(directory, segmentId, kind));
    return new PageWriter(file, segmentId, type, pageBytes, codec);
  }

  /// @throws IllegalArgumentException if the id does not follow the last one (by unsigned bytes),
  ///   or the vector has another dimension
  public void add(SegmentRow row) throws IOException {
    check(row);
    addVector(row.vector());
    long payloadPosition = addPayload(row.payload());
    addId(row, payloadPosition);
    secondaryIndex.ifPresent(index -> index.add(rowCount, row.payload()));
    lastId = row.idUtf8();
    rowCount++;
  }

  private void check(SegmentRow row) {
    byte[] id = row.idUtf8();
    if (id.length < 1 || id.length > Point.ID_BYTES_MAX) {
      throw new IllegalArgumentException(
          "id: " + id.length + " bytes (expected: 1 to " + Point.ID_BYTES_MAX + ")");
    }
    if (Arrays.compareUnsigned(lastId, id) >= 0) {
      throw new IllegalArgumentException(
          "id: that of row " + rowCount + " (expected: above that of the row before)");
    }
    if (row.vector().byteSize() != vectorBytes()) {
      throw new IllegalArgumentException(
          "vector: " + row.vector().byteSize() + " bytes (expected: " + vectorBytes() + ")");
    }
    if (row.payload().byteSize() > Payload.BYTES_MAX) {
      throw new IllegalArgumentException(
          "payload: "
              + row.payload().byteSize()
              + " bytes (expected: up to "
              + Payload.BYTES_MAX
              + ")");
    }
  }

  private void addVector(MemorySegment vector) throws IOException {
    if (vectorPageLiveBytes + vectorBytes() > vectors.body().byteSize()) {
      endVectorPage();
    }
    MemorySegment.copy(vector, 0, vectors.body(), vectorPageLiveBytes, vectorBytes());
    vectorPageLiveBytes += vectorBytes();
  }

  private long addPayload(MemorySegment payload) throws IOException {
    long position = payloadBytes;
    long copiedBytes = 0;
    while (copiedBytes < payload.byteSize()) {
      if (payloadPageLiveBytes == payloads.body().byteSize()) {
        endPayloadPage();
      }
      long roomBytes = payloads.body().byteSize() - payloadPageLiveBytes;
      long chunkBytes = Math.min(roomBytes, payload.byteSize() - copiedBytes);
      MemorySegment.copy(payload, copiedBytes, payloads.body(), payloadPageLiveBytes, chunkBytes);
      copiedBytes += chunkBytes;
      payloadPageLiveBytes += (int) chunkBytes;
    }
    payloadBytes += copiedBytes;
    return position;
  }

  private void addId(SegmentRow row, long payloadPosition) throws IOException {
    if (!idPage.hasRoomFor(row.idUtf8())) {
      endIdPage();
    }
    if (idPage.rowCount() == 0) {
      pageIndex.addPage(rowCount, lastId, row.idUtf8());
    }
    pageIndex.addId(row.idUtf8());
    idPage.add(row, payloadPosition);
  }

  /// Completes and syncs the files. Their directory is not synced yet.
  public SegmentSummary finish() throws IOException {
    if (vectorPageLiveBytes > 0) {
      endVectorPage();
    }
    if (payloadPageLiveBytes > 0) {
      endPayloadPage();
    }
    if (idPage.rowCount() > 0) {
      endIdPage();
    }
    long directoryFileBytes =
        BlobFile.write(
            storage,
            SegmentFiles.path(directory, segmentId, SegmentFiles.DIRECTORY),
            PageType.DIRECTORY,
            segmentId,
            DIRECTORY_VERSION,
            pageIndex.encode(rowCount, dimension, payloadBytes),
            codec);
    return new SegmentSummary(
        segmentId,
        rowCount,
        vectors.finish(),
        payloads.finish(),
        ids.finish(),
        directoryFileBytes,
        writeSecondaryIndex());
  }

  /// @return the file's length in bytes, 0 if there is none
  private long writeSecondaryIndex() throws IOException {
    if (secondaryIndex.isEmpty()) {
      return 0;
    }
    try (var pages =
        pageWriter(SegmentFiles.SECONDARY, PageType.SECONDARY, PageFormat.PAGE_BYTES)) {
      secondaryIndex.get().write(pages);
      return pages.finish();
    }
  }

  private void endVectorPage() throws IOException {
    vectors.endPage(vectorPageLiveBytes);
    vectorPageLiveBytes = 0;
  }

  private void endPayloadPage() throws IOException {
    payloads.endPage(payloadPageLiveBytes);
    payloadPageLiveBytes = 0;
  }

  private void endIdPage() throws IOException {
    ids.endPage(idPage.writeTo(ids.body()));
  }

  private int vectorBytes() {
    return dimension * Float.BYTES;
  }

  /// Closes the files. What was not finished is garbage.
  @Override
  public void close() throws IOException {
    try (vectors;
        payloads;
        ids) {
      // Closes all three, even when closing one fails.
    }
  }
}
