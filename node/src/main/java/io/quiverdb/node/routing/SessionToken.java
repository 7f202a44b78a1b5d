package io.quiverdb.node.routing;

import io.quiverdb.core.Position;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/// What a session has seen of the shards, as it passes from call to call and from client to client:
/// opaque to all but nodes and our own client.
///
/// URL-safe base64 without padding of:
///
/// | bytes   | field                                                                      |
/// |--------:|----------------------------------------------------------------------------|
/// | 1       | format version                                                             |
/// | 4 to 40 | for each shard, by ascending number: shard, epoch, term, index, as varints |
///
/// A varint has 7 bits a byte, the lowest first, and the top bit set in all but its last byte; it
/// is as short as can be. So a shard takes 16 bytes at most as long as number and epoch are below
/// 2^14, the term is below 2^28 and the index below 2^56.
public final class SessionToken {
  /// More than the most shards a cluster may have would need.
  static final int BYTES_MAX = 128 << 10;

  private static final byte VERSION = 1;
  private static final int VARINT_BYTES_MAX = 10;

  private SessionToken() {}

  /// Empty if nothing was seen.
  public static String of(Map<Integer, Position> seen) {
    if (seen.isEmpty()) {
      return "";
    }
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(seen));
  }

  static byte[] bytes(Map<Integer, Position> seen) {
    var bytes = new ByteArrayOutputStream();
    bytes.write(VERSION);
    new TreeMap<>(seen)
        .forEach(
            (shard, position) -> {
              write(bytes, shard);
              write(bytes, position.epoch());
              write(bytes, position.term());
              write(bytes, Math.max(0, position.index()));
            });
    return bytes.toByteArray();
  }

  private static void write(ByteArrayOutputStream bytes, long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes.write((int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    bytes.write((int) rest);
  }

  /// The positions by shard; none if `token` is empty.
  ///
  /// @throws IllegalArgumentException if [#of] did not make `token`
  public static Map<Integer, Position> positions(String token) {
    if (token.isEmpty()) {
      return Map.of();
    }
    if (token.length() > BYTES_MAX) {
      throw new IllegalArgumentException(
          "session_token: %d characters (expected: at most %d)"
              .formatted(token.length(), BYTES_MAX));
    }
    try {
      return positions(ByteBuffer.wrap(Base64.getUrlDecoder().decode(token)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "session_token: malformed (expected: session_token of an earlier answer)", e);
    }
  }

  /// @throws IllegalArgumentException if [#bytes] did not make them
  static Map<Integer, Position> positions(ByteBuffer bytes) {
    require(bytes.hasRemaining() && bytes.get() == VERSION, "not of version " + VERSION);
    Map<Integer, Position> positions = new HashMap<>();
    long last = -1;
    while (bytes.hasRemaining()) {
      long shard = read(bytes);
      require(shard > last && shard <= Integer.MAX_VALUE, "shards in no order");
      last = shard;
      positions.put((int) shard, new Position(read(bytes), read(bytes), read(bytes)));
    }
    require(!positions.isEmpty(), "no shard");
    return positions;
  }

  /// Not negative.
  private static long read(ByteBuffer bytes) {
    long value = 0;
    for (int count = 0; count < VARINT_BYTES_MAX - 1; count++) {
      require(bytes.hasRemaining(), "cut off");
      byte next = bytes.get();
      value |= (next & 0x7fL) << (7 * count);
      if (next >= 0) {
        require(next != 0 || count == 0, "a number that is not as short as can be");
        return value;
      }
    }
    throw new IllegalArgumentException("a number beyond 63 bits");
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  /// Of each shard the later one.
  public static Map<Integer, Position> merged(
      Map<Integer, Position> one, Map<Integer, Position> other) {
    Map<Integer, Position> merged = new HashMap<>(one);
    other.forEach(
        (shard, position) ->
            merged.merge(
                shard, position, (left, right) -> left.compareTo(right) >= 0 ? left : right));
    return merged;
  }
}
