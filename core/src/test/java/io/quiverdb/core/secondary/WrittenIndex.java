package io.quiverdb.core.secondary;

import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.crypto.PlainCodec;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.format.PageFile;
import io.quiverdb.core.format.PageFormat;
import io.quiverdb.core.format.PageType;
import io.quiverdb.core.format.PageWriter;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Indexes in files of their own, without the segment.
public final class WrittenIndex {
  private static final int BODY_BYTES = PageFormat.PAGE_BYTES - PageFormat.HEADER_BYTES;
  private static final String FILE = "sec";

  private WrittenIndex() {}

  /// Over payloads, that of row 0 first.
  ///
  /// @param bytesMax beyond which values get no key
  public static SecondaryIndex of(
      List<byte[]> payloads, List<FilterableField> fields, long bytesMax) {
    return write(writer(payloads, fields, bytesMax)::write);
  }

  /// Of these rows, all with this payload.
  static SecondaryIndex ofRows(List<Integer> rows, byte[] payload, List<FilterableField> fields) {
    var writer = new SecondaryIndexWriter(fields, Long.MAX_VALUE);
    rows.forEach(row -> writer.add(row, MemorySegment.ofArray(payload)));
    return write(writer::write);
  }

  /// The stream that such an index's pages hold.
  public static byte[] streamOf(List<byte[]> payloads, List<FilterableField> fields) {
    var storage = new SimulatedStorage();
    var stream =
        new SecondaryStream.Reader(
            file(storage, writer(payloads, fields, Long.MAX_VALUE)::write), BODY_BYTES);
    return stream.read(new SecondaryFormat.Run(0, Math.toIntExact(stream.length())));
  }

  /// An index of this stream, with the checksums of its pages in order.
  public static SecondaryIndex ofStream(byte[] stream) {
    return write(
        pages -> {
          var writer = new SecondaryStream.Writer(pages);
          var _ = writer.append(stream);
          writer.end();
        });
  }

  private static SecondaryIndexWriter writer(
      List<byte[]> payloads, List<FilterableField> fields, long bytesMax) {
    var writer = new SecondaryIndexWriter(fields, bytesMax);
    for (int row = 0; row < payloads.size(); row++) {
      writer.add(row, MemorySegment.ofArray(payloads.get(row)));
    }
    return writer;
  }

  private interface Content {
    void writeTo(PageWriter pages) throws IOException;
  }

  private static SecondaryIndex write(Content content) {
    return new SecondaryIndex(file(new SimulatedStorage(), content), BODY_BYTES);
  }

  private static PageFile file(SimulatedStorage storage, Content content) {
    try (var pages =
        new PageWriter(
            storage.create(FILE),
            1,
            PageType.SECONDARY,
            PageFormat.PAGE_BYTES,
            PlainCodec.INSTANCE)) {
      content.writeTo(pages);
      long bytes = pages.finish();
      return PageFile.open(
          storage,
          FILE,
          bytes,
          1,
          PageType.SECONDARY,
          PageFormat.PAGE_BYTES,
          PlainCodec.INSTANCE,
          PageCache.NONE,
          Arena.ofAuto());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
