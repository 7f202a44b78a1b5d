package io.quiverdb.client.routing;

import java.nio.charset.StandardCharsets;
import org.apache.commons.codec.digest.MurmurHash3;

/// Which of the 16,384 slots an id falls into: the top 14 bits of the first 64 bits of MurmurHash3
/// (x64, 128 bits, seed 0) over its UTF-8.
final class Slots {
  static final int COUNT = 1 << 14;

  private Slots() {}

  static int of(String id) {
    byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
    return (int) (MurmurHash3.hash128x64(bytes, 0, bytes.length, 0)[0] >>> 50);
  }
}
