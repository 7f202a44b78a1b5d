package io.quiverdb.core;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;

/// The rules for a point's id: its length, its bytes and its order.
public final class PointIds {
  /// By unsigned bytes of the UTF-8, which is the order of code points.
  public static final Comparator<String> ORDER = PointIds::compareCodePoints;

  private PointIds() {}

  /// The UTF-8 of `id`.
  ///
  /// @throws IllegalArgumentException if it is empty, longer than [Point#ID_BYTES_MAX] bytes or not
  ///   well-formed
  public static byte[] utf8(String id) {
    ByteBuffer encoded;
    try {
      encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(id));
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("id: an unpaired surrogate (expected: Unicode text)", e);
    }
    if (encoded.remaining() < 1 || encoded.remaining() > Point.ID_BYTES_MAX) {
      throw new IllegalArgumentException(
          "id: "
              + encoded.remaining()
              + " bytes (expected: 1 to "
              + Point.ID_BYTES_MAX
              + " bytes of UTF-8)");
    }
    var bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    return bytes;
  }

  private static int compareCodePoints(String left, String right) {
    int common = Math.min(left.length(), right.length());
    for (int index = 0; index < common; index++) {
      char a = left.charAt(index);
      char b = right.charAt(index);
      if (a != b) {
        // A surrogate stands for a code point above every char that is none.
        boolean aboveBmp = Character.isSurrogate(a);
        return aboveBmp == Character.isSurrogate(b) ? a - b : aboveBmp ? 1 : -1;
      }
    }
    return left.length() - right.length();
  }
}
