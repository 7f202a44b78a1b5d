package io.quiverdb.bench.engine;

import io.quiverdb.bench.Contest;
import io.quiverdb.bench.Target;
import java.io.IOException;
import java.nio.file.Path;

/// How long a store takes to open, and what its ids cost in memory.
final class Openings implements AutoCloseable {
  private static final int BATCH = 1000;
  private static final double OPEN_SECONDS_MAX_PER_MILLION = 1;
  private static final double HEAP_BYTES_MAX_PER_POINT = 24;

  private final Folder folder;
  private final int pointCount;

  Openings(Path folder, int pointCount) throws Exception {
    this.folder = Folder.in(folder);
    this.pointCount = pointCount;
    Stores.ENCRYPTED.load(directory(), pointCount, BATCH).close();
  }

  private Path directory() {
    return folder.path().resolve("store");
  }

  Contest afterCleanClose() {
    return new Contest(
        "open of %,d points after a clean close".formatted(pointCount),
        "s",
        "store",
        this::open,
        "limit",
        () -> OPEN_SECONDS_MAX_PER_MILLION,
        Target.atMost(1));
  }

  private double open() {
    long begun = System.nanoTime();
    try (var store = Stores.ENCRYPTED.open(directory())) {
      if (store.len(Stores.COLLECTION) != pointCount) {
        throw new AssertionError(
            store.len(Stores.COLLECTION) + " points (expected: " + pointCount + ")");
      }
      return (System.nanoTime() - begun) / 1e9;
    }
  }

  Contest heap() {
    return new Contest(
        "heap for ids, %,d points".formatted(pointCount),
        "bytes/point",
        "store",
        this::heapPerPoint,
        "limit",
        () -> HEAP_BYTES_MAX_PER_POINT,
        Target.atMost(1));
  }

  /// After a look-up of a hundredth of the points, so that what is loaded on demand counts.
  private double heapPerPoint() {
    long before = usedHeap();
    try (var store = Stores.ENCRYPTED.open(directory())) {
      for (int number = 0; number < pointCount; number += 100) {
        var _ = store.get(Stores.COLLECTION, Points.id(number));
      }
      return (double) (usedHeap() - before) / pointCount;
    }
  }

  private static long usedHeap() {
    for (int round = 0; round < 3; round++) {
      System.gc();
    }
    var runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  @Override
  public void close() throws IOException {
    folder.close();
  }
}
