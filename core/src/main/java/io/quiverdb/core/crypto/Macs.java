package io.quiverdb.core.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The JDK's HMAC-SHA-256.
final class Macs {
  private static final String ALGORITHM = "HmacSHA256";

  private Macs() {}

  /// A new one under the same key: without what it costs to find one and to take in a key.
  ///
  /// @param unused of nothing so far; by any number of threads
  static Mac copyOf(Mac unused) {
    try {
      return (Mac) unused.clone();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError("the JDK's can be copied", e);
    }
  }

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
