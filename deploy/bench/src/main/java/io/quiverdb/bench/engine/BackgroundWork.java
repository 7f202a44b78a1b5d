package io.quiverdb.bench.engine;

import io.quiverdb.bench.Contest;
import io.quiverdb.bench.Target;
import io.quiverdb.core.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;

/// How long a get takes, 99 of 100 times at most, beside checkpoints and compactions and without.
final class BackgroundWork implements AutoCloseable {
  private static final int BATCH = 1000;
  private static final int GETS = 200_000;

  private final Folder folder;
  private final int pointCount;
  private final Store store;

  BackgroundWork(Path folder, int pointCount) throws Exception {
    this.folder = Folder.in(folder);
    this.pointCount = pointCount;
    this.store = Stores.ENCRYPTED.load(this.folder.path().resolve("store"), pointCount, BATCH);
  }

  Contest readTail() {
    return new Contest(
        "p99 of a get",
        "µs",
        "beside checkpoint and compaction",
        this::besideWork,
        "idle",
        this::p99Micros,
        Target.atMost(3));
  }

  private double besideWork() throws Exception {
    var done = new AtomicBoolean();
    var work =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (long first = 0; !done.get(); first += BATCH) {
                    var _ =
                        store.upsertBatch(
                            Stores.COLLECTION, Points.batch(first % pointCount, BATCH));
                    if (first % (20L * BATCH) == 0) {
                      var _ = store.checkpoint();
                      store.compact();
                    }
                  }
                });
    try {
      return p99Micros();
    } finally {
      done.set(true);
      work.join();
    }
  }

  private double p99Micros() {
    var random = new SplittableRandom(2);
    var nanos = new long[GETS];
    for (int index = 0; index < GETS; index++) {
      String id = Points.id(random.nextInt(pointCount));
      long begun = System.nanoTime();
      var found = store.get(Stores.COLLECTION, id);
      nanos[index] = System.nanoTime() - begun;
      if (found.isEmpty()) {
        throw new AssertionError("not found: " + id);
      }
    }
    Arrays.sort(nanos);
    return nanos[GETS / 100 * 99] / 1e3;
  }

  @Override
  public void close() throws IOException {
    store.close();
    folder.close();
  }
}
