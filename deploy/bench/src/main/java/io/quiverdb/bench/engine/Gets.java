package io.quiverdb.bench.engine;

import io.quiverdb.bench.Contest;
import io.quiverdb.bench.Folder;
import io.quiverdb.bench.Target;
import io.quiverdb.core.Store;
import java.io.IOException;
import java.nio.file.Path;

/// Points by id from a warm cache.
final class Gets implements AutoCloseable {
  private static final int BATCH = 1000;
  private static final int DRAWN_IDS = 1 << 16;

  /// More than there is to read.
  private static final long CACHE_BYTES = 1L << 30;

  private final Folder folder;
  private final int getCount;
  private final Store encrypted;
  private final Store plain;
  private final String[] ids;

  Gets(Path folder, int pointCount, int getCount) throws Exception {
    this.folder = Folder.in(folder);
    this.getCount = getCount;
    this.encrypted =
        Stores.ENCRYPTED.load(
            this.folder.path().resolve("encrypted"),
            pointCount,
            BATCH,
            Stores.withCache(CACHE_BYTES));
    this.plain = Stores.PLAIN.load(this.folder.path().resolve("plain"), pointCount, BATCH);
    this.ids = Points.drawIds(DRAWN_IDS, pointCount);
  }

  Contest encryption() {
    return new Contest(
        "encryption of reads, warm",
        "gets/s",
        "encrypted",
        () -> get(encrypted),
        "plain",
        () -> get(plain),
        Target.atLeast(0.9));
  }

  private double get(Store store) {
    long found = 0;
    long begun = System.nanoTime();
    for (int index = 0; index < getCount; index++) {
      found += store.get(Stores.COLLECTION, ids[index % ids.length]).isPresent() ? 1 : 0;
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    if (found != getCount) {
      throw new AssertionError(found + " of " + getCount + " points found");
    }
    return getCount / seconds;
  }

  @Override
  public void close() throws IOException {
    encrypted.close();
    plain.close();
    folder.close();
  }
}
