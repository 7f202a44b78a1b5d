package io.quiverdb.core.crypto;

import com.google.protobuf.ByteString;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.MasterKey;
import io.quiverdb.core.VersionRange;
import io.quiverdb.core.WrongKeyException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

/// The catalogue key as files and messages carry it: wrapped by a master key. Numbers are
/// little-endian.
///
/// | offset | bytes | field                                          |
/// |-------:|------:|------------------------------------------------|
/// |      0 |     8 | magic "QVCATKEY"                               |
/// |      8 |     4 | format version                                 |
/// |     12 |    16 | check value of the catalogue key               |
/// |     28 |     2 | i: length of the master key's id               |
/// |     30 |     2 | w: length of the wrapped key                   |
/// |     32 |     i | id of the master key, UTF-8                    |
/// | 32 + i |     w | the catalogue key, wrapped by the master key   |
/// |        |     4 | CRC32C of all of the above                     |
///
/// Magic and version are at these places in every version, and the checksum is at the end.
///
/// @param masterKeyId of the master key that wrapped it ([MasterKey#id])
/// @param check tells catalogue keys apart and gives nothing of them away
public record WrappedCatalogKey(String masterKeyId, ByteString check, ByteString wrapped) {
  private static final VersionRange VERSIONS = VersionRange.FIRST;
  private static final byte[] MAGIC = "QVCATKEY".getBytes(StandardCharsets.US_ASCII);
  private static final int CHECK_BYTES = 16;

  private static final int MAGIC_OFFSET = 0;
  private static final int VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
  private static final int CHECK_OFFSET = VERSION_OFFSET + Integer.BYTES;
  private static final int ID_LENGTH_OFFSET = CHECK_OFFSET + CHECK_BYTES;
  private static final int KEY_LENGTH_OFFSET = ID_LENGTH_OFFSET + Short.BYTES;
  private static final int ID_OFFSET = KEY_LENGTH_OFFSET + Short.BYTES;

  public static WrappedCatalogKey wrap(KeyBytes catalogKey, MasterKey masterKey) {
    return new WrappedCatalogKey(
        masterKey.id(),
        checkOf(catalogKey),
        ByteString.copyFrom(masterKey.wrap(catalogKey.bytes())));
  }

  private static ByteString checkOf(KeyBytes catalogKey) {
    return ByteString.copyFrom(
        Hkdf.fingerprint(catalogKey, "quiver catalogue key: check value", CHECK_BYTES));
  }

  /// What is left when the key itself is taken away: tells it from others, and opens nothing.
  public WrappedCatalogKey withoutKey() {
    return new WrappedCatalogKey("", check, ByteString.EMPTY);
  }

  /// The same of a key of which nothing but the check value is known.
  public static WrappedCatalogKey ofCheck(ByteString check) {
    return new WrappedCatalogKey("", check, ByteString.EMPTY);
  }

  /// @param masterKeys those that may have wrapped it: more than one while they change
  /// @throws WrongKeyException if none of them did
  public KeyBytes unwrap(List<MasterKey> masterKeys) {
    var masterKey =
        masterKeys.stream()
            .filter(key -> key.id().equals(masterKeyId))
            .findFirst()
            .orElseThrow(
                () ->
                    new WrongKeyException(
                        "master key: %s (expected: %s, which wrapped the catalogue key)"
                            .formatted(
                                masterKeys.stream()
                                    .map(MasterKey::id)
                                    .collect(Collectors.joining(", ")),
                                masterKeyId)));
    byte[] bytes = masterKey.unwrap(wrapped.toByteArray());
    try {
      var catalogKey = KeyBytes.copyOf(bytes);
      if (!checkOf(catalogKey).equals(check)) {
        throw new WrongKeyException(
            "catalogue key: check value %s (expected: %s)"
                .formatted(hex(checkOf(catalogKey)), hex(check)));
      }
      return catalogKey;
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  public byte[] encode() {
    byte[] id = masterKeyId.getBytes(StandardCharsets.UTF_8);
    var bytes =
        ByteBuffer.allocate(ID_OFFSET + id.length + wrapped.size() + Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(MAGIC)
            .putInt(VERSIONS.newest())
            .put(check.asReadOnlyByteBuffer())
            .putShort((short) id.length)
            .putShort((short) wrapped.size())
            .put(id)
            .put(wrapped.asReadOnlyByteBuffer());
    return bytes.putInt(crc(bytes.array())).array();
  }

  /// @param path for messages
  /// @throws CorruptFileException naming the first thing that is wrong
  /// @throws io.quiverdb.core.UnsupportedFormatException if it is intact, and of another version
  public static WrappedCatalogKey decode(String path, byte[] content) {
    var check = new Check(path);
    check.that("length", 0, true, content.length >= ID_OFFSET + Integer.BYTES);
    check.that(
        "magic",
        MAGIC_OFFSET,
        hex(ByteString.copyFrom(MAGIC)),
        hex(slice(content, 0, MAGIC.length)));
    var bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    int version = bytes.getInt(VERSION_OFFSET);
    if (!VERSIONS.contains(version)) {
      boolean isIntact = crc(content) == bytes.getInt(content.length - Integer.BYTES);
      throw VERSIONS.refusal(path, VERSION_OFFSET, version, isIntact);
    }
    int idBytes = Short.toUnsignedInt(bytes.getShort(ID_LENGTH_OFFSET));
    int keyBytes = Short.toUnsignedInt(bytes.getShort(KEY_LENGTH_OFFSET));
    int crcOffset = ID_OFFSET + idBytes + keyBytes;
    check.that("length", 0, crcOffset + Integer.BYTES, content.length);
    check.that(
        "checksum",
        crcOffset,
        "%08x".formatted(crc(content)),
        "%08x".formatted(bytes.getInt(crcOffset)));
    return new WrappedCatalogKey(
        slice(content, ID_OFFSET, idBytes).toStringUtf8(),
        slice(content, CHECK_OFFSET, CHECK_BYTES),
        slice(content, ID_OFFSET + idBytes, keyBytes));
  }

  private static ByteString slice(byte[] content, int offset, int length) {
    return ByteString.copyFrom(content, offset, length);
  }

  private static int crc(byte[] content) {
    var crc = new CRC32C();
    crc.update(content, 0, content.length - Integer.BYTES);
    return (int) crc.getValue();
  }

  private record Check(String path) {
    void that(String what, int offset, Object expected, Object actual) {
      if (!expected.equals(actual)) {
        throw new CorruptFileException(path, offset, what, expected, actual);
      }
    }
  }
}
