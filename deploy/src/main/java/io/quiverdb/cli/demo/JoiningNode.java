package io.quiverdb.cli.demo;

import io.quiverdb.cli.local.LocalCluster;
import io.quiverdb.cli.local.NodePlace;
import io.quiverdb.cli.local.Waiting;
import io.quiverdb.client.ClusterStatus;
import io.quiverdb.client.QuiverClient;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/// One more node joins the cluster and is given its part of the replicas.
final class JoiningNode {
  private final LocalCluster cluster;
  private final QuiverClient quiver;
  private final Narration narration;

  /// @param serves from its start until a client that knows only this node counts all points
  /// @param settled from its start until it has its part and nothing is moved any more
  /// @param replicas that it has then
  /// @param equal whether all replicas of the cluster are
  record Joined(Duration serves, Duration settled, int replicas, boolean equal) {}

  JoiningNode(LocalCluster cluster, QuiverClient quiver, Narration narration) {
    this.cluster = cluster;
    this.quiver = quiver;
    this.narration = narration;
  }

  Joined run(NodePlace place, String collection) throws IOException, InterruptedException {
    narration.step("A fourth node joins and is given its part of the replicas");
    long points = quiver.collection(collection).count();
    long startNanos = System.nanoTime();
    var node = cluster.add(place);
    node.process().start();
    cluster.awaitListening(node, Waiting.LIMIT);
    try (var itself = QuiverClient.builder().seeds(node.clientAddress()).plaintext().build()) {
      long _ =
          Waiting.until(
              "node " + node.number() + " counts all points",
              () -> itself.collection(collection).count(),
              count -> count == points);
    }
    var serves = Duration.ofNanos(System.nanoTime() - startNanos);
    narration.detail(
        "node %d (pid %d) joined and serves after %,d ms",
        node.number(), node.process().pid(), serves.toMillis());
    var status =
        Waiting.until(
            "node " + node.number() + " has its part",
            () -> quiver.cluster().status(),
            now -> !now.moving() && replicas(now, node) > 0);
    var settled = Duration.ofNanos(System.nanoTime() - startNanos);
    var check =
        Waiting.until(
            "every replica answers with its hash",
            () -> quiver.cluster().check(),
            Recovery::isComplete);
    narration.detail(
        "it has %d replicas after %,d ms; the cluster has %d, %s",
        replicas(status, node),
        settled.toMillis(),
        status.nodes().stream().mapToInt(one -> one.replicas().size()).sum(),
        check.equal() ? "all equal" : "NOT all equal");
    return new Joined(serves, settled, replicas(status, node), check.equal());
  }

  private static int replicas(ClusterStatus status, LocalCluster.Node node) {
    return status.nodes().stream()
        .filter(one -> one.clientAddress().equals(node.clientAddress()))
        .findFirst()
        .map(one -> one.replicas().size())
        .orElse(0);
  }

  /// What does not hold.
  static Optional<String> shortcoming(Joined joined) {
    return joined.equal()
        ? Optional.empty()
        : Optional.of("replicas after the fourth node joined: different (expected: equal)");
  }
}
