package io.quiverdb.core.segment;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.Damage;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.format.PageFile;
import io.quiverdb.core.format.PageFormat;
import io.quiverdb.core.format.PageType;
import io.quiverdb.core.storage.ReadableStorage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.function.Consumer;

/// Reads all pages of a segment's files, whether a row leads to them or not, and each file by
/// itself: so that one that is damaged hides nothing of the others.
public final class SegmentPages {
  private final ReadableStorage storage;
  private final String collection;
  private final SegmentSummary summary;
  private final PageCodec codec;
  private final Consumer<Damage> damages;

  /// @param collection the directory of the collection
  /// @param damages hears of everything that is wrong
  public SegmentPages(
      ReadableStorage storage,
      String collection,
      SegmentSummary summary,
      PageCodec codec,
      Consumer<Damage> damages) {
    this.storage = storage;
    this.collection = collection;
    this.summary = summary;
    this.codec = codec;
    this.damages = damages;
  }

  /// Those of its rows, for whoever cannot open the segment.
  public void verifyRows(int dimension) throws IOException {
    verify(
        SegmentFiles.VECTORS,
        summary.vectorFileBytes(),
        PageType.VECTORS,
        PageFormat.vectorPageBytes(dimension));
    verify(
        SegmentFiles.PAYLOADS,
        summary.payloadFileBytes(),
        PageType.PAYLOADS,
        PageFormat.PAGE_BYTES);
    verify(SegmentFiles.IDS, summary.idFileBytes(), PageType.IDS, PageFormat.ID_PAGE_BYTES);
  }

  public void verifySecondary() throws IOException {
    if (summary.hasSecondaryFile()) {
      verify(
          SegmentFiles.SECONDARY,
          summary.secondaryFileBytes(),
          PageType.SECONDARY,
          PageFormat.PAGE_BYTES);
    }
  }

  private void verify(String kind, long fileBytes, PageType type, int pageBytes)
      throws IOException {
    String path = SegmentFiles.path(collection, summary.id(), kind);
    try (var arena = Arena.ofConfined()) {
      PageFile.open(
              storage, path, fileBytes, summary.id(), type, pageBytes, codec, PageCache.NONE, arena)
          .verify(e -> damages.accept(Damage.of(e)));
    } catch (CorruptFileException e) {
      damages.accept(Damage.of(e));
    }
  }
}
