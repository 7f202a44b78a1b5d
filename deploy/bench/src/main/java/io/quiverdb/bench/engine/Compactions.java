package io.quiverdb.bench.engine;

import io.quiverdb.bench.Contest;
import io.quiverdb.bench.Target;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How much heap the compaction of a store takes, in a process that has no more than it may take.
final class Compactions implements AutoCloseable {
  private static final int BATCH = 1000;
  private static final int HEAP_MEBIBYTES_MAX = 256;
  private static final double BYTES_PER_MEBIBYTE = 1 << 20;

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
        "heap of the compaction of %,d points".formatted(pointCount),
        "MiB",
        "store in " + HEAP_MEBIBYTES_MAX + " MiB",
        this::peakOfChild,
        "limit",
        () -> HEAP_MEBIBYTES_MAX,
        Target.atMost(1));
  }

  /// Infinite if it runs out of memory, or fails for whatever other reason.
  private double peakOfChild() throws IOException, InterruptedException {
    var answer = folder.path().resolve("peak");
    Files.deleteIfExists(answer);
    int exit = new ProcessBuilder(command(answer)).inheritIO().start().waitFor();
    return exit == 0 ? Double.parseDouble(Files.readString(answer)) : Double.POSITIVE_INFINITY;
  }

  private List<String> command(Path answer) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> !argument.startsWith("-Xm"))
        .forEach(command::add);
    command.add("-Xmx" + HEAP_MEBIBYTES_MAX + "m");
    command.add("-XX:+ExitOnOutOfMemoryError");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Compactions.class.getName());
    command.add(directory().toString());
    command.add(answer.toString());
    return command;
  }

  /// The child: overwrites a few points, so that there is something to merge, and merges all.
  ///
  /// @param arguments the store's directory, and the file for the answer
  public static void main(String[] arguments) throws IOException {
    try (var store = Stores.ENCRYPTED.open(Path.of(arguments[0]))) {
      var _ = store.upsertBatch(Stores.COLLECTION, Points.batch(0, BATCH));
      var _ = store.checkpoint();
      store.compact();
    }
    Files.writeString(Path.of(arguments[1]), String.valueOf(heapBytes() / BYTES_PER_MEBIBYTE));
  }

  /// What the JVM has taken from the system: it is given back late, if at all, so the most that
  /// there was. The pools' peaks do not add up, for they are of different moments.
  private static long heapBytes() {
    return Runtime.getRuntime().totalMemory();
  }

  @Override
  public void close() throws IOException {
    folder.close();
  }
}
