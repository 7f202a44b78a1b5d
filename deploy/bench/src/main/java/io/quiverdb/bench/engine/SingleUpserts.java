package io.quiverdb.bench.engine;

import io.quiverdb.bench.Contest;
import io.quiverdb.bench.Target;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/// Upserts of one point each, by many writers at once, against a queue whose writers share an fsync
/// and do nothing else.
final class SingleUpserts {
  private static final int WRITERS = 64;

  /// Around a point: request id, digest, seal, lengths.
  private static final int OVERHEAD_BYTES = 160;

  private final Path folder;
  private final Stores stores;
  private final int upsertsPerWriter;

  SingleUpserts(Path folder, Stores stores, int upsertsPerWriter) {
    this.folder = folder;
    this.stores = stores;
    this.upsertsPerWriter = upsertsPerWriter;
  }

  Contest contest() {
    return new Contest(
        "single upserts, " + WRITERS + " writers",
        "upserts/s",
        "store",
        this::ours,
        "queue and fsync",
        this::reference,
        Target.atLeast(0.6));
  }

  double ours() throws Exception {
    try (var round = Folder.in(folder);
        var store = stores.create(round.path().resolve("store"))) {
      double seconds =
          Writers.run(
              WRITERS,
              writer -> {
                for (int index = 0; index < upsertsPerWriter; index++) {
                  var _ =
                      store.upsert(
                          Stores.COLLECTION,
                          Points.point((long) writer * upsertsPerWriter + index));
                }
              });
      return WRITERS * upsertsPerWriter / seconds;
    }
  }

  private double reference() throws Exception {
    int recordBytes = (int) Points.bytes(Points.point(0)) + OVERHEAD_BYTES;
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
