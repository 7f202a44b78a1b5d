package io.quiverdb.client.routing;

import io.quiverdb.api.v1.ShardPosition;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/// Session tokens as nodes write and read them.
///
/// URL-safe base64 without padding of:
///
/// | bytes   | field                                                                      |
/// |--------:|----------------------------------------------------------------------------|
/// | 1       | format version                                                             |
/// | 4 to 40 | for each shard, by ascending number: shard, epoch, term, index, as varints |
///
/// A varint has 7 bits a byte, the lowest first, and the top bit set in all but its last byte; it
/// is as short as can be.
public final class SessionTokenFormat {
  private static final byte VERSION = 1;
  private static final int VARINT_BYTES_MAX = 9;

  private SessionTokenFormat() {}

  /// Empty if `positions` are.
  static String write(Collection<ShardPosition> positions) {
    if (positions.isEmpty()) {
      return "";
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(VERSION);
    positions.stream()
        .sorted(Comparator.comparingInt(ShardPosition::getShard))
        .forEach(
            position -> {
              write(bytes, position.getShard());
              write(bytes, position.getEpoch());
              write(bytes, position.getTerm());
              write(bytes, position.getIndex());
            });
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
  }

  private static void write(ByteArrayOutputStream bytes, long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes.write((int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    bytes.write((int) rest);
  }

  /// @throws IllegalArgumentException if no node and no client made `token`
  public static List<ShardPosition> read(String token) {
    List<ShardPosition> positions = new ArrayList<>();
    if (token.isEmpty()) {
      return positions;
    }
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(token));
      require(bytes.hasRemaining() && bytes.get() == VERSION, "not of version " + VERSION);
      while (bytes.hasRemaining()) {
        positions.add(
            ShardPosition.newBuilder()
                .setShard(Math.toIntExact(read(bytes)))
                .setEpoch(read(bytes))
                .setTerm(read(bytes))
                .setIndex(read(bytes))
                .build());
      }
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new IllegalArgumentException("token: malformed (expected: token of a session)", e);
    }
    return positions;
  }

  private static long read(ByteBuffer bytes) {
    long value = 0;
    for (int count = 0; count < VARINT_BYTES_MAX; count++) {
      require(bytes.hasRemaining(), "cut off");
      byte next = bytes.get();
      value |= (next & 0x7fL) << (7 * count);
      if (next >= 0) {
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
}
