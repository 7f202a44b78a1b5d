package io.quiverdb.core.format;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.storage.ReadableFile;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/// An immutable file that is read as a whole: [FileHeader] and a single page, as long as its body.
/// The page's number is the version of the blob.
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
    try (var file = storage.create(path)) {
      file.append(ByteBuffer.wrap(encode(type, fileId, version, blob, codec)));
      file.sync();
      return file.length();
    }
  }

  /// The content of such a file.
  public static byte[] encode(
      PageType type, long fileId, long version, byte[] blob, PageCodec codec) {
    var fileCodec = codec.newFile(type.code(), fileId);
    byte[] header = FileHeader.encode(codec, type, fileId, fileCodec);
    var content =
        new byte
            [FileHeader.BYTES + PageFormat.HEADER_BYTES + blob.length + fileCodec.overheadBytes()];
    System.arraycopy(header, 0, content, 0, header.length);
    PageFormat.seal(
        new PageAddress(type.code(), fileId, version),
        MemorySegment.ofArray(blob),
        blob.length,
        fileCodec,
        MemorySegment.ofArray(content).asSlice(FileHeader.BYTES));
    return content;
  }

  /// @throws CorruptFileException if it is not the blob that was written
  public static byte[] read(
      ReadableFile file, PageType type, long fileId, long version, PageCodec codec)
      throws IOException {
    return decode(file.bytes(), type, fileId, version, codec, file.path());
  }

  /// @param content the whole file
  /// @param path for messages
  /// @throws CorruptFileException if it is not the blob that was written
  public static byte[] decode(
      MemorySegment content,
      PageType type,
      long fileId,
      long version,
      PageCodec codec,
      String path) {
    var fileCodec = FileHeader.open(content, codec, type, fileId, path);
    int leastBytes = FileHeader.BYTES + PageFormat.HEADER_BYTES + fileCodec.overheadBytes();
    if (content.byteSize() < leastBytes) {
      throw new CorruptFileException(
          path, 0, "length", leastBytes + " or more", content.byteSize());
    }
    var body =
        PageFormat.open(
            new PageAddress(type.code(), fileId, version),
            content.asSlice(FileHeader.BYTES),
            fileCodec,
            path,
            FileHeader.BYTES);
    if (leastBytes + body.byteSize() != content.byteSize()) {
      throw new CorruptFileException(
          path, 0, "length", leastBytes + body.byteSize(), content.byteSize());
    }
    return body.toArray(ValueLayout.JAVA_BYTE);
  }
}
