package io.quiverdb.core.format;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.UnsupportedFormatException;
import io.quiverdb.core.crypto.FileCodec;
import io.quiverdb.core.crypto.PageCodec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;
import java.util.zip.CRC32C;

/// What stands before the pages of a file, never sealed. Numbers are little-endian, the store id is
/// big-endian.
///
/// | offset | bytes | field                                                        |
/// |-------:|------:|--------------------------------------------------------------|
/// |      0 |     4 | magic "QVFL"                                                 |
/// |      4 |     2 | format version of this kind of file ([PageType])             |
/// |      6 |     2 | type of the pages                                            |
/// |      8 |     2 | sealing: 0 plain, 1 AES-256-GCM                              |
/// |     10 |     6 | zeros                                                        |
/// |     16 |    16 | store id                                                     |
/// |     32 |     8 | collection id, 0 if it belongs to none                       |
/// |     40 |     8 | id of the file                                               |
/// |     48 |    32 | salt: its key is made from these and the parent key; random  |
/// |     80 |    16 | check value of its key                                       |
/// |     96 |    28 | zeros                                                        |
/// |    124 |     4 | CRC32C of all of the above                                   |
///
/// A plain file has zeros for salt and check value. Magic, version and checksum are at these places
/// in every version.
public final class FileHeader {
  /// "QVFL", little-endian.
  private static final int MAGIC = 0x4c465651;

  private static final int MAGIC_OFFSET = 0;
  private static final int VERSION_OFFSET = MAGIC_OFFSET + Integer.BYTES;
  private static final int TYPE_OFFSET = VERSION_OFFSET + Short.BYTES;
  private static final int SEALING_OFFSET = TYPE_OFFSET + Short.BYTES;
  private static final int STORE_OFFSET = 16;
  private static final int COLLECTION_OFFSET = STORE_OFFSET + 2 * Long.BYTES;
  private static final int FILE_OFFSET = COLLECTION_OFFSET + Long.BYTES;
  private static final int SALT_OFFSET = FILE_OFFSET + Long.BYTES;
  private static final int CHECK_OFFSET = SALT_OFFSET + FileCodec.SALT_BYTES;
  private static final int CRC_OFFSET = 124;
  public static final int BYTES = CRC_OFFSET + Integer.BYTES;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong BIG_ENDIAN_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private FileHeader() {}

  /// @param file of this codec, for this type and id
  static byte[] encode(PageCodec codec, PageType type, long fileId, FileCodec file) {
    var bytes = new byte[BYTES];
    var header = MemorySegment.ofArray(bytes);
    header.set(INT, MAGIC_OFFSET, MAGIC);
    header.set(SHORT, VERSION_OFFSET, (short) type.versions().newest());
    header.set(SHORT, TYPE_OFFSET, (short) type.code());
    header.set(SHORT, SEALING_OFFSET, (short) codec.sealing().code());
    UUID store = codec.scope().storeId();
    header.set(BIG_ENDIAN_LONG, STORE_OFFSET, store.getMostSignificantBits());
    header.set(BIG_ENDIAN_LONG, STORE_OFFSET + Long.BYTES, store.getLeastSignificantBits());
    header.set(LONG, COLLECTION_OFFSET, codec.scope().collectionId());
    header.set(LONG, FILE_OFFSET, fileId);
    System.arraycopy(file.salt(), 0, bytes, SALT_OFFSET, FileCodec.SALT_BYTES);
    System.arraycopy(file.check(), 0, bytes, CHECK_OFFSET, FileCodec.CHECK_BYTES);
    header.set(INT, CRC_OFFSET, crc(header));
    return bytes;
  }

  /// Verifies the header of a file.
  ///
  /// @param file its bytes from the start
  /// @param path for messages
  /// @return the codec of its pages
  /// @throws CorruptFileException naming the first thing that is wrong
  /// @throws UnsupportedFormatException if it is intact, and of another version
  static FileCodec open(
      MemorySegment file, PageCodec codec, PageType type, long fileId, String path) {
    var check = new Check(path);
    check.intact(file, type);
    check.that("page type", TYPE_OFFSET, type.code(), number(file, TYPE_OFFSET));
    check.that("sealing", SEALING_OFFSET, codec.sealing().code(), number(file, SEALING_OFFSET));
    check.that("store id", STORE_OFFSET, codec.scope().storeId(), storeIdAt(file));
    check.that(
        "collection id",
        COLLECTION_OFFSET,
        codec.scope().collectionId(),
        file.get(LONG, COLLECTION_OFFSET));
    check.that("file id", FILE_OFFSET, fileId, file.get(LONG, FILE_OFFSET));
    var fileCodec = codec.file(type.code(), fileId, bytes(file, SALT_OFFSET, FileCodec.SALT_BYTES));
    byte[] keyCheck = bytes(file, CHECK_OFFSET, FileCodec.CHECK_BYTES);
    check.that("check value of the key", CHECK_OFFSET, hex(fileCodec.check()), hex(keyCheck));
    return fileCodec;
  }

  /// The store that a file of this type says it belongs to.
  ///
  /// @throws CorruptFileException if its header is not intact
  /// @throws UnsupportedFormatException if it is, and of another version
  public static UUID storeId(MemorySegment file, PageType type, String path) {
    new Check(path).intact(file, type);
    return storeIdAt(file);
  }

  /// Whether a file of this type says it is sealed as this codec seals, under its key.
  ///
  /// @throws CorruptFileException if its header is not intact
  /// @throws UnsupportedFormatException if it is, and of another version
  public static boolean isOf(MemorySegment file, PageType type, PageCodec codec, String path) {
    new Check(path).intact(file, type);
    if (number(file, SEALING_OFFSET) != codec.sealing().code()) {
      return false;
    }
    byte[] salt = bytes(file, SALT_OFFSET, FileCodec.SALT_BYTES);
    var fileCodec = codec.file(number(file, TYPE_OFFSET), file.get(LONG, FILE_OFFSET), salt);
    return Arrays.equals(fileCodec.check(), bytes(file, CHECK_OFFSET, FileCodec.CHECK_BYTES));
  }

  private static UUID storeIdAt(MemorySegment file) {
    return new UUID(
        file.get(BIG_ENDIAN_LONG, STORE_OFFSET),
        file.get(BIG_ENDIAN_LONG, STORE_OFFSET + Long.BYTES));
  }

  private static int number(MemorySegment file, int offset) {
    return Short.toUnsignedInt(file.get(SHORT, offset));
  }

  private static byte[] bytes(MemorySegment file, int offset, int length) {
    return file.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
  }

  private static int crc(MemorySegment file) {
    var crc = new CRC32C();
    crc.update(file.asSlice(0, CRC_OFFSET).asByteBuffer());
    return (int) crc.getValue();
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private record Check(String path) {
    void intact(MemorySegment file, PageType type) {
      if (file.byteSize() < BYTES) {
        throw new CorruptFileException(path, 0, "length", BYTES + " or more", file.byteSize());
      }
      that("file magic", MAGIC_OFFSET, hex(MAGIC), hex(file.get(INT, MAGIC_OFFSET)));
      int version = number(file, VERSION_OFFSET);
      if (!type.versions().contains(version)) {
        boolean isIntact = crc(file) == file.get(INT, CRC_OFFSET);
        throw type.versions().refusal(path, VERSION_OFFSET, version, isIntact);
      }
      that("header checksum", CRC_OFFSET, hex(crc(file)), hex(file.get(INT, CRC_OFFSET)));
    }

    void that(String what, int offset, Object expected, Object actual) {
      if (!expected.equals(actual)) {
        throw new CorruptFileException(path, offset, what, expected, actual);
      }
    }

    private static String hex(int value) {
      return "%08x".formatted(value);
    }
  }
}
