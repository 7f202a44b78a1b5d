package io.quiverdb.core.stream;

import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.format.PageFormat;
import io.quiverdb.core.format.PageType;
import io.quiverdb.core.format.PageWriter;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/// Writes the file of a stream ([StreamFiles]). What was not finished is garbage.
public final class StreamWriter extends OutputStream {
  private final PageWriter pages;
  private int liveBytes;
  private boolean failed;

  /// @param path does not exist
  public StreamWriter(Storage storage, String path, long fileId, PageCodec codec)
      throws IOException {
    this.pages =
        new PageWriter(
            storage.create(path), fileId, PageType.INDEX_STREAM, PageFormat.PAGE_BYTES, codec);
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    for (int written = 0; written < length; ) {
      int roomBytes = (int) pages.body().byteSize() - liveBytes;
      int chunkBytes = Math.min(roomBytes, length - written);
      MemorySegment.copy(
          bytes, offset + written, pages.body(), ValueLayout.JAVA_BYTE, liveBytes, chunkBytes);
      liveBytes += chunkBytes;
      written += chunkBytes;
      if (liveBytes == pages.body().byteSize()) {
        endPage();
      }
    }
  }

  private void endPage() throws IOException {
    failed = true;
    pages.endPage(liveBytes);
    failed = false;
    liveBytes = 0;
  }

  /// Whether the disk failed, as opposed to whoever has written here.
  public boolean failed() {
    return failed;
  }

  /// Completes and syncs the file. Its directory is not synced yet.
  ///
  /// @return the file's length in bytes
  public long finish() throws IOException {
    if (liveBytes > 0) {
      endPage();
    }
    failed = true;
    long fileBytes = pages.finish();
    failed = false;
    return fileBytes;
  }

  @Override
  public void close() throws IOException {
    pages.close();
  }
}
