package io.quiverdb.bench.engine;

import io.quiverdb.bench.Contest;
import io.quiverdb.bench.Folder;
import io.quiverdb.bench.Target;
import io.quiverdb.core.Store;
import java.io.IOException;
import java.nio.file.Path;

/// Points by id, from the store and from RocksDB, which has the same rows: id to vector and
/// payload. RocksDB hands out bytes; the store has made a vector of them.
final class GetsBesideRocksDb implements AutoCloseable {
  private static final int BATCH = 1000;
  private static final int DRAWN_IDS = 1 << 16;
  private static final int COLD_GETS = 2000;

  /// More than there is to read.
  private static final long CACHE_BYTES = 1L << 30;

  private final Folder folder;
  private final int getCount;
  private final String[] ids;
  private Store store;
  private RocksRows rocks;

  GetsBesideRocksDb(Path folder, int pointCount, int getCount) throws Exception {
    this.folder = Folder.in(folder);
    this.getCount = getCount;
    this.ids = Points.drawIds(DRAWN_IDS, pointCount);
    this.store =
        Stores.ENCRYPTED.load(storePath(), pointCount, BATCH, Stores.withCache(CACHE_BYTES));
    store.compact();
    this.rocks = RocksRows.load(rocksPath(), pointCount, CACHE_BYTES);
  }

  private Path storePath() {
    return folder.path().resolve("store");
  }

  private Path rocksPath() {
    return folder.path().resolve("rocksdb");
  }

  Contest warm() {
    return new Contest(
        "get by id, warm, encrypted against plain",
        "gets/s",
        "store",
        () -> perSecond(getCount, this::isInStore),
        "RocksDB",
        () -> perSecond(getCount, this::isInRocks),
        Target.atLeast(2));
  }

  /// Right after opening, with no page of the files in memory.
  Contest cold() {
    return new Contest(
        "get by id, cold, encrypted against plain",
        "gets/s",
        "store",
        this::coldStore,
        "RocksDB",
        this::coldRocks,
        Target.reported());
  }

  private double coldStore() throws Exception {
    store.close();
    PageEviction.evict(storePath());
    store = Stores.ENCRYPTED.open(storePath(), Stores.withCache(CACHE_BYTES));
    return perSecond(COLD_GETS, this::isInStore);
  }

  private double coldRocks() throws Exception {
    rocks.close();
    PageEviction.evict(rocksPath());
    rocks = RocksRows.open(rocksPath(), CACHE_BYTES);
    return perSecond(COLD_GETS, this::isInRocks);
  }

  private interface LookUp {
    boolean isThere(String id) throws Exception;
  }

  private double perSecond(int count, LookUp lookUp) throws Exception {
    long found = 0;
    long begun = System.nanoTime();
    for (int index = 0; index < count; index++) {
      found += lookUp.isThere(ids[index % ids.length]) ? 1 : 0;
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    if (found != count) {
      throw new AssertionError(found + " of " + count + " points found");
    }
    return count / seconds;
  }

  private boolean isInStore(String id) {
    return store.get(Stores.COLLECTION, id).isPresent();
  }

  private boolean isInRocks(String id) throws Exception {
    return rocks.get(id).length > 0;
  }

  @Override
  public void close() throws IOException {
    store.close();
    rocks.close();
    folder.close();
  }
}
