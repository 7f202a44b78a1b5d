package io.quiverdb.core.segment;

import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.format.BlobFile;
import io.quiverdb.core.format.PageType;
import io.quiverdb.core.format.PublishedFile;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.roaringbitmap.RoaringBitmap;

/// The rows of a segment that are dead as of one manifest, in RoaringBitmap's portable format.
/// Immutable.
public final class DeadRowsFile {
  private DeadRowsFile() {}

  /// Writes and syncs it. The directory is not synced yet.
  ///
  /// @param directory of the collection
  /// @param version of the manifest
  public static void write(
      Storage storage,
      String directory,
      long segmentId,
      long version,
      RoaringBitmap deadRows,
      PageCodec codec)
      throws IOException {
    var encoded = ByteBuffer.allocate(deadRows.serializedSizeInBytes());
    deadRows.serialize(encoded);
    BlobFile.write(
        storage,
        path(directory, segmentId, version),
        PageType.DEAD_ROWS,
        segmentId,
        version,
        encoded.array(),
        codec);
  }

  /// @throws io.quiverdb.core.CorruptFileException if it does not hold what was written
  public static RoaringBitmap read(
      Storage storage, String directory, long segmentId, long version, PageCodec codec)
      throws IOException {
    byte[] encoded =
        BlobFile.read(
            PublishedFile.open(storage, path(directory, segmentId, version)),
            PageType.DEAD_ROWS,
            segmentId,
            version,
            codec);
    var deadRows = new RoaringBitmap();
    deadRows.deserialize(ByteBuffer.wrap(encoded));
    return deadRows;
  }

  private static String path(String directory, long segmentId, long version) {
    return directory + "/" + SegmentFiles.deadRowsName(segmentId, version);
  }
}
