package io.quiverdb.core.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The JDK's HMAC-SHA-256.
final class Macs {
  private static final String ALGORITHM = "HmacSHA256";

  private Macs() {}

  static Mac hmacSha256(KeyBytes key) {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key.bytes(), ALGORITHM));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has HMAC-SHA-256", e);
    }
  }
}
