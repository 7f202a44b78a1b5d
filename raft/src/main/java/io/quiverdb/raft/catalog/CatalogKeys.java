package io.quiverdb.raft.catalog;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.quiverdb.core.crypto.ByteSlice;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.raft.WrappedKeys;
import io.quiverdb.raft.catalog.proto.CatalogCheckpoint;
import io.quiverdb.raft.catalog.proto.CatalogCopy;
import io.quiverdb.raft.catalog.proto.CatalogOp;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.function.Supplier;
import javax.crypto.Mac;

/// Seals the catalogue's operations for its log, and opens them when they come out; draws the keys
/// of collections.
public final class CatalogKeys {
  private static final byte[] ASSOCIATED =
      "quiver: operation of the catalogue".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] COPY =
      "quiver: copy of the catalogue".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] CHECKPOINT =
      "quiver: checkpoint of the catalogue".getBytes(StandardCharsets.US_ASCII);
  private static final UUID NO_STORE = new UUID(0, 0);

  private final Supplier<KeyRing> keyRing;

  /// @param keyRing of the cluster; asked for when the first operation comes or goes
  public CatalogKeys(Supplier<KeyRing> keyRing) {
    this.keyRing = keyRing;
  }

  ByteBuffer seal(CatalogOp op) {
    return ByteBuffer.wrap(codec().sealRecord(op.toByteArray(), ASSOCIATED)).asReadOnlyBuffer();
  }

  /// @throws IllegalStateException if it is not what was sealed under these keys
  CatalogOp open(long index, ByteBuffer entry) {
    byte[] op =
        codec()
            .openRecord(ByteSlice.of(ByteString.copyFrom(entry).toByteArray()), ASSOCIATED)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "catalogue entry " + index + ": its seal is broken (expected: intact)"));
    try {
      return CatalogOp.parseFrom(op);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("catalogue entry " + index + ": not an operation", e);
    }
  }

  ByteBuffer sealCopy(CatalogCopy copy) {
    return ByteBuffer.wrap(codec().sealRecord(copy.toByteArray(), COPY)).asReadOnlyBuffer();
  }

  /// @throws IllegalArgumentException if it is not what was sealed under these keys
  CatalogCopy openCopy(ByteBuffer sealed) {
    byte[] copy =
        codec()
            .openRecord(ByteSlice.of(ByteString.copyFrom(sealed).toByteArray()), COPY)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "copy of the catalogue: its seal is broken (expected: intact)"));
    try {
      return CatalogCopy.parseFrom(copy);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("copy of the catalogue: not one", e);
    }
  }

  ByteBuffer sealCheckpoint(CatalogCheckpoint checkpoint) {
    return ByteBuffer.wrap(codec().sealRecord(checkpoint.toByteArray(), CHECKPOINT))
        .asReadOnlyBuffer();
  }

  /// @throws IllegalArgumentException if it is not what was sealed under these keys
  CatalogCheckpoint openCheckpoint(ByteBuffer sealed) {
    byte[] checkpoint =
        codec()
            .openRecord(ByteSlice.of(ByteString.copyFrom(sealed).toByteArray()), CHECKPOINT)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "checkpoint of the catalogue: its seal is broken (expected: intact)"));
    try {
      return CatalogCheckpoint.parseFrom(checkpoint);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("checkpoint of the catalogue: not one", e);
    }
  }

  private PageCodec codec() {
    return keyRing.get().catalog(NO_STORE);
  }

  /// Whether collections have keys of their own, which can be destroyed.
  boolean hasDataKeys() {
    return keyRing.get().hasDataKeys();
  }

  WrappedKeys drawCollectionKeys() {
    return new WrappedKeys(keyRing.get().drawCollectionKeys());
  }

  /// A new one that keys the digests of requests. For one thread.
  Mac requestMac() {
    return keyRing.get().catalogRequestMac();
  }
}
