package io.quiverdb.bench.engine;

import io.quiverdb.core.Descriptor;
import io.quiverdb.core.MasterKey;
import io.quiverdb.core.Metric;
import io.quiverdb.core.Settings;
import io.quiverdb.core.Store;
import io.quiverdb.core.StoreOptions;
import io.quiverdb.core.crypto.PlainCodec;
import io.quiverdb.core.storage.FileStorage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

/// Stand-alone stores with one collection, encrypted and plain.
enum Stores {
  ENCRYPTED {
    @Override
    Store open(Path directory) {
      var key = directory.resolveSibling(directory.getFileName() + ".key");
      var masterKey = Files.exists(key) ? MasterKey.ofFile(key) : MasterKey.createFile(key, RANDOM);
      return Store.open(directory, masterKey, StoreOptions.standard());
    }
  },
  PLAIN {
    @Override
    Store open(Path directory) {
      return Store.openWithCodec(
          FileStorage.at(directory), PlainCodec::new, StoreOptions.standard());
    }
  };

  static final String COLLECTION = "points";

  private static final SecureRandom RANDOM = new SecureRandom();

  abstract Store open(Path directory);

  Store create(Path directory) {
    var store = open(directory);
    var _ =
        store.createCollection(
            COLLECTION, new Descriptor(Points.DIMENSION, Metric.COSINE), Settings.NONE);
    return store;
  }

  /// With this many points in it, checkpointed.
  Store load(Path directory, long count, int batch) {
    var store = create(directory);
    for (long first = 0; first < count; first += batch) {
      var _ =
          store.upsertBatch(COLLECTION, Points.batch(first, (int) Math.min(batch, count - first)));
    }
    var _ = store.checkpoint();
    return store;
  }
}
