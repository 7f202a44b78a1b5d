package io.quiverdb.core.secondary;

import io.quiverdb.core.format.PageFile;
import io.quiverdb.core.format.PageWriter;
import io.quiverdb.core.secondary.SecondaryFormat.Run;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.roaringbitmap.RoaringBitmap;

/// The bodies of a file's pages as one stream of bytes.
final class SecondaryStream {
  private SecondaryStream() {}

  /// Appends. The pages are finished and closed by whoever made them.
  static final class Writer {
    private final PageWriter pages;
    private long position;
    private int pageBytes;

    Writer(PageWriter pages) {
      this.pages = pages;
    }

    /// @return where it went
    Run append(byte[] bytes) throws IOException {
      var run = new Run(position, bytes.length);
      int written = 0;
      while (written < bytes.length) {
        if (pageBytes == pages.body().byteSize()) {
          end();
        }
        int chunkBytes =
            (int) Math.min(pages.body().byteSize() - pageBytes, bytes.length - written);
        MemorySegment.copy(
            MemorySegment.ofArray(bytes), written, pages.body(), pageBytes, chunkBytes);
        written += chunkBytes;
        pageBytes += chunkBytes;
      }
      position += bytes.length;
      return run;
    }

    Run append(RoaringBitmap rows) throws IOException {
      rows.runOptimize();
      var buffer = ByteBuffer.allocate(rows.serializedSizeInBytes());
      rows.serialize(buffer);
      return append(buffer.array());
    }

    /// A single row needs no bitmap.
    Run appendRows(RoaringBitmap rows) throws IOException {
      return rows.getCardinality() == 1 ? new Run(rows.first(), 0) : append(rows);
    }

    /// Ends the page, if there is anything on it.
    void end() throws IOException {
      if (pageBytes > 0) {
        pages.endPage(pageBytes);
        pageBytes = 0;
      }
    }
  }

  /// Reads from any place. Used by any number of threads.
  static final class Reader {
    private final PageFile file;
    private final long bodyBytes;

    /// −1 before it was asked for.
    private volatile long length = -1;

    /// @param bodyBytes of a whole page
    Reader(PageFile file, int bodyBytes) {
      this.file = file;
      this.bodyBytes = bodyBytes;
    }

    String path() {
      return file.path();
    }

    long length() {
      long known = length;
      if (known < 0) {
        int wholePages = file.pageCount() - 1;
        known = wholePages < 0 ? 0 : wholePages * bodyBytes + file.body(wholePages).byteSize();
        length = known;
      }
      return known;
    }

    void forget() {
      file.forget();
    }

    /// @throws IllegalArgumentException if `run` is not within the stream
    byte[] read(Run run) {
      if (run.position() < 0 || run.length() < 0 || run.position() > length() - run.length()) {
        throw new IllegalArgumentException("run beyond the stream");
      }
      var bytes = new byte[run.length()];
      var target = MemorySegment.ofArray(bytes);
      int page = Math.toIntExact(run.position() / bodyBytes);
      long offset = run.position() % bodyBytes;
      int read = 0;
      while (read < bytes.length) {
        long chunkBytes = Math.min(bodyBytes - offset, bytes.length - read);
        MemorySegment.copy(file.body(page), offset, target, read, chunkBytes);
        read += (int) chunkBytes;
        page++;
        offset = 0;
      }
      return bytes;
    }

    RoaringBitmap readBitmap(Run run) throws IOException {
      var rows = new RoaringBitmap();
      rows.deserialize(ByteBuffer.wrap(read(run)));
      if (!rows.validate()) {
        throw new IllegalArgumentException("bitmap that contradicts itself");
      }
      return rows;
    }

    /// Adds the rows of a run that may be a single one.
    void addTo(RoaringBitmap rows, Run run) throws IOException {
      if (run.length() == 0) {
        rows.add((int) run.position());
      } else {
        rows.or(readBitmap(run));
      }
    }
  }
}
