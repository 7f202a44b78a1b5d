package io.quiverdb.bench.engine;

import io.quiverdb.bench.Contest;
import io.quiverdb.bench.Folder;
import io.quiverdb.bench.Target;
import io.quiverdb.core.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/// How long a get takes, 99 of 100 times at most, beside checkpoints and compactions and without.
///
/// One half of the points is read. The other half is written again and again meanwhile, so that
/// what is read stays where it is, and is not in memory because it has just been written.
final class BackgroundWork implements AutoCloseable {
  private static final int BATCH = 1000;
  private static final int BATCHES_PER_CYCLE = 20;
  private static final int GETS = 200_000;

  private final Folder folder;
  private final int pointCount;
  private final Store store;

  /// The next to be written.
  private long written;

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
        this::idle,
        Target.atMost(3));
  }

  /// Reads until at least one checkpoint and one compaction of all there is have been made from
  /// their beginning to their end.
  private double besideWork() throws Exception {
    var done = new AtomicBoolean();
    var cycles = new AtomicInteger();
    var work =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!done.get()) {
                    for (int batch = 0; batch < BATCHES_PER_CYCLE; batch++) {
                      writeBatch();
                    }
                    var _ = store.checkpoint();
                    store.compact();
                    int _ = cycles.incrementAndGet();
                  }
                });
    double p99Micros;
    try {
      p99Micros = p99Micros(() -> cycles.get() > 0 || !work.isAlive());
    } finally {
      done.set(true);
      work.join();
    }
    if (cycles.get() == 0) {
      throw new AssertionError("no compaction was made");
    }
    return p99Micros;
  }

  private void writeBatch() {
    long half = pointCount / 2;
    var _ = store.upsertBatch(Stores.COLLECTION, Points.batch(half + written % half, BATCH));
    written += BATCH;
  }

  private double idle() {
    return p99Micros(() -> true);
  }

  /// @param enough whether [#GETS] are enough by now
  private double p99Micros(BooleanSupplier enough) {
    var random = new SplittableRandom(2);
    var nanos = new long[GETS];
    int count = 0;
    while (count < GETS || !enough.getAsBoolean()) {
      if (count == nanos.length) {
        nanos = Arrays.copyOf(nanos, 2 * nanos.length);
      }
      String id = Points.id(random.nextInt(pointCount / 2));
      long begun = System.nanoTime();
      var found = store.get(Stores.COLLECTION, id);
      nanos[count++] = System.nanoTime() - begun;
      if (found.isEmpty()) {
        throw new AssertionError("not found: " + id);
      }
    }
    Arrays.sort(nanos, 0, count);
    return nanos[(int) (count / 100L * 99)] / 1e3;
  }

  @Override
  public void close() throws IOException {
    store.close();
    folder.close();
  }
}
