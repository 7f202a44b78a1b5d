package io.quiverdb.bench.engine;

import io.quiverdb.core.Descriptor;
import io.quiverdb.core.MasterKey;
import io.quiverdb.core.Metric;
import io.quiverdb.core.Settings;
import io.quiverdb.core.Store;
import io.quiverdb.core.StoreOptions;
import io.quiverdb.core.crypto.PlainCodec;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.storage.FileStorage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

/// Stand-alone stores with one collection, encrypted and plain.
enum Stores {
  ENCRYPTED {
    @Override
    Store open(Path directory, StoreOptions options) {
      var key = directory.resolveSibling(directory.getFileName() + ".key");
      var masterKey = Files.exists(key) ? MasterKey.ofFile(key) : MasterKey.createFile(key, RANDOM);
      return Store.open(directory, masterKey, options);
    }
  },
  PLAIN {
    @Override
    Store open(Path directory, StoreOptions options) {
      return Store.openWithCodec(FileStorage.at(directory), PlainCodec::new, options);
    }
  };

  static final String COLLECTION = "points";

  private static final SecureRandom RANDOM = new SecureRandom();

  abstract Store open(Path directory, StoreOptions options);

  Store open(Path directory) {
    return open(directory, StoreOptions.standard());
  }

  /// @param cacheBytes for pages that were decrypted
  static StoreOptions withCache(long cacheBytes) {
    return new StoreOptions(RANDOM, new PageCache(cacheBytes));
  }

  Store create(Path directory) {
    return create(directory, StoreOptions.standard());
  }

  private Store create(Path directory, StoreOptions options) {
    var store = open(directory, options);
    var _ =
        store.createCollection(
            COLLECTION, new Descriptor(Points.DIMENSION, Metric.COSINE), Settings.NONE);
    return store;
  }

  /// With this many points in it, checkpointed.
  Store load(Path directory, long count, int batch) {
    return load(directory, count, batch, StoreOptions.standard());
  }

  Store load(Path directory, long count, int batch, StoreOptions options) {
    var store = create(directory, options);
    for (long first = 0; first < count; first += batch) {
      var _ =
          store.upsertBatch(COLLECTION, Points.batch(first, (int) Math.min(batch, count - first)));
    }
    var _ = store.checkpoint();
    return store;
  }
}
