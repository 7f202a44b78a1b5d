package io.quiverdb.node.routing;

import io.quiverdb.node.routing.RoutingException.NotLeader;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.Shard;
import io.quiverdb.raft.ShardException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/// The way to a shard's leader: this node, or one hop to another.
final class ShardRoute {
  private final Cluster cluster;

  ShardRoute(Cluster cluster) {
    this.cluster = cluster;
  }

  /// Calls the leader of `shard` and waits for its answer.
  ///
  /// @param direct whether to refuse if another node leads it
  <T> T call(
      int shard, boolean direct, Deadline deadline, Function<Shard, CompletableFuture<T>> call) {
    var leader =
        cluster
            .leader(shard)
            .orElseThrow(
                () ->
                    new ShardException.Unavailable(
                        "shard " + shard + ": no leader known (expected: one soon)"));
    if (!leader.equals(cluster.self())) {
      if (direct) {
        throw new NotLeader(shard, clientAddress(Optional.of(leader)));
      }
      return forward(shard, leader, deadline, call);
    }
    try {
      return at(shard, leader, deadline, call);
    } catch (ShardException.NotLeader e) {
      var successor = e.leader().filter(id -> !id.equals(cluster.self()));
      if (direct || successor.isEmpty()) {
        throw new NotLeader(shard, clientAddress(successor));
      }
      return forward(shard, successor.get(), deadline, call);
    }
  }

  private <T> T forward(
      int shard, NodeId leader, Deadline deadline, Function<Shard, CompletableFuture<T>> call) {
    try {
      return at(shard, leader, deadline, call);
    } catch (ShardException.NotLeader e) {
      throw new NotLeader(shard, clientAddress(e.leader()));
    }
  }

  private <T> T at(
      int shard, NodeId node, Deadline deadline, Function<Shard, CompletableFuture<T>> call) {
    return deadline.await("shard " + shard, call.apply(cluster.peer(node).shard(shard)));
  }

  private Optional<String> clientAddress(Optional<NodeId> node) {
    return node.flatMap(id -> cluster.catalog().flatMap(catalog -> catalog.view().member(id)))
        .map(member -> member.addresses().client());
  }
}
