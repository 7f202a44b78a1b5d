package io.quiverdb.cli.transfer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/// A point's value in 64 hexadecimal digits, to compare without showing it: SHA-256 of the vector's
/// components as little-endian binary32, then the payload's UTF-8. The id is no part of it.
public final class PointDigest {
  private PointDigest() {}

  public static String of(float[] vector, Optional<String> payloadJson) {
    var bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(vector);
    var sha256 = sha256();
    sha256.update(bytes);
    sha256.update(payloadJson.orElse("").getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(sha256.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
