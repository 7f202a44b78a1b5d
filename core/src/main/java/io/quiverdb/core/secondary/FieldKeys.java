package io.quiverdb.core.secondary;

import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.filter.FieldValue;
import io.quiverdb.core.filter.NumericKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Values as keys whose unsigned bytes order as the values do.
/// - KEYWORD: the UTF-8 of the text.
/// - NUMERIC, 10 bytes, big-endian: the greatest double that is not above the number, its bits with
///   the sign flipped, or all of them if it is negative; then what a long beyond ±2^53 has above
///   it.
final class FieldKeys {
  private static final int NUMERIC_BYTES = Long.BYTES + Short.BYTES;

  private FieldKeys() {}

  /// Whether values of this kind are what the type is made for.
  static boolean isOfType(FilterableField.Type type, FieldValue value) {
    return switch (type) {
      case KEYWORD -> value instanceof FieldValue.Text;
      case NUMERIC -> value instanceof FieldValue.Numeric;
    };
  }

  /// @param value text or a number; text is well-formed
  static byte[] key(FieldValue value) {
    return switch (value) {
      case FieldValue.Text(var text) -> text.getBytes(StandardCharsets.UTF_8);
      case FieldValue.Numeric(var number) -> key(number);
      case FieldValue.Bool _, FieldValue.Structure _ -> throw new AssertionError(value.getClass());
    };
  }

  private static byte[] key(NumericKey number) {
    long bits = Double.doubleToLongBits(number.floor());
    long ordered = bits < 0 ? ~bits : bits ^ Long.MIN_VALUE;
    return ByteBuffer.allocate(NUMERIC_BYTES)
        .putLong(ordered)
        .putShort((short) number.excess())
        .array();
  }
}
