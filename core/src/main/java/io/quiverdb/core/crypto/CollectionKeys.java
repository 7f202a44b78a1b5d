package io.quiverdb.core.crypto;

import com.google.protobuf.ByteString;
import javax.crypto.Mac;

/// What a collection's data is sealed and hashed with.
public final class CollectionKeys {
  private final ByteString wrapped;
  private final PageCodec codec;
  private final KeyBytes rowHashKey;

  /// To be copied: every request needs one.
  private final Mac requestMac;

  /// @param wrapped as operations and manifests carry them
  /// @param hashKey the caller closes it
  CollectionKeys(ByteString wrapped, PageCodec codec, KeyBytes hashKey) {
    this.wrapped = wrapped;
    this.codec = codec;
    this.rowHashKey = Hkdf.key(hashKey, "quiver: hashes of rows");
    try (var requestKey = Hkdf.key(hashKey, "quiver: digests of requests")) {
      this.requestMac = Macs.hmacSha256(requestKey);
    }
  }

  /// As operations and manifests carry them.
  public ByteString wrapped() {
    return wrapped;
  }

  /// Seals files and operations.
  public PageCodec codec() {
    return codec;
  }

  /// A new one that keys the hashes of rows. For one thread.
  public Mac rowHashMac() {
    return Macs.hmacSha256(rowHashKey);
  }

  /// A new one that keys the digests of requests. For one thread.
  public Mac requestMac() {
    return Macs.copyOf(requestMac);
  }
}
