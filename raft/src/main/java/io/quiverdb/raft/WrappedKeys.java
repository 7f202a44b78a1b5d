package io.quiverdb.raft;

import com.google.protobuf.ByteString;

/// The keys of a collection, wrapped by the cluster's catalogue key. Drawn once for all shards.
/// Empty where they are not told, and where they are destroyed.
public record WrappedKeys(ByteString bytes) {
  private static final int BYTES_MAX = 4096;

  public static final WrappedKeys NONE = new WrappedKeys(ByteString.EMPTY);

  public WrappedKeys {
    require(bytes.size() <= BYTES_MAX, bytes);
  }

  /// @throws IllegalArgumentException if there are none
  public WrappedKeys present() {
    require(!bytes.isEmpty(), bytes);
    return this;
  }

  private static void require(boolean holds, ByteString bytes) {
    if (!holds) {
      throw new IllegalArgumentException(
          "wrapped keys: " + bytes.size() + " bytes (expected: 1 to " + BYTES_MAX + ")");
    }
  }

  @Override
  public String toString() {
    return "WrappedKeys";
  }
}
