package io.quiverdb.core.manifest;

import com.google.protobuf.ByteString;
import io.quiverdb.core.CorruptFileException;
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
final class CurrentFormat {
  static final int FORMAT_VERSION = 1;

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
            .putInt(FORMAT_VERSION)
            .putLong(current.generation())
            .putLong(current.manifestVersion())
            .putLong(current.manifestSalt())
            .putLong(current.manifestBytes())
            .put(current.manifestSha256().asReadOnlyByteBuffer());
    return file.putInt(crc(file)).array();
  }

  /// @throws CorruptFileException naming the first thing that is wrong
  static Current decode(String path, ByteString content) {
    var checks = new FileChecks(path, content);
    checks.magic(MAGIC_OFFSET, MAGIC);
    checks.formatVersion(VERSION_OFFSET, FORMAT_VERSION);
    checks.that("length", 0, BYTES, content.size());
    var file = content.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    checks.crc(CRC_OFFSET, crc(file), file.getInt(CRC_OFFSET));
    return new Current(
        file.getLong(GENERATION_OFFSET),
        file.getLong(MANIFEST_VERSION_OFFSET),
        file.getLong(MANIFEST_SALT_OFFSET),
        file.getLong(MANIFEST_LENGTH_OFFSET),
        content.substring(MANIFEST_SHA256_OFFSET, MANIFEST_SHA256_OFFSET + SHA256_BYTES));
  }

  private static int crc(ByteBuffer file) {
    var crc = new CRC32C();
    crc.update(file.slice(0, CRC_OFFSET));
    return (int) crc.getValue();
  }
}
