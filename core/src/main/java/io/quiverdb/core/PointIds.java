package io.quiverdb.core;

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
    if (hasUnpairedSurrogate(id)) {
      throw new IllegalArgumentException("id: an unpaired surrogate (expected: Unicode text)");
    }
    byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
    if (bytes.length < 1 || bytes.length > Point.ID_BYTES_MAX) {
      throw new IllegalArgumentException(
          "id: "
              + bytes.length
              + " bytes (expected: 1 to "
              + Point.ID_BYTES_MAX
              + " bytes of UTF-8)");
    }
    return bytes;
  }

  private static boolean hasUnpairedSurrogate(String text) {
    int index = 0;
    while (index < text.length()) {
      // Of a pair the code point is another one.
      int codePoint = text.codePointAt(index);
      if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
        return true;
      }
      index += Character.charCount(codePoint);
    }
    return false;
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
