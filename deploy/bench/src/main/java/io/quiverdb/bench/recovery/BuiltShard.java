package io.quiverdb.bench.recovery;

import io.quiverdb.bench.Folder;
import io.quiverdb.cli.local.FreePorts;
import io.quiverdb.cli.local.LocalCluster;
import io.quiverdb.cli.local.LocalClusterException;
import io.quiverdb.cli.local.NodePlace;
import io.quiverdb.client.AsyncCollection;
import io.quiverdb.client.Point;
import io.quiverdb.client.QuiverClient;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;

/// A cluster of one node and one shard, all points of which are in segments that have their graphs,
/// as files of a node that was stopped. Made once in its folder, which keeps it, and copied for
/// each use.
final class BuiltShard {
  private static final int BATCH = 256;
  private static final int BATCHES_IN_FLIGHT = 16;
  private static final Duration LIMIT = Duration.ofHours(2);
  private static final long STOP_SECONDS = 120;

  /// While it is made: graphs on two threads where there are two processors, and writers that are
  /// not held back.
  private static final Map<String, String> MAKING =
      Map.of(
          "QUIVER_JAVA_OPTIONS",
          "-Xmx2g -XX:ActiveProcessorCount="
              + 2 * Math.max(2, Runtime.getRuntime().availableProcessors()),
          "QUIVER_GRAPH_WAITING_ROWS",
          "0");

  private final Path folder;
  private final int points;
  private final List<String> serve;
  private final Map<String, String> environment;
  private final HttpClient http;

  private BuiltShard(
      Path folder,
      int points,
      List<String> serve,
      Map<String, String> environment,
      HttpClient http) {
    this.folder = folder;
    this.points = points;
    this.serve = serve;
    this.environment = environment;
    this.http = http;
  }

  /// @param parent of its folder: what was made there before is used
  /// @param environment of its node
  static BuiltShard in(
      Path parent, int points, List<String> serve, Map<String, String> environment, HttpClient http)
      throws IOException, InterruptedException {
    var folder = parent.resolve("shard-" + points);
    var shard = new BuiltShard(folder, points, serve, environment, http);
    if (!Files.exists(shard.complete())) {
      if (Files.exists(folder)) {
        new Folder(folder).close(); // It was broken off.
      }
      shard.make();
      Files.createFile(shard.complete());
    }
    return shard;
  }

  int points() {
    return points;
  }

  private Path complete() {
    return folder.resolve("complete");
  }

  private Path ports() {
    return folder.resolve("ports");
  }

  private Path nodes() {
    return folder.resolve("nodes");
  }

  /// The cluster, in a folder of its own, at the same ports: not started.
  LocalCluster copyTo(Path target) throws IOException {
    try (var paths = Files.walk(nodes())) {
      for (var path : paths.toList()) {
        var copy = target.resolve(nodes().relativize(path));
        if (Files.isDirectory(path)) {
          Files.createDirectories(copy);
        } else {
          // With its mode: the master key is its owner's only.
          Files.copy(path, copy, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
    return clusterIn(target);
  }

  private LocalCluster clusterIn(Path nodes) throws IOException {
    var numbers = Files.readAllLines(ports()).stream().map(Integer::valueOf).toList();
    return LocalCluster.prepare(serve, nodes, NodePlace.onLoopback(environment, numbers));
  }

  private void make() throws IOException, InterruptedException {
    System.out.printf("making a shard of %,d points%n", points);
    Files.createDirectories(folder);
    Files.writeString(
        ports(),
        new FreePorts(new Random())
            .find(3).stream().map(String::valueOf).collect(Collectors.joining("\n")));
    var cluster = clusterIn(nodes());
    try {
      var node = cluster.nodes().getFirst();
      var indexes = new NodeIndexes(http, node);
      node.process().start(MAKING);
      cluster.awaitListening(node, LIMIT);
      fill(node);
      indexes.awaitIndexed(LIMIT);
      stop(node);
      // That was a checkpoint of all; what it leaves to be merged and indexed is done now.
      node.process().start(MAKING);
      indexes.awaitSettled(points, LIMIT);
      stop(node);
    } finally {
      cluster.killAll();
    }
  }

  private void fill(LocalCluster.Node node) throws InterruptedException {
    try (var client =
        QuiverClient.builder()
            .seeds(node.clientAddress())
            .timeout(Duration.ofMinutes(5))
            .plaintext()
            .build()) {
      var _ = client.cluster().init(1, 1);
      fill(client.createCollection(NodeSearch.COLLECTION, ShardPoints.schema()).async());
    }
  }

  private void fill(AsyncCollection collection) throws InterruptedException {
    var drawn = new ShardPoints();
    var free = new Semaphore(BATCHES_IN_FLIGHT);
    List<CompletableFuture<?>> writes = new ArrayList<>();
    for (int first = 0; first < points; first += BATCH) {
      List<Point> batch = new ArrayList<>(BATCH);
      for (int number = first; number < Math.min(points, first + BATCH); number++) {
        batch.add(drawn.point(number));
      }
      free.acquire();
      writes.add(collection.upsert(batch).whenComplete((_, _) -> free.release()));
    }
    writes.forEach(CompletableFuture::join);
  }

  private static void stop(LocalCluster.Node node) throws InterruptedException {
    node.process().askToStop();
    if (!node.process().awaitEnd(STOP_SECONDS)) {
      throw new LocalClusterException("node does not stop within " + STOP_SECONDS + " s");
    }
  }
}
