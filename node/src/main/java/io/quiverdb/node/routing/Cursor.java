package io.quiverdb.node.routing;

import io.quiverdb.core.PointIds;
import io.quiverdb.core.Position;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/// Where a scan goes on: opaque to clients.
///
/// URL-safe base64 without padding of:
///
/// | offset | bytes | field                                                              |
/// |-------:|------:|--------------------------------------------------------------------|
/// |      0 |     1 | format version                                                     |
/// |      1 |     4 | length of the start, big-endian                                    |
/// |      5 |       | what the first page reflected, as the bytes of a session token     |
/// |        |  rest | UTF-8 of the last id that was handed out                           |
///
/// @param after the last id that was handed out
/// @param start what the first page reflected, by shard: later ones see no less
record Cursor(String after, Map<Integer, Position> start) {
  private static final byte VERSION = 2;
  private static final int START_OFFSET = 1 + Integer.BYTES;

  Cursor {
    start = Map.copyOf(start);
  }

  String encode() {
    byte[] positions = SessionToken.bytes(start);
    byte[] utf8 = PointIds.utf8(after);
    var bytes =
        ByteBuffer.allocate(START_OFFSET + positions.length + utf8.length)
            .put(VERSION)
            .putInt(positions.length)
            .put(positions)
            .put(utf8);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  /// @throws IllegalArgumentException if [#encode] did not make `cursor`
  static Cursor decode(String cursor) {
    try {
      var bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(cursor));
      if (bytes.remaining() > START_OFFSET && bytes.get() == VERSION) {
        int startBytes = bytes.getInt();
        if (startBytes > 0 && startBytes < bytes.remaining()) {
          var start = SessionToken.positions(bytes.slice(bytes.position(), startBytes));
          bytes.position(bytes.position() + startBytes);
          String after = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
          PointIds.utf8(after);
          return new Cursor(after, start);
        }
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
