package io.quiverdb.bench.engine;

import io.quiverdb.bench.Contest;
import io.quiverdb.bench.Folder;
import io.quiverdb.bench.Target;
import io.quiverdb.core.Point;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// Batches of a few writers into a store, checkpoint included, against the disk: every byte is
/// written twice, to the log and to a segment.
final class BatchIngest {
  private static final int BATCH = 1000;
  private static final int WRITERS = 4;
  private static final int CHUNK_BYTES = 1 << 20;
  private static final double POINTS_PER_SECOND_ENOUGH = 200_000;

  private final Path folder;
  private final int pointCount;

  BatchIngest(Path folder, int pointCount) {
    this.folder = folder;
    this.pointCount = pointCount;
  }

  /// The target is 0.6 of half the disk's bandwidth, or so many points a second as are enough.
  Contest againstTheDisk() {
    return new Contest(
        "batch ingest, 128 dimensions, " + WRITERS + " writers",
        "points/s",
        "store",
        () -> ingest(Stores.ENCRYPTED),
        "half of the disk's bandwidth, 200,000/s at most",
        this::halfBandwidth,
        Target.atLeast(0.6));
  }

  Contest encryption() {
    return new Contest(
        "encryption of batch ingest",
        "points/s",
        "encrypted",
        () -> ingest(Stores.ENCRYPTED),
        "plain",
        () -> ingest(Stores.PLAIN),
        Target.atLeast(0.85));
  }

  private double ingest(Stores stores) throws Exception {
    List<List<Point>> batches = new ArrayList<>();
    for (int first = 0; first < pointCount; first += BATCH) {
      batches.add(Points.batch(first, BATCH));
    }
    try (var round = Folder.in(folder);
        var store = stores.create(round.path().resolve("store"))) {
      long begun = System.nanoTime();
      double _ =
          Writers.run(
              WRITERS,
              writer -> {
                for (int batch = writer; batch < batches.size(); batch += WRITERS) {
                  var _ = store.upsertBatch(Stores.COLLECTION, batches.get(batch));
                }
              });
      var _ = store.checkpoint();
      return pointCount / ((System.nanoTime() - begun) / 1e9);
    }
  }

  private double halfBandwidth() throws Exception {
    long pointBytes = Points.bytes(Points.point(0));
    long bytes = pointBytes * pointCount;
    try (var round = Folder.in(folder);
        var file =
            FileChannel.open(
                round.path().resolve("file"),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE)) {
      var chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
      long begun = System.nanoTime();
      for (long written = 0; written < bytes; written += chunk.capacity()) {
        chunk.clear();
        while (chunk.hasRemaining()) {
          file.write(chunk);
        }
      }
      file.force(true);
      double bytesPerSecond = bytes / ((System.nanoTime() - begun) / 1e9);
      // 60 % of it has to be no more than what is enough.
      return Math.min(bytesPerSecond / 2 / pointBytes, POINTS_PER_SECOND_ENOUGH / 0.6);
    }
  }
}
