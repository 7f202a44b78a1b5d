package io.quiverdb.core.format;

import io.quiverdb.core.crypto.FileCodec;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.storage.WritableFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// Writes a file of equally long pages: fill [#body], then [#endPage], and again.
public final class PageWriter implements AutoCloseable {
  private final WritableFile file;
  private final long fileId;
  private final PageType type;
  private final FileCodec codec;
  private final MemorySegment body;
  private final MemorySegment page;
  private long pageCount;

  /// Writes the file's header.
  ///
  /// @param file is closed by [#close]
  /// @param pageBytes of a plain page with its header
  public PageWriter(WritableFile file, long fileId, PageType type, int pageBytes, PageCodec codec)
      throws IOException {
    this.file = file;
    this.fileId = fileId;
    this.type = type;
    this.codec = codec.newFile(type.code(), fileId);
    this.body = MemorySegment.ofArray(new byte[pageBytes - PageFormat.HEADER_BYTES]);
    this.page = MemorySegment.ofArray(new byte[pageBytes + codec.pageOverheadBytes()]);
    file.append(ByteBuffer.wrap(FileHeader.encode(codec, type, fileId, this.codec)));
  }

  /// Of the page being filled; zeros at first.
  public MemorySegment body() {
    return body;
  }

  /// Writes the page, of whose body the first `liveBytes` are in use.
  public void endPage(int liveBytes) throws IOException {
    body.asSlice(liveBytes).fill((byte) 0);
    PageFormat.seal(new PageAddress(type.code(), fileId, pageCount), body, liveBytes, codec, page);
    file.append(page.asByteBuffer());
    body.fill((byte) 0);
    pageCount++;
  }

  public long pageCount() {
    return pageCount;
  }

  /// Syncs the file.
  ///
  /// @return its length in bytes
  public long finish() throws IOException {
    file.sync();
    return file.length();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
