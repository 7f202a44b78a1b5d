package io.quiverdb.core.crypto;

import com.google.protobuf.ByteString;
import io.quiverdb.core.MasterKey;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// Keys for tests: real ones, of which every use is recorded ([RecordingAead]).
public final class TestKeys {
  /// For tests that do not need their own.
  public static final TestKeys SHARED = new TestKeys();

  /// Seals nothing.
  public static final KeyRing PLAIN = KeyRing.plain(new SecureRandom());

  private final RecordingAead aead = new RecordingAead();
  private final KeyRing keyRing;
  private final StoreKeys anyStore;
  private final Map<Long, CollectionKeys> collections = new ConcurrentHashMap<>();

  public TestKeys() {
    var random = new SecureRandom();
    this.keyRing = new CatalogKeyRing(KeyBytes.draw(random), aead, random);
    this.anyStore = new StoreKeys(keyRing, new UUID(0, 0));
  }

  public KeyRing keyRing() {
    return keyRing;
  }

  /// For sealing operations, which are not bound to a store.
  public StoreKeys anyStore() {
    return anyStore;
  }

  /// A new one.
  public MasterKey drawMasterKey() {
    return LocalMasterKey.parse(LocalMasterKey.draw(new SecureRandom()), "test", aead);
  }

  /// As [KeyRing#ofStore] makes it.
  public KeyRing ringOfStore(Storage storage, MasterKey masterKey) throws IOException {
    var random = new SecureRandom();
    try (var catalogKey = CatalogKeyFile.openOrDraw(storage, masterKey, random)) {
      return new CatalogKeyRing(catalogKey, aead, random);
    }
  }

  /// Drawn once for each id.
  public CollectionKeys collection(long collectionId) {
    return collections.computeIfAbsent(
        collectionId, id -> anyStore.collection(id, anyStore.drawCollectionKeys()));
  }

  public ByteString wrapped(long collectionId) {
    return collection(collectionId).wrapped();
  }

  /// A codec of no particular store that encrypts.
  public PageCodec codec() {
    return anyStore.catalog();
  }

  /// How many messages were sealed, each under a key and nonce of its own.
  public long sealedCount() {
    return aead.sealedCount();
  }
}
