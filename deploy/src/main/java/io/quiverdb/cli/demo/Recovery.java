package io.quiverdb.cli.demo;

import io.quiverdb.cli.cluster.CatchUp;
import io.quiverdb.cli.cluster.ReplicaVerification;
import io.quiverdb.cli.local.LocalCluster;
import io.quiverdb.cli.local.Waiting;
import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.ReplicaCheck;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// Brings the killed node back, waits until it has everything again, and compares all replicas.
final class Recovery {
  private final LocalCluster cluster;
  private final QuiverClient quiver;
  private final Narration narration;

  Recovery(LocalCluster cluster, QuiverClient quiver, Narration narration) {
    this.cluster = cluster;
    this.quiver = quiver;
    this.narration = narration;
  }

  ReplicaVerification run(LeaderKill.Victim victim) throws IOException, InterruptedException {
    narration.step("The killed node comes back, and all replicas are compared");
    restart(cluster.at(victim.clientAddress()));
    var check =
        Waiting.until(
            "every replica answers with its hash",
            () -> quiver.cluster().check(),
            Recovery::isComplete);
    check.catalog().ifPresent(catalog -> say("the catalogue", catalog.index(), catalog.replicas()));
    check
        .shards()
        .forEach(shard -> say("shard " + shard.number(), shard.index(), shard.replicas()));
    return ReplicaVerification.of(check);
  }

  private void restart(LocalCluster.Node node) throws IOException, InterruptedException {
    long startNanos = System.nanoTime();
    node.process().start();
    cluster.awaitListening(node, Waiting.LIMIT);
    Waiting.until(
        "node " + node.number() + " has caught up",
        () -> CatchUp.lag(quiver.cluster().status(), node.clientAddress()),
        lag -> lag == 0);
    narration.detail(
        "node %d (pid %d) has everything again after %,d ms",
        node.number(),
        node.process().pid(),
        Duration.ofNanos(System.nanoTime() - startNanos).toMillis());
  }

  static boolean isComplete(ReplicaCheck check) {
    return check.replicas().stream().allMatch(replica -> replica.hash().isPresent());
  }

  private void say(String group, long index, List<ReplicaCheck.Replica> replicas) {
    var hashes = replicas.stream().map(one -> one.hash().orElse("no answer")).distinct().toList();
    narration.detail(
        "%s at index %,d: %d replicas, %s",
        group,
        index,
        replicas.size(),
        hashes.size() == 1 ? "all " + hashes.getFirst() : "DIFFERENT: " + hashes);
  }
}
