package io.quiverdb.bench.recovery;

import io.quiverdb.bench.MetricsPage;
import io.quiverdb.bench.Result;
import io.quiverdb.bench.Target;
import io.quiverdb.bench.Trials;
import io.quiverdb.bench.recovery.NodeSearch.Level;
import io.quiverdb.cli.local.FreePorts;
import io.quiverdb.cli.local.LocalCluster;
import io.quiverdb.cli.local.NodePlace;
import io.quiverdb.cli.local.Waiting;
import io.quiverdb.client.ClusterStatus;
import io.quiverdb.client.MembershipChange;
import io.quiverdb.client.QuiverClient;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/// Has a node join that of a shard with its graphs, raises the replication factor from 1 to 2, and
/// takes the time from the last byte of the snapshot until the new replica itself answers a search
/// right. Then the factor is 1 again, and the node without a replica is removed.
final class Joins implements AutoCloseable {
  private static final double SECONDS_MAX = 5;
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final String READS_AT_ANY = "quiver_shard_reads_total{level=\"any\"";

  /// Who answers is told by two pages of metrics, which take processors from the nodes.
  private static final Duration PAUSE = Duration.ofMillis(200);

  private static final String FETCHED_BYTES = "quiver_raft_snapshot_fetched_bytes_total{";

  private final int points;
  private final Map<String, String> environment;
  private final HttpClient http;
  private final LocalCluster cluster;
  private final ShardPoints drawn = new ShardPoints();
  private LocalCluster.Node holder;

  /// @param environment of the nodes that join
  Joins(BuiltShard shard, Path folder, Map<String, String> environment, HttpClient http)
      throws IOException {
    this.points = shard.points();
    this.environment = environment;
    this.http = http;
    cluster = shard.copyTo(folder);
    holder = cluster.nodes().getFirst();
  }

  /// @param answered seconds from the last byte until the new replica answered right
  /// @param fetched seconds from the command until the last byte
  /// @param graphs seconds from the last byte until every row that had a graph has it in memory
  private record Join(
      double answered,
      double fetched,
      double megabytes,
      double graphs,
      int wrong,
      NodeIndexes.Rows rows) {}

  List<Result> run(int times) throws Exception {
    holder.process().start();
    cluster.awaitListening(holder, Waiting.LIMIT);
    var indexes = new NodeIndexes(http, holder);
    indexes.awaitSettled(points, LIMIT);
    double graphRows = indexes.rows().withGraph();
    var trials = Trials.run(times, number -> join(number, graphRows));
    return List.of(
        trials.median(
            "new member of a shard, %,d × 128: last byte to its first right answer, level ANY"
                .formatted(points),
            "s",
            Join::answered,
            SECONDS_MAX,
            Target.atMost(1)),
        trials.median(
            "the same until all graphs are in memory",
            "s",
            Join::graphs,
            SECONDS_MAX,
            Target.reported()),
        trials.median(
            "join: command to last byte, against its megabytes at 128 MiB/s",
            "s",
            Join::fetched,
            trials.mean(Join::megabytes) / (128 * 1.048576),
            Target.reported()),
        trials.median(
            "join: rows inserted into graphs, of those that had one",
            "rows",
            join -> join.rows.built(),
            graphRows,
            Target.atMost(0)),
        trials.median(
            "join: rows whose graphs were read of files, of those that had one",
            "rows",
            join -> join.rows.read(),
            graphRows,
            Target.atLeast(1)),
        trials.median(
            "join: wrong answers, of one that is right",
            "answers",
            Join::wrong,
            1,
            Target.atMost(0)));
  }

  private Join join(int number, double graphRows) throws Exception {
    var question = Question.find(new NodeSearch(http, holder.clientAddress()), drawn);
    var ports = new FreePorts(new Random()).find(3);
    var coming = cluster.add(NodePlace.onLoopback(environment, ports).getFirst());
    coming.process().start();
    cluster.awaitListening(coming, Waiting.LIMIT);
    try (var client = QuiverClient.connect(holder.clientAddress())) {
      awaitAdmitted(client, coming);
      var join = join(client, coming, question, graphRows);
      System.out.printf("join %d: %s%n", number + 1, join);
      leaveOne(client, coming);
      return join;
    }
  }

  private Join join(
      QuiverClient client, LocalCluster.Node coming, Question question, double graphRows)
      throws Exception {
    var indexes = new NodeIndexes(http, coming);
    var search = new NodeSearch(http, coming.clientAddress());
    try (var arrival = SnapshotArrival.watch(() -> indexes.page().sum(FETCHED_BYTES))) {
      long begun = System.nanoTime();
      var _ = client.cluster().change(new MembershipChange.ReplicationFactor(2));
      var answered = question.askUntilRight(() -> ownAnswer(search, question), PAUSE);
      var arrived = arrival.arrived();
      indexes.awaitGraphs(graphRows, LIMIT);
      double graphs = (System.nanoTime() - arrived.lackedNanos()) / 1e9;
      var _ =
          Waiting.until(
              "the move has ended", () -> client.cluster().status(), status -> !status.moving());
      indexes.awaitIndexed(LIMIT);
      return new Join(
          (answered.nanos() - arrived.lackedNanos()) / 1e9,
          (arrived.lackedNanos() - begun) / 1e9,
          arrived.bytes() / 1e6,
          graphs,
          answered.wrong(),
          indexes.rows());
    }
  }

  /// The new node's; empty if it had the holder's replica answer.
  private Optional<List<String>> ownAnswer(NodeSearch search, Question question)
      throws IOException, InterruptedException {
    double before = MetricsPage.of(http, holder.clientAddress()).sum(READS_AT_ANY);
    var answer = search.nearest(question.query(), Level.ANY, false);
    double after = MetricsPage.of(http, holder.clientAddress()).sum(READS_AT_ANY);
    return answer.filter(_ -> after == before);
  }

  private static void awaitAdmitted(QuiverClient client, LocalCluster.Node coming)
      throws InterruptedException {
    var _ =
        Waiting.until(
            "node " + coming.number() + " is admitted",
            () -> client.cluster().status(),
            status ->
                status.nodes().stream()
                    .anyMatch(
                        node ->
                            node.clientAddress().equals(coming.clientAddress())
                                && node.reachable()));
  }

  /// Whichever keeps its replica is the holder of the next time.
  private void leaveOne(QuiverClient client, LocalCluster.Node coming) throws InterruptedException {
    var _ = client.cluster().change(new MembershipChange.ReplicationFactor(1));
    var status =
        Waiting.until(
            "one replica is left",
            () -> client.cluster().status(),
            now ->
                !now.moving()
                    && now.nodes().stream().mapToInt(node -> node.replicas().size()).sum() == 1);
    var left =
        status.nodes().stream()
            .filter(node -> !node.replicas().isEmpty())
            .findFirst()
            .orElseThrow();
    var going =
        status.nodes().stream().filter(node -> node.replicas().isEmpty()).findFirst().orElseThrow();
    try (var remaining = QuiverClient.connect(left.clientAddress())) {
      var _ = remaining.cluster().change(new MembershipChange.Remove(going.id()));
      ClusterStatus _ =
          Waiting.until(
              "node " + going.clientAddress() + " is removed",
              () -> remaining.cluster().status(),
              now -> now.nodes().size() == 1);
    }
    holder = left.clientAddress().equals(coming.clientAddress()) ? coming : holder;
    cluster.at(going.clientAddress()).process().killForGood();
  }

  @Override
  public void close() {
    cluster.killAll();
  }
}
