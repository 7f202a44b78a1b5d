package io.quiverdb.bench.engine;

import io.quiverdb.bench.Contest;
import io.quiverdb.bench.Folder;
import io.quiverdb.bench.Target;
import io.quiverdb.core.Store;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/// Upserts of one point each, by many writers at once, against a queue whose writers share an fsync
/// and do nothing else.
final class SingleUpserts {
  private static final int WRITERS = 64;

  private static final int MEASURED_UPSERTS = 50;
  private static final int SYNCS = 200;

  /// Below it writers and their hand-off are what takes the time, and not the disk.
  private static final double SYNC_MILLIS_CPU_BOUND = 0.5;

  private final Path folder;
  private final Stores stores;
  private final int upsertsPerWriter;
  private int recordBytes;

  SingleUpserts(Path folder, Stores stores, int upsertsPerWriter) {
    this.folder = folder;
    this.stores = stores;
    this.upsertsPerWriter = upsertsPerWriter;
  }

  Contest contest() throws Exception {
    recordBytes = measureRecordBytes();
    return new Contest(
        "single upserts, " + WRITERS + " writers",
        "upserts/s",
        "store",
        this::ours,
        "queue and fsync",
        this::reference,
        Target.atLeast(groupSyncMillis() < SYNC_MILLIS_CPU_BOUND ? 0.45 : 0.6));
  }

  /// How long it takes to write and sync what all writers have at once.
  private double groupSyncMillis() throws Exception {
    int groupBytes = WRITERS * recordBytes;
    var millis = new double[SYNCS];
    try (var round = Folder.in(folder);
        var queue = new QueueAndFsync(round.path().resolve("log"))) {
      for (int index = 0; index < SYNCS; index++) {
        long begun = System.nanoTime();
        queue.append(ByteBuffer.wrap(new byte[groupBytes]));
        millis[index] = (System.nanoTime() - begun) / 1e6;
      }
    }
    Arrays.sort(millis);
    System.out.printf("sync of a group of %,d bytes: %.2f ms%n", groupBytes, millis[SYNCS / 2]);
    return millis[SYNCS / 2];
  }

  /// What an upsert adds to the store's log, when so many write at once.
  private int measureRecordBytes() throws Exception {
    try (var round = Folder.in(folder);
        var store = stores.create(round.path().resolve("store"))) {
      long before = store.stats().logBytes();
      double _ = upsert(store, MEASURED_UPSERTS);
      return (int) ((store.stats().logBytes() - before) / (WRITERS * MEASURED_UPSERTS));
    }
  }

  double ours() throws Exception {
    try (var round = Folder.in(folder);
        var store = stores.create(round.path().resolve("store"))) {
      return WRITERS * upsertsPerWriter / upsert(store, upsertsPerWriter);
    }
  }

  /// @return the seconds that it took
  private static double upsert(Store store, int perWriter) throws Exception {
    return Writers.run(
        WRITERS,
        writer -> {
          for (int index = 0; index < perWriter; index++) {
            var _ =
                store.upsert(Stores.COLLECTION, Points.point((long) writer * perWriter + index));
          }
        });
  }

  private double reference() throws Exception {
    try (var round = Folder.in(folder);
        var queue = new QueueAndFsync(round.path().resolve("log"))) {
      double seconds =
          Writers.run(
              WRITERS,
              _ -> {
                for (int index = 0; index < upsertsPerWriter; index++) {
                  queue.append(ByteBuffer.wrap(new byte[recordBytes]));
                }
              });
      return WRITERS * upsertsPerWriter / seconds;
    }
  }
}
