package io.quiverdb.core.crypto;

import com.google.protobuf.ByteString;
import io.quiverdb.core.WrongKeyException;
import java.util.UUID;
import javax.crypto.Mac;

/// A key ring for one store.
public final class StoreKeys {
  private final KeyRing keyRing;
  private final UUID storeId;
  private final PageCodec catalog;

  public StoreKeys(KeyRing keyRing, UUID storeId) {
    this.keyRing = keyRing;
    this.storeId = storeId;
    this.catalog = keyRing.catalog(storeId);
  }

  public UUID storeId() {
    return storeId;
  }

  /// Of all that belongs to no collection.
  public PageCodec catalog() {
    return catalog;
  }

  /// Keys the digests of requests that belong to no collection. A new one; for one thread.
  public Mac catalogRequestMac() {
    return keyRing.catalogRequestMac();
  }

  /// @throws WrongKeyException if they were not wrapped by this key ring
  public CollectionKeys collection(long collectionId, ByteString wrapped) {
    return keyRing.collection(new Scope(storeId, collectionId), wrapped);
  }

  /// Of a new collection.
  public ByteString drawCollectionKeys() {
    return keyRing.drawCollectionKeys();
  }

  /// Whether collections have data keys of their own, which can be destroyed.
  public boolean hasDataKeys() {
    return keyRing.hasDataKeys();
  }
}
