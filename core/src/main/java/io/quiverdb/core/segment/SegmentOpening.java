package io.quiverdb.core.segment;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.format.BlobFile;
import io.quiverdb.core.format.FileHeader;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.format.PageFile;
import io.quiverdb.core.format.PageFile.BodyCheck;
import io.quiverdb.core.format.PageFormat;
import io.quiverdb.core.format.PageType;
import io.quiverdb.core.format.PublishedFile;
import io.quiverdb.core.secondary.SecondaryIndex;
import io.quiverdb.core.storage.ReadableStorage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Optional;

/// Opens the files of a segment, so that no row of them leads beyond the end of a file.
///
/// @param collection the directory of the collection
/// @param dimension of the vectors
/// @param cache keeps what is decrypted
record SegmentOpening(
    ReadableStorage storage,
    String collection,
    SegmentSummary summary,
    int dimension,
    PageCodec codec,
    PageCache cache) {

  private interface Opening {
    Segment open(Arena mapped) throws IOException;
  }

  Segment run() throws IOException {
    var directory = readDirectory();
    return mapped(
        arena -> {
          var payloads = payloads(PageShapes.payloads(directory.payloadBytes()), arena);
          var ids = ids(PageShapes.ids(directory), arena);
          return segment(directory, payloads, ids, secondaryIndex(arena), arena);
        });
  }

  /// Makes the directory anew, of all pages of ids, and does without secondary indexes.
  Segment runWithoutDirectory() throws IOException {
    return mapped(
        arena -> {
          var payloads = payloads((_, _) -> Optional.empty(), arena);
          long payloadBytesMax = (long) payloads.pageCount() * Segment.BODY_BYTES;
          var ids = ids(PageShapes.ids(payloadBytesMax), arena);
          return segment(directoryOf(ids, payloadBytesMax), payloads, ids, Optional.empty(), arena);
        });
  }

  @SuppressWarnings("MustBeClosedChecker") // by the last user of the segment
  private static Segment mapped(Opening opening) throws IOException {
    var arena = Arena.ofShared();
    try {
      return opening.open(arena);
    } catch (Throwable e) {
      arena.close();
      throw e;
    }
  }

  private SegmentDirectory readDirectory() throws IOException {
    String path = path(SegmentFiles.DIRECTORY);
    byte[] encoded =
        BlobFile.read(
            PublishedFile.open(storage, path, summary.directoryFileBytes()),
            PageType.DIRECTORY,
            summary.id(),
            SegmentWriter.DIRECTORY_VERSION,
            codec);
    SegmentDirectory directory;
    try {
      directory = SegmentDirectory.decode(encoded);
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(
          path, FileHeader.BYTES, "content", "as it was written", String.valueOf(e.getMessage()));
    }
    requireEqual(path, "row count", summary.rowCount(), directory.rowCount());
    requireEqual(path, "dimension", dimension, directory.dimension());
    return directory;
  }

  private SegmentDirectory directoryOf(PageFile ids, long payloadBytes) {
    var directory = new SegmentDirectory.Builder();
    int rows = 0;
    byte[] lastId = {};
    for (int page = 0; page < ids.pageCount(); page++) {
      var idPage = new IdPage(ids.body(page));
      if (Arrays.compareUnsigned(lastId, idPage.id(0)) >= 0) {
        throw new CorruptFileException(
                ids.path(), ids.offset(page), "order of ids", "ascending", "not ascending")
            .onPage(page);
      }
      directory.addPage(rows, lastId, idPage.id(0));
      for (int index = 0; index < idPage.rowCount(); index++) {
        lastId = idPage.id(index);
        directory.addId(lastId);
      }
      rows += idPage.rowCount();
    }
    requireEqual(ids.path(), "rows", summary.rowCount(), rows);
    return SegmentDirectory.decode(directory.encode(rows, dimension, payloadBytes));
  }

  private PageFile vectors(Arena arena) throws IOException {
    int pageBytes = PageFormat.vectorPageBytes(dimension);
    int vectorBytes = dimension * Float.BYTES;
    int vectorsPerPage = (pageBytes - PageFormat.HEADER_BYTES) / vectorBytes;
    var file =
        open(
            SegmentFiles.VECTORS,
            summary.vectorFileBytes(),
            PageType.VECTORS,
            pageBytes,
            PageShapes.vectors(summary.rowCount(), vectorsPerPage, vectorBytes),
            arena);
    requirePages(file, pages(summary.rowCount(), vectorsPerPage));
    return file;
  }

  private PageFile payloads(BodyCheck check, Arena arena) throws IOException {
    return open(
        SegmentFiles.PAYLOADS,
        summary.payloadFileBytes(),
        PageType.PAYLOADS,
        PageFormat.PAGE_BYTES,
        check,
        arena);
  }

  private PageFile ids(BodyCheck check, Arena arena) throws IOException {
    return open(
        SegmentFiles.IDS,
        summary.idFileBytes(),
        PageType.IDS,
        PageFormat.ID_PAGE_BYTES,
        check,
        arena);
  }

  private Segment segment(
      SegmentDirectory directory,
      PageFile payloads,
      PageFile ids,
      Optional<SecondaryIndex> secondaryIndex,
      Arena mapped)
      throws IOException {
    requirePages(ids, directory.pageCount());
    requirePages(payloads, pages(directory.payloadBytes(), Segment.BODY_BYTES));
    return new Segment(summary, directory, vectors(mapped), payloads, ids, secondaryIndex, mapped);
  }

  private Optional<SecondaryIndex> secondaryIndex(Arena arena) throws IOException {
    if (!summary.hasSecondaryFile()) {
      return Optional.empty();
    }
    var file =
        PageFile.open(
            storage,
            path(SegmentFiles.SECONDARY),
            summary.secondaryFileBytes(),
            summary.id(),
            PageType.SECONDARY,
            PageFormat.PAGE_BYTES,
            codec,
            cache,
            arena);
    return Optional.of(new SecondaryIndex(file, Segment.BODY_BYTES));
  }

  private PageFile open(
      String kind, long fileBytes, PageType type, int pageBytes, BodyCheck check, Arena arena)
      throws IOException {
    return PageFile.open(
        storage, path(kind), fileBytes, summary.id(), type, pageBytes, codec, check, cache, arena);
  }

  private String path(String kind) {
    return SegmentFiles.path(collection, summary.id(), kind);
  }

  private static long pages(long things, int perPage) {
    return (things + perPage - 1) / perPage;
  }

  private static void requirePages(PageFile file, long expected) {
    requireEqual(file.path(), "pages", expected, (long) file.pageCount());
  }

  private static void requireEqual(String path, String what, Number expected, Number actual) {
    if (!expected.equals(actual)) {
      throw new CorruptFileException(path, 0, what, expected, actual);
    }
  }
}
