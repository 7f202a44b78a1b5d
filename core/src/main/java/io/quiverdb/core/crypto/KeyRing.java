package io.quiverdb.core.crypto;

import com.google.protobuf.ByteString;
import io.quiverdb.core.MasterKey;
import io.quiverdb.core.WrongKeyException;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.UUID;
import javax.crypto.Mac;

/// The keys of a cluster, or of a store that stands alone. Used by any number of threads.
///
/// In a cluster every node has the same, and all stores of a node share one.
public interface KeyRing extends AutoCloseable {
  /// Of everything that belongs to no collection: manifests, windows, operations on collections.
  PageCodec catalog(UUID storeId);

  /// Keys the digests of requests that belong to no collection. A new one; for one thread.
  Mac catalogRequestMac();

  /// Draws the keys of a new collection.
  ///
  /// @return wrapped, as [#collection] takes them
  ByteString drawCollectionKeys();

  /// The keys of a collection.
  ///
  /// @param wrapped by [#drawCollectionKeys] of a ring with the same keys
  /// @throws WrongKeyException if they were not
  CollectionKeys collection(Scope scope, ByteString wrapped);

  /// Whether collections have data keys of their own, which can be destroyed.
  boolean hasDataKeys();

  /// Clears the keys. What was made from them is not to be used any more.
  ///
  /// Overwritten are the ring's own keys: those that seal, wrap and digest under the catalogue key.
  /// Keys of collections, files and records, and what the JDK makes of any key (copies in its
  /// `Cipher` and `Mac` objects, expanded keys), cannot be overwritten or are in use until the last
  /// view is closed: nothing refers to them after that, and they go when the memory is used again.
  /// So do copies that the garbage collector made. Whoever can read the memory of the process, its
  /// swap or its dumps may find keys there; that is what encrypted swap and no dumps are for.
  @Override
  void close();

  /// All under one catalogue key.
  ///
  /// @param catalogKey is copied; the caller closes it
  static KeyRing of(KeyBytes catalogKey, SecureRandom random) {
    return new CatalogKeyRing(catalogKey, AesGcm.instance(), random);
  }

  /// Of a store that stands alone: its catalogue key is read, or drawn if the store is new.
  ///
  /// @throws WrongKeyException if another master key wraps it
  /// @throws io.quiverdb.core.CorruptFileException if it cannot be read, or is missing where there
  ///   are data
  static KeyRing ofStore(Storage storage, MasterKey masterKey, SecureRandom random)
      throws IOException {
    try (var catalogKey = CatalogKeyFile.openOrDraw(storage, masterKey, random)) {
      return of(catalogKey, random);
    }
  }

  /// Seals everything with codecs from outside: no collection has a data key.
  static KeyRing ofCodecs(PageCodec.Factory codecs, SecureRandom random) {
    return new CodecKeyRing(codecs, random);
  }

  /// Seals nothing: for tests, and for disks that are encrypted below.
  static KeyRing plain(SecureRandom random) {
    return ofCodecs(PlainCodec::new, random);
  }
}
