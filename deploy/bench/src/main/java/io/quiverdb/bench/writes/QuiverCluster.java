package io.quiverdb.bench.writes;

import io.quiverdb.bench.MetricsPage;
import io.quiverdb.cli.local.FreePorts;
import io.quiverdb.cli.local.LocalCluster;
import io.quiverdb.cli.local.NodePlace;
import io.quiverdb.client.AsyncCollection;
import io.quiverdb.client.Consistency;
import io.quiverdb.client.Point;
import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.Schema;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Three nodes as the distribution runs them, encrypted, written to by the Java client.
final class QuiverCluster implements AutoCloseable {
  private static final int NODES = 3;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final LocalCluster nodes;
  private final QuiverClient client;
  private final AsyncCollection points;

  QuiverCluster(Path folder, List<String> serve) throws IOException, InterruptedException {
    var ports = new FreePorts(new Random()).find(3 * NODES);
    nodes = LocalCluster.prepare(serve, folder, NodePlace.onLoopback(Map.of(), ports));
    try {
      nodes.start();
      for (var node : nodes.nodes()) {
        nodes.awaitListening(node, LIMIT);
      }
      client = QuiverClient.builder().seeds(nodes.endpoints()).timeout(LIMIT).plaintext().build();
      var _ = client.cluster().init(0, NODES);
      points = client.createCollection("bench", Schema.l2(Values.DIMENSION)).async();
    } catch (IOException | InterruptedException | RuntimeException e) {
      nodes.killAll();
      throw e;
    }
  }

  /// Upserts of one point each.
  Load single() {
    return new Load(number -> points.upsert(point(number)));
  }

  /// Upserts of so many points each.
  Load batches(int size) {
    return new Load(
        number -> {
          List<Point> batch = new ArrayList<>(size);
          for (long index = 0; index < size; index++) {
            batch.add(point(number * size + index));
          }
          return points.upsert(batch);
        });
  }

  /// Gets of one point each, of the first so many that were upserted.
  Load gets(Consistency level, int stored) {
    var atLevel = points.at(level);
    return new Load(number -> atLevel.get(Values.id(number % stored)));
  }

  /// The sum over all nodes and shards of a metric whose lines begin with `prefix`.
  double metric(String prefix) throws IOException, InterruptedException {
    double sum = 0;
    try (var http = HttpClient.newHttpClient()) {
      for (var endpoint : nodes.endpoints()) {
        sum += MetricsPage.of(http, endpoint).sum(prefix);
      }
    }
    return sum;
  }

  private static Point point(long number) {
    return Point.of(Values.id(number), Values.vector(number));
  }

  @Override
  public void close() {
    client.close();
    nodes.killAll();
  }
}
