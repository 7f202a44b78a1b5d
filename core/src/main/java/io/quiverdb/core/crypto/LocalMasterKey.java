package io.quiverdb.core.crypto;

import io.quiverdb.core.MasterKey;
import io.quiverdb.core.WrongKeyException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/// A master key in this process's memory. As text: `quiver-master-key-1:`, 64 hexadecimal digits,
/// `:`, and the CRC32C of all before it in 8 digits, so that a key cut short is told from a wrong
/// one.
public final class LocalMasterKey implements MasterKey {
  private static final String PREFIX = "quiver-master-key-1:";
  private static final Pattern TEXT = Pattern.compile(PREFIX + "([0-9a-f]{64}):([0-9a-f]{8})");
  private static final int ID_BYTES = 16;
  private static final byte[] ASSOCIATED =
      "quiver catalogue key 1".getBytes(StandardCharsets.US_ASCII);

  private final String id;
  private final RecordSealer sealer;

  private LocalMasterKey(KeyBytes key, Aead aead) {
    this.id =
        HexFormat.of().formatHex(Hkdf.fingerprint(key, "quiver master key: its id", ID_BYTES));
    this.sealer =
        new RecordSealer(Hkdf.key(key, "quiver master key: wrapping"), aead, new SecureRandom());
  }

  /// A new key, as text.
  public static String draw(SecureRandom random) {
    try (var key = KeyBytes.draw(random)) {
      String text = PREFIX + HexFormat.of().formatHex(key.bytes());
      return text + ":" + checksum(text);
    }
  }

  /// @param where it was found, for messages
  /// @throws IllegalArgumentException if it is not a key's text
  public static LocalMasterKey parse(String text, String where) {
    return parse(text, where, AesGcm.instance());
  }

  /// @param aead another one only in tests
  static LocalMasterKey parse(String text, String where, Aead aead) {
    String line = text.strip();
    var matcher = TEXT.matcher(line);
    if (!matcher.matches()
        || !checksum(line.substring(0, line.lastIndexOf(':'))).equals(matcher.group(2))) {
      throw new IllegalArgumentException(
          where
              + ": "
              + line.length()
              + " characters that are no master key"
              + " (expected: what `quiver master-key create` writes)");
    }
    byte[] bytes = HexFormat.of().parseHex(matcher.group(1));
    try (var key = KeyBytes.copyOf(bytes)) {
      return new LocalMasterKey(key, aead);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private static String checksum(String text) {
    var crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.US_ASCII));
    return "%08x".formatted(crc.getValue());
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public byte[] wrap(byte[] key) {
    return sealer.seal(key, ASSOCIATED);
  }

  @Override
  public byte[] unwrap(byte[] wrapped) {
    return sealer
        .open(ByteSlice.of(wrapped), ASSOCIATED)
        .orElseThrow(
            () ->
                new WrongKeyException(
                    "master key: " + id + " (expected: the one it is wrapped by)"));
  }
}
