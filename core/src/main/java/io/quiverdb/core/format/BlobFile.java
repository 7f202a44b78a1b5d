package io.quiverdb.core.format;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.crypto.PageAddress;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.storage.ReadableFile;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// An immutable file that is read as a whole: a single page, as long as its body. Its page number
/// is the version of the blob.
public final class BlobFile {
  private BlobFile() {}

  /// Writes and syncs it.
  ///
  /// @return the file's length in bytes
  public static long write(
      Storage storage,
      String path,
      PageType type,
      long fileId,
      long version,
      byte[] blob,
      PageCodec codec)
      throws IOException {
    var page =
        MemorySegment.ofArray(
            new byte[PageFormat.HEADER_BYTES + blob.length + codec.overheadBytes()]);
    PageFormat.seal(
        new PageAddress(type.code(), fileId, version),
        MemorySegment.ofArray(blob),
        blob.length,
        codec,
        page);
    try (var file = storage.create(path)) {
      file.append(page.asByteBuffer());
      file.sync();
      return file.length();
    }
  }

  /// @throws CorruptFileException if it is not the blob that was written
  public static byte[] read(
      ReadableFile file, PageType type, long fileId, long version, PageCodec codec)
      throws IOException {
    String path = file.path();
    var page = file.bytes();
    int leastBytes = PageFormat.HEADER_BYTES + codec.overheadBytes();
    if (page.byteSize() < leastBytes) {
      throw new CorruptFileException(path, 0, "length", leastBytes + " or more", page.byteSize());
    }
    var body = PageFormat.open(new PageAddress(type.code(), fileId, version), page, codec, path, 0);
    if (leastBytes + body.byteSize() != page.byteSize()) {
      throw new CorruptFileException(
          path, 0, "length", leastBytes + body.byteSize(), page.byteSize());
    }
    return body.toArray(ValueLayout.JAVA_BYTE);
  }
}
