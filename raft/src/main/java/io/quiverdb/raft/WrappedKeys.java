package io.quiverdb.raft;

import com.google.protobuf.ByteString;

/// The keys of a collection, wrapped by the cluster's catalogue key. Drawn once for all shards.
public record WrappedKeys(ByteString bytes) {
  private static final int BYTES_MAX = 4096;

  public WrappedKeys {
    if (bytes.isEmpty() || bytes.size() > BYTES_MAX) {
      throw new IllegalArgumentException(
          "wrapped keys: " + bytes.size() + " bytes (expected: 1 to " + BYTES_MAX + ")");
    }
  }

  @Override
  public String toString() {
    return "WrappedKeys";
  }
}
