package io.quiverdb.core.segment;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quiverdb.core.StoreException;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.crypto.PlainCodec;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.format.PageFormat;
import io.quiverdb.core.format.PageType;
import io.quiverdb.core.format.PageWriter;
import io.quiverdb.core.fuzz.Bounded;
import io.quiverdb.core.fuzz.FuzzedInput;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;

/// A page of a segment's `.ids` file, whose other pages and files are whole. The input is a byte,
/// whose bit 0 says whether it is encrypted and the others which page it is, and the plain body.
/// Checksum and seal are made here, so that what lies below them is reached.
public final class IdsFuzzTarget {
  private static final String COLLECTION = "c";
  private static final long SEGMENT = 1;
  private static final int DIMENSION = 3;
  private static final int BODY_BYTES = PageFormat.ID_PAGE_BYTES - PageFormat.HEADER_BYTES;
  static final List<SegmentRow> ROWS =
      IntStream.range(0, 150).mapToObj(IdsFuzzTarget::row).toList();
  private static final Intact PLAIN = Intact.of(PlainCodec.INSTANCE);
  private static final Intact AES = Intact.of(TestKeys.SHARED.codec());

  private IdsFuzzTarget() {}

  /// The payloads of some straddle pages.
  private static SegmentRow row(int number) {
    byte[] id = "%03d%s".formatted(number, "-".repeat(number / 20)).getBytes(UTF_8);
    return new SegmentRow(
        id,
        MemorySegment.ofArray(new byte[DIMENSION * Float.BYTES]),
        MemorySegment.ofArray(new byte[number % 7 * 100]),
        1 + number,
        number,
        number);
  }

  private record Intact(SimulatedStorage storage, SegmentSummary summary, PageCodec codec) {
    static Intact of(PageCodec codec) {
      try {
        var storage = new SimulatedStorage();
        storage.createDirectories(COLLECTION);
        var summary = RandomRows.write(storage, COLLECTION, SEGMENT, DIMENSION, ROWS, codec);
        return new Intact(storage, summary, codec);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    var fields = new FuzzedInput(input);
    int mode = fields.oneByte();
    var intact = (mode & 1) == 0 ? PLAIN : AES;
    byte[] body = fields.upTo(BODY_BYTES);
    var storage = withPage(intact, mode >> 1, body);
    Bounded.run(input, () -> read(storage, intact));
  }

  private static SimulatedStorage withPage(Intact intact, int page, byte[] body)
      throws IOException {
    var storage = intact.storage.copy();
    String path = SegmentFiles.path(COLLECTION, SEGMENT, SegmentFiles.IDS);
    byte[] content = storage.content(path);
    try (var pages =
        new PageWriter(
            storage.create("made"),
            SEGMENT,
            PageType.IDS,
            PageFormat.ID_PAGE_BYTES,
            intact.codec)) {
      int pageCount =
          content.length / (PageFormat.ID_PAGE_BYTES + intact.codec.pageOverheadBytes());
      var bodies = new IdPageBuilder(BODY_BYTES);
      int row = 0;
      for (int number = 0; number < pageCount; number++) {
        while (row < ROWS.size() && bodies.hasRoomFor(ROWS.get(row).idUtf8())) {
          bodies.add(ROWS.get(row++), 0);
        }
        int liveBytes = bodies.writeTo(pages.body());
        if (number == page % pageCount) {
          pages.body().fill((byte) 0);
          MemorySegment.copy(MemorySegment.ofArray(body), 0, pages.body(), 0, body.length);
          liveBytes = body.length;
        }
        pages.endPage(liveBytes);
      }
    }
    storage.overwrite(path, storage.content("made"));
    return storage;
  }

  private static void read(SimulatedStorage storage, Intact intact) throws IOException {
    attempt(() -> readByDirectory(open(storage, intact)));
    attempt(
        () -> {
          var segment =
              Segment.openWithoutDirectory(
                  storage, COLLECTION, intact.summary, DIMENSION, intact.codec);
          segment.release();
        });
  }

  private static Segment open(SimulatedStorage storage, Intact intact) throws IOException {
    var cache = new PageCache(1 << 20);
    return Segment.open(storage, COLLECTION, intact.summary, DIMENSION, intact.codec, cache);
  }

  private static void readByDirectory(Segment segment) throws IOException {
    attempt(() -> ROWS.forEach(row -> segment.find(row.idUtf8())));
    attempt(() -> ROWS.forEach(row -> segment.firstAtOrAfter(row.idUtf8())));
    attempt(() -> ROWS.forEach(row -> segment.read(row.idUtf8(), _ -> true)));
    attempt(() -> rows(segment).forEach(segment::payload));
    attempt(() -> rows(segment).forEach(segment::id));
    attempt(() -> rows(segment).forEach(segment::version));
    attempt(
        () -> {
          var cursor = segment.cursor(0);
          while (cursor.next()) {
            byte[] _ = cursor.id();
            var _ = cursor.payload();
            var _ = cursor.vector();
            boolean _ = cursor.isWhereLookUpsLead();
          }
        });
    segment.release();
  }

  private static IntStream rows(Segment segment) {
    return IntStream.range(0, segment.rowCount());
  }

  private interface Reading {
    void run() throws IOException;
  }

  private static void attempt(Reading reading) throws IOException {
    try {
      reading.run();
    } catch (StoreException _) {
      // As it should be.
    }
  }
}
