package io.quiverdb.client;

import io.quiverdb.api.v1.UpsertRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;

/// A fake cluster of three nodes and three shards with a collection `docs`, and a client of it.
abstract class FakeClusterTest {
  /// Only a guard.
  static final Duration LONG = Duration.ofMinutes(2);

  /// For nodes that never answer.
  static final Duration SOON = Duration.ofMillis(200);

  final FakeCluster cluster = new FakeCluster(3, 3);
  private final List<QuiverClient> clients = new ArrayList<>();

  FakeClusterTest() {
    cluster.collections.put(
        "docs",
        io.quiverdb.api.v1.Collection.newBuilder()
            .setName("docs")
            .setId(1)
            .setDimension(2)
            .setMetric(io.quiverdb.api.v1.Metric.COSINE)
            .setState(io.quiverdb.api.v1.Collection.State.ACTIVE)
            .build());
  }

  @AfterEach
  void closeAll() {
    clients.forEach(QuiverClient::close);
    cluster.close();
  }

  QuiverClient client() {
    return client(cluster.addresses());
  }

  QuiverClient client(String... seeds) {
    return build(QuiverClient.builder().seeds(seeds).attemptTimeout(LONG));
  }

  /// A client that leaves a node soon for another one.
  QuiverClient impatientClient() {
    return build(QuiverClient.builder().seeds(cluster.addresses()).attemptTimeout(SOON));
  }

  /// A client whose time is over once the nodes have got so many requests of a call.
  QuiverClient clientUntil(String call, int requests) {
    return clientUntil(call, requests, LONG);
  }

  QuiverClient clientUntil(String call, int requests, Duration attemptTimeout) {
    return build(
        QuiverClient.builder()
            .seeds(cluster.addresses())
            .attemptTimeout(attemptTimeout)
            .nanoClock(() -> cluster.requestCount(call) < requests ? 0 : LONG.toNanos()));
  }

  /// A client whose time passes with every look at the clock.
  QuiverClient clientWithFastClock() {
    AtomicLong clock = new AtomicLong();
    return build(
        QuiverClient.builder()
            .seeds(cluster.addresses())
            .attemptTimeout(LONG)
            .nanoClock(() -> clock.addAndGet(LONG.dividedBy(20).toNanos())));
  }

  private QuiverClient build(QuiverClient.Builder builder) {
    QuiverClient client = builder.timeout(LONG).build();
    clients.add(client);
    return client;
  }

  Collection docs() {
    return client().collection("docs");
  }

  /// The upserts of all nodes, in no order between them.
  List<UpsertRequest> upserts() {
    return cluster.nodes().stream()
        .flatMap(node -> node.requests("upsert", UpsertRequest.class).stream())
        .toList();
  }

  static Point point(String id) {
    return Point.of(id, 1, 2);
  }

  static List<Point> points(List<String> ids) {
    return ids.stream().map(FakeClusterTest::point).toList();
  }

  static ConditionFactory await() {
    return Awaitility.await().atMost(LONG);
  }
}
