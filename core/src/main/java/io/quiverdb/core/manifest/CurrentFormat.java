package io.quiverdb.core.manifest;

import com.google.protobuf.ByteString;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.VersionRange;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/// The file `CURRENT`. Numbers are little-endian.
///
/// | offset | bytes | field                          |
/// |-------:|------:|--------------------------------|
/// |      0 |     8 | magic "QVCURRNT"               |
/// |      8 |     4 | format version                 |
/// |     12 |     8 | generation                     |
/// |     20 |     8 | manifest: version              |
/// |     28 |     8 | manifest: salt of its name     |
/// |     36 |     8 | manifest: length of its file   |
/// |     44 |    32 | manifest: SHA-256 of its file  |
/// |     76 |     4 | CRC32C of all of the above     |
///
/// Magic and version are at these places in every version, and the checksum is at the end.
final class CurrentFormat {
  private static final VersionRange VERSIONS = VersionRange.FIRST;

  private static final String MAGIC = "QVCURRNT";
  private static final int SHA256_BYTES = 32;

  private static final int MAGIC_OFFSET = 0;
  private static final int VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
  private static final int GENERATION_OFFSET = VERSION_OFFSET + Integer.BYTES;
  private static final int MANIFEST_VERSION_OFFSET = GENERATION_OFFSET + Long.BYTES;
  private static final int MANIFEST_SALT_OFFSET = MANIFEST_VERSION_OFFSET + Long.BYTES;
  private static final int MANIFEST_LENGTH_OFFSET = MANIFEST_SALT_OFFSET + Long.BYTES;
  private static final int MANIFEST_SHA256_OFFSET = MANIFEST_LENGTH_OFFSET + Long.BYTES;
  private static final int CRC_OFFSET = MANIFEST_SHA256_OFFSET + SHA256_BYTES;
  private static final int BYTES = CRC_OFFSET + Integer.BYTES;

  private CurrentFormat() {}

  static byte[] encode(Current current) {
    var file =
        ByteBuffer.allocate(BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(FileChecks.ascii(MAGIC))
            .putInt(VERSIONS.newest())
            .putLong(current.generation())
            .putLong(current.manifestVersion())
            .putLong(current.manifestSalt())
            .putLong(current.manifestBytes())
            .put(current.manifestSha256().asReadOnlyByteBuffer());
    return file.putInt(crc(file, CRC_OFFSET)).array();
  }

  /// @throws CorruptFileException naming the first thing that is wrong
  /// @throws io.quiverdb.core.UnsupportedFormatException if it is intact, and of another version
  static Current decode(String path, ByteString content) {
    var checks = new FileChecks(path, content);
    checks.magic(MAGIC_OFFSET, MAGIC);
    checks.atLeast(VERSION_OFFSET + 2 * Integer.BYTES);
    var file = content.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    requireReadable(path, file);
    checks.that("length", 0, BYTES, content.size());
    checks.crc(CRC_OFFSET, crc(file, CRC_OFFSET), file.getInt(CRC_OFFSET));
    return new Current(
        file.getLong(GENERATION_OFFSET),
        file.getLong(MANIFEST_VERSION_OFFSET),
        file.getLong(MANIFEST_SALT_OFFSET),
        file.getLong(MANIFEST_LENGTH_OFFSET),
        content.substring(MANIFEST_SHA256_OFFSET, MANIFEST_SHA256_OFFSET + SHA256_BYTES));
  }

  private static void requireReadable(String path, ByteBuffer file) {
    int version = file.getInt(VERSION_OFFSET);
    if (!VERSIONS.contains(version)) {
      int crcOffset = file.limit() - Integer.BYTES;
      boolean isIntact = crc(file, crcOffset) == file.getInt(crcOffset);
      throw VERSIONS.refusal(path, VERSION_OFFSET, version, isIntact);
    }
  }

  private static int crc(ByteBuffer file, int bytes) {
    var crc = new CRC32C();
    crc.update(file.slice(0, bytes));
    return (int) crc.getValue();
  }
}
