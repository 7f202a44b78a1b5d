package io.quiverdb.core.stream;

import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.format.PageFile;
import io.quiverdb.core.format.PageFormat;
import io.quiverdb.core.format.PageType;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/// Reads the file of a stream ([StreamFiles]), page by page. Reading throws
/// [io.quiverdb.core.CorruptFileException] when a page does not hold what was written to it.
public final class StreamReader extends InputStream {
  private static final int END = -1;

  private final PageFile file;
  private final Arena arena;
  private int nextPage;
  private MemorySegment body = MemorySegment.ofArray(new byte[0]);
  private long offset;

  private StreamReader(PageFile file, Arena arena) {
    this.file = file;
    this.arena = arena;
  }

  /// @param fileBytes the length it must have
  /// @throws io.quiverdb.core.CorruptFileException if it is missing or has another length
  @SuppressWarnings("MustBeClosedChecker") // with the reader
  public static StreamReader open(
      Storage storage, String path, long fileBytes, long fileId, PageCodec codec)
      throws IOException {
    var arena = Arena.ofShared();
    try {
      return new StreamReader(openFile(storage, path, fileBytes, fileId, codec, arena), arena);
    } catch (Throwable e) {
      arena.close();
      throw e;
    }
  }

  static PageFile openFile(
      Storage storage, String path, long fileBytes, long fileId, PageCodec codec, Arena arena)
      throws IOException {
    return PageFile.open(
        storage,
        path,
        fileBytes,
        fileId,
        PageType.INDEX_STREAM,
        PageFormat.PAGE_BYTES,
        codec,
        PageCache.NONE,
        arena);
  }

  /// Lets go of the file.
  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  @Override
  public int read() {
    var one = new byte[1];
    return read(one, 0, 1) == END ? END : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public int read(byte[] bytes, int from, int length) {
    Objects.checkFromIndexSize(from, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    if (offset == body.byteSize()) {
      if (nextPage == file.pageCount()) {
        return END;
      }
      body = file.body(nextPage++);
      offset = 0;
    }
    int chunkBytes = (int) Math.min(length, body.byteSize() - offset);
    MemorySegment.copy(body, ValueLayout.JAVA_BYTE, offset, bytes, from, chunkBytes);
    offset += chunkBytes;
    return chunkBytes;
  }
}
