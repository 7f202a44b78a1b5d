package io.quiverdb.bench.engine;

import io.quiverdb.bench.ChildProcess;
import io.quiverdb.bench.Contest;
import io.quiverdb.bench.Folder;
import io.quiverdb.bench.Target;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;

/// In how little heap a store can be compacted: in a process that has no more.
final class Compactions implements AutoCloseable {
  private static final int BATCH = 1000;
  private static final int HEAP_MEBIBYTES_MAX = 256;
  private static final int[] HEAP_MEBIBYTES = {32, 64, 128, HEAP_MEBIBYTES_MAX};

  private final Folder folder;
  private final int pointCount;

  Compactions(Path folder, int pointCount) throws Exception {
    this.folder = Folder.in(folder);
    this.pointCount = pointCount;
    Stores.ENCRYPTED.load(directory(), pointCount, BATCH).close();
  }

  private Path directory() {
    return folder.path().resolve("store");
  }

  Contest heap() {
    return new Contest(
        "heap that the compaction of %,d points needs".formatted(pointCount),
        "MiB",
        "store",
        this::leastHeap,
        "limit",
        () -> HEAP_MEBIBYTES_MAX,
        Target.atMost(1));
  }

  /// Of some sizes the least that is enough. Infinite if none is, or it fails for whatever other
  /// reason.
  private double leastHeap() throws IOException, InterruptedException {
    for (int mebibytes : HEAP_MEBIBYTES) {
      var child = new ProcessBuilder(command(mebibytes));
      child.redirectOutput(Redirect.DISCARD).redirectError(Redirect.INHERIT);
      if (child.start().waitFor() == 0) {
        return mebibytes;
      }
    }
    return Double.POSITIVE_INFINITY;
  }

  private List<String> command(int heapMebibytes) {
    return ChildProcess.java(
        List.of("-Xmx" + heapMebibytes + "m", "-XX:+ExitOnOutOfMemoryError"),
        Compactions.class,
        List.of(directory().toString()));
  }

  /// The child: overwrites a few points, so that there is something to merge, and merges all.
  ///
  /// @param arguments the store's directory
  public static void main(String[] arguments) {
    try (var store = Stores.ENCRYPTED.open(Path.of(arguments[0]))) {
      var _ = store.upsertBatch(Stores.COLLECTION, Points.batch(0, BATCH));
      var _ = store.checkpoint();
      store.compact();
    }
  }

  @Override
  public void close() throws IOException {
    folder.close();
  }
}
