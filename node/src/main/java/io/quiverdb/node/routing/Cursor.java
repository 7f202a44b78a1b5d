package io.quiverdb.node.routing;

import io.quiverdb.core.PointIds;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// Where a scan goes on: opaque to clients.
///
/// URL-safe base64 without padding of:
///
/// | offset | bytes | field                                    |
/// |-------:|------:|------------------------------------------|
/// |      0 |     1 | format version                           |
/// |      1 |  rest | UTF-8 of the last id that was handed out |
final class Cursor {
  private static final byte VERSION = 1;
  private static final int ID_OFFSET = 1;

  private Cursor() {}

  static String after(String id) {
    byte[] utf8 = PointIds.utf8(id);
    var bytes = ByteBuffer.allocate(ID_OFFSET + utf8.length).put(VERSION).put(utf8);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  /// The last id that was handed out.
  ///
  /// @throws IllegalArgumentException if [#after] did not make `cursor`
  static String idOf(String cursor) {
    try {
      var bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(cursor));
      if (bytes.remaining() > ID_OFFSET && bytes.get() == VERSION) {
        String id = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        PointIds.utf8(id);
        return id;
      }
    } catch (CharacterCodingException | IllegalArgumentException e) {
      throw malformed(e);
    }
    throw malformed(new IllegalArgumentException("not a cursor of version " + VERSION));
  }

  private static IllegalArgumentException malformed(Exception cause) {
    return new IllegalArgumentException(
        "cursor: malformed (expected: next_cursor of an earlier page)", cause);
  }
}
