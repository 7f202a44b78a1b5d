package io.quiverdb.core.segment;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.format.BlobFile;
import io.quiverdb.core.format.FileHeader;
import io.quiverdb.core.format.PageType;
import io.quiverdb.core.format.PublishedFile;
import io.quiverdb.core.storage.ReadableStorage;
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

  /// @param rowCount of the segment
  /// @throws CorruptFileException if it does not hold what was written
  public static RoaringBitmap read(
      ReadableStorage storage,
      String directory,
      long segmentId,
      long version,
      int rowCount,
      PageCodec codec)
      throws IOException {
    String path = path(directory, segmentId, version);
    byte[] encoded =
        BlobFile.read(
            PublishedFile.open(storage, path), PageType.DEAD_ROWS, segmentId, version, codec);
    return decode(encoded, rowCount, path);
  }

  static RoaringBitmap decode(byte[] encoded, int rowCount, String path) {
    var deadRows = new RoaringBitmap();
    boolean valid;
    try {
      deadRows.deserialize(ByteBuffer.wrap(encoded));
      valid = deadRows.validate();
    } catch (IOException | RuntimeException e) {
      throw corrupt(path, "a bitmap", e.getClass().getSimpleName());
    }
    if (!valid) {
      throw corrupt(path, "a bitmap", "one that contradicts itself");
    }
    if (!deadRows.isEmpty() && Integer.compareUnsigned(deadRows.last(), rowCount) >= 0) {
      throw corrupt(
          path, "rows below " + rowCount, "row " + Integer.toUnsignedString(deadRows.last()));
    }
    return deadRows;
  }

  private static CorruptFileException corrupt(String path, String expected, String found) {
    return new CorruptFileException(path, FileHeader.BYTES, "content", expected, found);
  }

  private static String path(String directory, long segmentId, long version) {
    return directory + "/" + SegmentFiles.deadRowsName(segmentId, version);
  }
}
