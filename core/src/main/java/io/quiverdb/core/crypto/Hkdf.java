package io.quiverdb.core.crypto;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;

/// HKDF with SHA-256 (RFC 5869), the JDK's.
final class Hkdf {
  private static final byte[] NO_SALT = {};

  private Hkdf() {}

  /// @param parent the input keying material
  /// @param purpose what the result is for: other purposes get unrelated keys
  static KeyBytes key(KeyBytes parent, String purpose) {
    byte[] derived = bytes(parent.bytes(), NO_SALT, ascii(purpose), KeyBytes.BYTES);
    try {
      return KeyBytes.copyOf(derived);
    } finally {
      Arrays.fill(derived, (byte) 0);
    }
  }

  /// Bytes that tell keys apart and give nothing of them away.
  static byte[] fingerprint(KeyBytes key, String purpose, int length) {
    return bytes(key.bytes(), NO_SALT, ascii(purpose), length);
  }

  static byte[] bytes(byte[] inputKey, byte[] salt, byte[] info, int length) {
    try {
      var extract = HKDFParameterSpec.ofExtract().addIKM(inputKey);
      if (salt.length > 0) {
        extract.addSalt(salt);
      }
      return KDF.getInstance("HKDF-SHA256").deriveData(extract.thenExpand(info, length));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has HKDF with SHA-256", e);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
