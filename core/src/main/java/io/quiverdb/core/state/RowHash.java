package io.quiverdb.core.state;

import java.nio.ByteBuffer;
import javax.crypto.Mac;

/// The keyed hash of a row: HMAC-SHA-256, cut to 128 bits. For one thread.
///
/// | bytes | what is hashed; numbers are big-endian | | 4 | length of the id in bytes | | 4 |
/// length of the vector in bytes | | 4 | length of the payload in bytes | | | id (UTF-8), vector
/// (little-endian floats), payload | | 8 | version |
public final class RowHash {
  private final Mac mac;
  private final ByteBuffer lengths = ByteBuffer.allocate(3 * Integer.BYTES);
  private final ByteBuffer versionBytes = ByteBuffer.allocate(Long.BYTES);

  /// @param mac for this use alone
  public RowHash(Mac mac) {
    this.mac = mac;
  }

  public Hash128 of(byte[] id, ByteBuffer vector, byte[] payload, long version) {
    lengths.clear().putInt(id.length).putInt(vector.remaining()).putInt(payload.length);
    mac.update(lengths.flip());
    mac.update(id);
    mac.update(vector.duplicate());
    mac.update(payload);
    mac.update(versionBytes.clear().putLong(version).flip());
    return Hash128.of(ByteBuffer.wrap(mac.doFinal()));
  }
}
