package io.quiverdb.core.log;

import com.google.protobuf.ByteString;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.VersionRange;
import io.quiverdb.core.crypto.FileCodec;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/// A file of the log, `wal/wal-<file id>.log`: a header, synced before anything follows it, then
/// frames, each synced before the next is written. Numbers are little-endian.
///
/// The header:
///
/// | offset | bytes | field                                                          |
/// |-------:|------:|----------------------------------------------------------------|
/// |      0 |     8 | magic "QVWALLOG"                                               |
/// |      8 |     4 | format version                                                 |
/// |     12 |     8 | file id                                                        |
/// |     20 |     8 | base LSN: of the first entry in it                             |
/// |     28 |    16 | store id                                                       |
/// |     44 |     8 | marker, random                                                 |
/// |     52 |    32 | salt, random: the key of the file comes from it                |
/// |     84 |    16 | check of the file's key                                        |
/// |    100 |    16 | tag of the last frame before the file, zeros if there was none |
/// |    116 |     4 | CRC32C of all of the above                                     |
///
/// A frame, one commit group:
///
/// | offset | bytes | field                                                          |
/// |-------:|------:|----------------------------------------------------------------|
/// |      0 |     8 | the file's marker                                              |
/// |      8 |     4 | length of the sealed entries                                   |
/// |     12 |     4 | CRC32C of the rest of the frame                                |
/// |     16 |     8 | LSN of the first entry; the others follow one by one           |
/// |     24 |    16 | tag of the frame before                                        |
/// |     40 |       | entries, sealed as the page whose number is the frame's        |
///
/// The entries: of each its length in 4 bytes, then an `Entry` of op.proto.
///
/// Magic, version and checksum of the header are at these places in every version; the version is
/// that of the frames and entries too.
///
/// The tag of a frame is what its seal ends with, or, where the codec adds nothing, bytes 8 to 23
/// of the frame. By the tags, a frame of another history is told from the one that belongs here. By
/// the marker, which nobody who writes points can know, a frame behind a damaged one is found.
final class LogFormat {
  private static final VersionRange VERSIONS = VersionRange.FIRST;
  static final int STORE_ID_BYTES = 16;
  static final int TAG_BYTES = 16;
  static final ByteString NO_TAG = ByteString.copyFrom(new byte[TAG_BYTES]);
  static final String DIRECTORY = "wal";

  private static final Pattern NAME = Pattern.compile("wal-(\\d{1,18})\\.log");

  private static final String MAGIC = "QVWALLOG";
  private static final int MAGIC_OFFSET = 0;
  private static final int VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
  private static final int FILE_ID_OFFSET = VERSION_OFFSET + Integer.BYTES;
  private static final int BASE_LSN_OFFSET = FILE_ID_OFFSET + Long.BYTES;
  private static final int STORE_ID_OFFSET = BASE_LSN_OFFSET + Long.BYTES;
  private static final int HEADER_MARKER_OFFSET = STORE_ID_OFFSET + STORE_ID_BYTES;
  private static final int SALT_OFFSET = HEADER_MARKER_OFFSET + Long.BYTES;
  private static final int CHECK_OFFSET = SALT_OFFSET + FileCodec.SALT_BYTES;
  private static final int HEADER_TAG_OFFSET = CHECK_OFFSET + FileCodec.CHECK_BYTES;
  private static final int HEADER_CRC_OFFSET = HEADER_TAG_OFFSET + TAG_BYTES;
  static final int HEADER_BYTES = HEADER_CRC_OFFSET + Integer.BYTES;

  private static final int MARKER_OFFSET = 0;
  private static final int LENGTH_OFFSET = MARKER_OFFSET + Long.BYTES;
  private static final int CRC_OFFSET = LENGTH_OFFSET + Integer.BYTES;
  private static final int FIRST_LSN_OFFSET = CRC_OFFSET + Integer.BYTES;
  private static final int TAG_OFFSET = FIRST_LSN_OFFSET + Long.BYTES;
  static final int FRAME_HEADER_BYTES = TAG_OFFSET + TAG_BYTES;

  /// What a log file holds, for its key. Beyond the codes of page types.
  static final int SEALED_TYPE = 0x4C4F;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private LogFormat() {}

  static String path(long fileId) {
    return DIRECTORY + "/wal-" + fileId + ".log";
  }

  /// Of the files that there are, in their order.
  static List<Long> fileIds(Storage storage) throws IOException {
    return storage.list(DIRECTORY).stream()
        .flatMapToLong(name -> fileId(name).stream())
        .sorted()
        .boxed()
        .toList();
  }

  /// Empty if a name in the directory is not that of a log file.
  static OptionalLong fileId(String name) {
    var matcher = NAME.matcher(name);
    return matcher.matches()
        ? OptionalLong.of(Long.parseLong(matcher.group(1)))
        : OptionalLong.empty();
  }

  static ByteString bytes(UUID uuid) {
    return ByteString.copyFrom(
        ByteBuffer.allocate(STORE_ID_BYTES)
            .putLong(uuid.getMostSignificantBits())
            .putLong(uuid.getLeastSignificantBits())
            .flip());
  }

  static UUID uuid(ByteString bytes) {
    var buffer = bytes.asReadOnlyByteBuffer();
    return new UUID(buffer.getLong(), buffer.getLong());
  }

  /// What stands at the start of a file.
  record Header(
      long fileId,
      long baseLsn,
      ByteString storeId,
      long marker,
      ByteString salt,
      ByteString check,
      ByteString previousTag) {
    Header {
      assert storeId.size() == STORE_ID_BYTES : storeId.size();
      assert salt.size() == FileCodec.SALT_BYTES : salt.size();
      assert check.size() == FileCodec.CHECK_BYTES : check.size();
      assert previousTag.size() == TAG_BYTES : previousTag.size();
    }

    byte[] encode() {
      var header =
          ByteBuffer.allocate(HEADER_BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .put(MAGIC.getBytes(StandardCharsets.US_ASCII))
              .putInt(VERSIONS.newest())
              .putLong(fileId)
              .putLong(baseLsn)
              .put(storeId.asReadOnlyByteBuffer())
              .putLong(marker)
              .put(salt.asReadOnlyByteBuffer())
              .put(check.asReadOnlyByteBuffer())
              .put(previousTag.asReadOnlyByteBuffer());
      return header.putInt(crc(MemorySegment.ofArray(header.array()), HEADER_CRC_OFFSET)).array();
    }
  }

  /// Whether a crash can have left the file like this while it was created: it is short, or zeros.
  static boolean isTornHeader(MemorySegment file) {
    if (file.byteSize() < HEADER_BYTES) {
      return true;
    }
    return file.byteSize() == HEADER_BYTES && file.mismatch(zeros()) < 0;
  }

  private static MemorySegment zeros() {
    return MemorySegment.ofArray(new byte[HEADER_BYTES]);
  }

  /// @throws CorruptFileException naming the first thing that is wrong
  /// @throws io.quiverdb.core.UnsupportedFormatException if it is intact, and of another version
  static Header decodeHeader(String path, long fileId, MemorySegment file) {
    if (file.byteSize() < HEADER_BYTES) {
      throw new CorruptFileException(path, 0, "length", HEADER_BYTES + " or more", file.byteSize());
    }
    that(path, MAGIC_OFFSET, "magic", MAGIC, ascii(file.asSlice(MAGIC_OFFSET, MAGIC.length())));
    int version = file.get(INT, VERSION_OFFSET);
    if (!VERSIONS.contains(version)) {
      boolean isIntact = crc(file, HEADER_CRC_OFFSET) == file.get(INT, HEADER_CRC_OFFSET);
      throw VERSIONS.refusal(path, VERSION_OFFSET, version, isIntact);
    }
    that(
        path,
        HEADER_CRC_OFFSET,
        "checksum",
        hex(crc(file, HEADER_CRC_OFFSET)),
        hex(file.get(INT, HEADER_CRC_OFFSET)));
    that(path, FILE_ID_OFFSET, "file id", fileId, file.get(LONG, FILE_ID_OFFSET));
    return new Header(
        fileId,
        file.get(LONG, BASE_LSN_OFFSET),
        bytes(file, STORE_ID_OFFSET, STORE_ID_BYTES),
        file.get(LONG, HEADER_MARKER_OFFSET),
        bytes(file, SALT_OFFSET, FileCodec.SALT_BYTES),
        bytes(file, CHECK_OFFSET, FileCodec.CHECK_BYTES),
        bytes(file, HEADER_TAG_OFFSET, TAG_BYTES));
  }

  /// Makes a frame around the plain entries.
  ///
  /// @param frame as long as the entries, [#FRAME_HEADER_BYTES] and the codec's overhead
  /// @return its tag
  static ByteString seal(
      Header file,
      long frameNumber,
      long firstLsn,
      ByteString previousTag,
      MemorySegment entries,
      FileCodec codec,
      MemorySegment frame) {
    int sealedBytes = Math.toIntExact(entries.byteSize()) + codec.overheadBytes();
    assert frame.byteSize() == FRAME_HEADER_BYTES + sealedBytes : frame.byteSize();
    frame.set(LONG, MARKER_OFFSET, file.marker());
    frame.set(INT, LENGTH_OFFSET, sealedBytes);
    frame.set(LONG, FIRST_LSN_OFFSET, firstLsn);
    MemorySegment.copy(
        MemorySegment.ofArray(previousTag.toByteArray()), 0, frame, TAG_OFFSET, TAG_BYTES);
    codec.seal(frameNumber, sealedHeader(frame), entries, frame.asSlice(FRAME_HEADER_BYTES));
    frame.set(INT, CRC_OFFSET, frameCrc(frame));
    return tag(frame, codec);
  }

  static ByteString tag(MemorySegment frame, FileCodec codec) {
    return codec.overheadBytes() >= TAG_BYTES
        ? bytes(frame, frame.byteSize() - TAG_BYTES, TAG_BYTES)
        : bytes(frame, LENGTH_OFFSET, TAG_BYTES);
  }

  /// How long the frame at `offset` is, if there is one and it is whole.
  static OptionalLong frameBytes(Header header, MemorySegment file, long offset) {
    long remainingBytes = file.byteSize() - offset;
    if (remainingBytes < FRAME_HEADER_BYTES || marker(file, offset) != header.marker()) {
      return OptionalLong.empty();
    }
    long sealedBytes = file.get(INT, offset + LENGTH_OFFSET);
    if (sealedBytes < 0 || sealedBytes > remainingBytes - FRAME_HEADER_BYTES) {
      return OptionalLong.empty();
    }
    var frame = file.asSlice(offset, FRAME_HEADER_BYTES + sealedBytes);
    return frame.get(INT, CRC_OFFSET) == frameCrc(frame)
        ? OptionalLong.of(frame.byteSize())
        : OptionalLong.empty();
  }

  static long marker(MemorySegment file, long offset) {
    return file.get(LONG, offset + MARKER_OFFSET);
  }

  static long firstLsn(MemorySegment frame) {
    return frame.get(LONG, FIRST_LSN_OFFSET);
  }

  static ByteString previousTag(MemorySegment frame) {
    return bytes(frame, TAG_OFFSET, TAG_BYTES);
  }

  /// What the seal binds of a frame's header: the first LSN and the tag of the frame before.
  static MemorySegment sealedHeader(MemorySegment frame) {
    return frame.asSlice(FIRST_LSN_OFFSET, FRAME_HEADER_BYTES - FIRST_LSN_OFFSET);
  }

  static MemorySegment sealedEntries(MemorySegment frame) {
    return frame.asSlice(FRAME_HEADER_BYTES);
  }

  /// Of all but the field itself.
  private static int frameCrc(MemorySegment frame) {
    var crc = new CRC32C();
    crc.update(frame.asSlice(0, CRC_OFFSET).asByteBuffer());
    crc.update(frame.asSlice(FIRST_LSN_OFFSET).asByteBuffer());
    return (int) crc.getValue();
  }

  private static int crc(MemorySegment segment, int length) {
    var crc = new CRC32C();
    crc.update(segment.asSlice(0, length).asByteBuffer());
    return (int) crc.getValue();
  }

  private static ByteString bytes(MemorySegment segment, long offset, int length) {
    return ByteString.copyFrom(segment.asSlice(offset, length).asByteBuffer());
  }

  private static String ascii(MemorySegment segment) {
    return new String(segment.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
  }

  private static String hex(int value) {
    return "%08x".formatted(value);
  }

  private static void that(String path, long offset, String what, Object expected, Object actual) {
    if (!expected.equals(actual)) {
      throw new CorruptFileException(path, offset, what, expected, actual);
    }
  }
}
