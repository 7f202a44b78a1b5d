package io.quiverdb.core.format;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.VersionRange;
import io.quiverdb.core.crypto.FileCodec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/// A page. Numbers are little-endian.
///
/// | offset | bytes | field                                                |
/// |-------:|------:|------------------------------------------------------|
/// |      0 |     4 | magic "QVPG"                                         |
/// |      4 |     2 | format version                                       |
/// |      6 |     2 | type                                                 |
/// |      8 |     8 | number of the page in its file, from 0               |
/// |     16 |     8 | id of the file                                       |
/// |     24 |     4 | live length: bytes of the body that are in use       |
/// |     28 |     4 | CRC32C of all of the above and of the body as it lies|
/// |     32 |       | body: live bytes, then zeros; sealed by a codec      |
///
/// A sealed body is longer than the plain one by the codec's overhead, and so is its page on disk.
/// The seal binds the header too, but for the checksum, which can be checked without a key. Magic,
/// version and checksum are at these places in every version. The version is that of the page
/// alone; what lies in it has one of its own ([PageType]).
public final class PageFormat {
  /// Of pages in general.
  public static final int PAGE_BYTES = 16 * 1024;

  /// Of pages with ids: a look-up touches one, so they are small.
  public static final int ID_PAGE_BYTES = 4 * 1024;

  private static final VersionRange VERSIONS = VersionRange.FIRST;

  /// "QVPG", little-endian.
  private static final int MAGIC = 0x47505651;

  private static final int MAGIC_OFFSET = 0;
  private static final int VERSION_OFFSET = MAGIC_OFFSET + Integer.BYTES;
  private static final int TYPE_OFFSET = VERSION_OFFSET + Short.BYTES;
  private static final int PAGE_OFFSET = TYPE_OFFSET + Short.BYTES;
  private static final int FILE_OFFSET = PAGE_OFFSET + Long.BYTES;
  private static final int LENGTH_OFFSET = FILE_OFFSET + Long.BYTES;
  private static final int CRC_OFFSET = LENGTH_OFFSET + Integer.BYTES;
  public static final int HEADER_BYTES = CRC_OFFSET + Integer.BYTES;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private PageFormat() {}

  /// The smallest multiple of [#PAGE_BYTES] whose body holds a vector.
  public static int vectorPageBytes(int dimension) {
    int neededBytes = HEADER_BYTES + dimension * Float.BYTES;
    return (neededBytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
  }

  /// Writes a page into `page`.
  ///
  /// @param body plain, zeros after its first `liveBytes`
  /// @param page longer than the body by [#HEADER_BYTES] and the codec's overhead
  static void seal(
      PageAddress address, MemorySegment body, int liveBytes, FileCodec codec, MemorySegment page) {
    assert page.byteSize() == HEADER_BYTES + body.byteSize() + codec.overheadBytes()
        : page.byteSize() + " for a body of " + body.byteSize();
    assert liveBytes <= body.byteSize() : liveBytes + " of " + body.byteSize();
    page.set(INT, MAGIC_OFFSET, MAGIC);
    page.set(SHORT, VERSION_OFFSET, (short) VERSIONS.newest());
    page.set(SHORT, TYPE_OFFSET, (short) address.type());
    page.set(LONG, PAGE_OFFSET, address.page());
    page.set(LONG, FILE_OFFSET, address.file());
    page.set(INT, LENGTH_OFFSET, liveBytes);
    codec.seal(address.page(), sealedHeader(page), body, page.asSlice(HEADER_BYTES));
    page.set(INT, CRC_OFFSET, crc(page));
  }

  /// Verifies a page and returns its live body.
  ///
  /// @param address the page that is expected here
  /// @param file for messages, like `offset`: where the page lies
  /// @throws CorruptFileException naming the first thing that is wrong with it
  /// @throws io.quiverdb.core.UnsupportedFormatException if it is intact, and of another version
  static MemorySegment open(
      PageAddress address, MemorySegment page, FileCodec codec, String file, long offset) {
    var check = new Check(file, offset);
    check.thatBits("magic", MAGIC_OFFSET, MAGIC, page.get(INT, MAGIC_OFFSET));
    int version = Short.toUnsignedInt(page.get(SHORT, VERSION_OFFSET));
    if (!VERSIONS.contains(version)) {
      boolean isIntact = crc(page) == page.get(INT, CRC_OFFSET);
      throw VERSIONS.refusal(file, offset + VERSION_OFFSET, version, isIntact);
    }
    check.thatNumber(
        "page type",
        TYPE_OFFSET,
        address.type(),
        Short.toUnsignedInt(page.get(SHORT, TYPE_OFFSET)));
    long bodyBytes = page.byteSize() - HEADER_BYTES - codec.overheadBytes();
    int liveBytes = page.get(INT, LENGTH_OFFSET);
    if (liveBytes < 0 || liveBytes > bodyBytes) {
      throw new CorruptFileException(
          file,
          offset + LENGTH_OFFSET,
          "live length",
          "0 to " + bodyBytes,
          Integer.toUnsignedString(liveBytes));
    }
    check.thatNumber("page number", PAGE_OFFSET, address.page(), page.get(LONG, PAGE_OFFSET));
    check.thatNumber("file id", FILE_OFFSET, address.file(), page.get(LONG, FILE_OFFSET));
    check.thatBits("page checksum", CRC_OFFSET, crc(page), page.get(INT, CRC_OFFSET));
    return codec
        .open(address.page(), sealedHeader(page), page.asSlice(HEADER_BYTES))
        .orElseThrow(() -> brokenSeal(file, offset))
        .asSlice(0, liveBytes);
  }

  /// The live body of a page that was verified before: what the seal does not find is not looked
  /// for again.
  ///
  /// @param file and `offset` where it is, for errors
  static MemorySegment reopen(
      PageAddress address, MemorySegment page, FileCodec codec, String file, long offset) {
    return codec
        .open(address.page(), sealedHeader(page), page.asSlice(HEADER_BYTES))
        .orElseThrow(() -> brokenSeal(file, offset))
        .asSlice(0, page.get(INT, LENGTH_OFFSET));
  }

  private static CorruptFileException brokenSeal(String file, long offset) {
    return new CorruptFileException(
        file, offset + HEADER_BYTES, "seal of the page", "intact", "broken");
  }

  /// What the seal binds of the header.
  private static MemorySegment sealedHeader(MemorySegment page) {
    return page.asSlice(0, CRC_OFFSET);
  }

  private static int crc(MemorySegment page) {
    var crc = new CRC32C();
    crc.update(page.asSlice(0, CRC_OFFSET).asByteBuffer());
    crc.update(page.asSlice(HEADER_BYTES).asByteBuffer());
    return (int) crc.getValue();
  }

  private static String hex(int value) {
    return "%08x".formatted(value);
  }

  private record Check(String file, long pageOffset) {
    /// Messages show them in hexadecimal.
    void thatBits(String what, int offset, int expected, int actual) {
      if (expected != actual) {
        throw new CorruptFileException(file, pageOffset + offset, what, hex(expected), hex(actual));
      }
    }

    void thatNumber(String what, int offset, long expected, long actual) {
      if (expected != actual) {
        throw new CorruptFileException(file, pageOffset + offset, what, expected, actual);
      }
    }
  }
}
