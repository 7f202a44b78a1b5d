package io.quiverdb.core.state;

import java.nio.ByteBuffer;
import javax.crypto.Mac;

/// The keyed hash of a row: HMAC-SHA-256, cut to 128 bits. For one thread.
///
/// Hashed are, with numbers big-endian: the lengths in bytes of the id, the vector and the payload
/// (4 bytes each), these three themselves (UTF-8, little-endian floats, as it is), and the version
/// (8 bytes).
public final class RowHash {
  private static final int BYTES_MIN = 1024;

  private final Mac mac;

  /// What is hashed, in one array: the JDK is much faster with it than with parts or buffers.
  private ByteBuffer row = ByteBuffer.allocate(BYTES_MIN);

  /// @param mac for this use alone
  public RowHash(Mac mac) {
    this.mac = mac;
  }

  public Hash128 of(byte[] id, ByteBuffer vector, byte[] payload, long version) {
    int bytes = 3 * Integer.BYTES + id.length + vector.remaining() + payload.length + Long.BYTES;
    if (row.capacity() < bytes) {
      row = ByteBuffer.allocate(Math.max(bytes, 2 * row.capacity()));
    }
    row.clear().putInt(id.length).putInt(vector.remaining()).putInt(payload.length);
    row.put(id).put(vector.duplicate()).put(payload).putLong(version);
    mac.update(row.array(), 0, row.position());
    return Hash128.of(ByteBuffer.wrap(mac.doFinal()));
  }
}
