package io.quiverdb.bench.engine;

import io.quiverdb.bench.Contest;
import io.quiverdb.bench.Folder;
import io.quiverdb.bench.Target;
import io.quiverdb.core.StoreOptions;
import io.quiverdb.core.background.Background.Triggers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;

/// How long a store takes to open, and what its ids cost in memory.
final class Openings implements AutoCloseable {
  private static final int BATCH = 1000;
  private static final double OPEN_SECONDS_MAX_PER_MILLION = 1;
  private static final Triggers NO_CHECKPOINTS =
      new Triggers(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Duration.ofDays(1));

  private static final long BYTES_PER_MEBIBYTE = 1 << 20;
  private static final long TAIL_BYTES = 64 * BYTES_PER_MEBIBYTE;
  private static final double OPEN_SECONDS_MAX_PER_TAIL = 1;
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
    return open(directory());
  }

  private double open(Path path) {
    long begun = System.nanoTime();
    try (var store = Stores.ENCRYPTED.open(path)) {
      if (store.len(Stores.COLLECTION) != pointCount) {
        throw new AssertionError(
            store.len(Stores.COLLECTION) + " points (expected: " + pointCount + ")");
      }
      return (System.nanoTime() - begun) / 1e9;
    }
  }

  /// As after a crash: all of the tail is replayed.
  Contest withTail() throws Exception {
    long tailBytes = leaveTail();
    return new Contest(
        "open of %,d points with a log tail of %d MiB"
            .formatted(pointCount, tailBytes / BYTES_PER_MEBIBYTE),
        "s",
        "store",
        this::openCrashed,
        "limit",
        () ->
            OPEN_SECONDS_MAX_PER_MILLION
                + OPEN_SECONDS_MAX_PER_TAIL * tailBytes / (double) TAIL_BYTES,
        Target.atMost(1));
  }

  /// Writes points again until the log has grown by [#TAIL_BYTES], and keeps the files as they are
  /// then: closing takes a checkpoint.
  ///
  /// @return bytes of the log
  private long leaveTail() throws Exception {
    var options = new StoreOptions(new SecureRandom(), System::nanoTime, NO_CHECKPOINTS);
    try (var store = Stores.ENCRYPTED.open(directory(), options)) {
      for (int first = 0; logBytes(directory()) < TAIL_BYTES; first += BATCH) {
        var _ = store.upsertBatch(Stores.COLLECTION, Points.batch(first % pointCount, BATCH));
      }
      Folder.link(directory(), crashed());
      Files.delete(crashed().resolve("LOCK"));
      Files.copy(key(directory()), key(crashed()));
      return logBytes(crashed());
    }
  }

  private Path crashed() {
    return folder.path().resolve("crashed");
  }

  /// Where [Stores] has it.
  private static Path key(Path store) {
    return store.resolveSibling(store.getFileName() + ".key");
  }

  private static long logBytes(Path store) throws IOException {
    try (var files = Files.list(store.resolve("wal"))) {
      long bytes = 0;
      for (var file : files.toList()) {
        bytes += Files.size(file);
      }
      return bytes;
    }
  }

  private double openCrashed() throws Exception {
    try (var round = Folder.in(folder.path())) {
      var copy = round.path().resolve("store");
      Folder.link(crashed(), copy);
      Files.copy(key(crashed()), key(copy));
      return open(copy);
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

  /// After a look-up of a hundredth of the points, so that what is loaded on demand counts; but
  /// without a cache of pages, which is as large as it is set.
  private double heapPerPoint() {
    long before = usedHeap();
    try (var store = Stores.ENCRYPTED.open(directory(), Stores.withCache(0))) {
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
