package io.quiverdb.node.routing;

import io.quiverdb.node.routing.RoutingException.NotLeader;
import io.quiverdb.raft.Consistency;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.Shard;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.ShardInfo;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;

/// The way to a shard's leader, or to a replica that can see enough: this node, or one hop to
/// another.
final class ShardRoute {
  /// Under load, followers are behind for less; of a shard that is hardly written to they hear with
  /// the next heartbeat only that the last entry is committed, and the leader is one step away.
  private static final Duration PATIENCE = Duration.ofMillis(5);

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

  /// Has a replica of `shard` read, and waits for its answer: this node's if there is one here and
  /// it is not behind, else the leader's, else that of another member.
  ///
  /// @param direct whether to refuse where another node would have to be asked, or, for a
  ///   linearizable read, where another one leads
  /// @throws ShardException of the last replica that was asked
  <T> T read(
      ShardInfo shard,
      Consistency consistency,
      boolean direct,
      Deadline deadline,
      BiFunction<Shard, Consistency, CompletableFuture<T>> read) {
    if (direct && consistency instanceof Consistency.Linearizable) {
      return call(shard.number(), true, deadline, leader -> read.apply(leader, consistency));
    }
    Optional<ShardException> last = Optional.empty();
    var ways = new ArrayDeque<>(ways(shard, consistency, direct));
    Set<NodeId> toldOf = new HashSet<>();
    while (!ways.isEmpty()) {
      var way = ways.remove();
      try {
        return at(
            shard.number(), way.node(), deadline, replica -> read.apply(replica, way.level()));
      } catch (ShardException.NotLeader e) {
        last = Optional.of(e);
        // To a leader that somebody knows better than we do, but to each once: two nodes may each
        // hold the other one to lead.
        if (!direct) {
          e.leader().filter(toldOf::add).ifPresent(id -> ways.addFirst(new Way(id, consistency)));
        }
      } catch (ShardException.Unavailable | ShardException.Failed | ShardException.Overloaded e) {
        last = Optional.of(e);
      }
    }
    var other = cluster.leader(shard.number()).filter(id -> !id.equals(cluster.self()));
    if (direct && (last.isEmpty() || other.isPresent())) {
      throw new NotLeader(shard.number(), clientAddress(other));
    }
    throw last.map(failure -> asSeenByClients(shard.number(), failure))
        .orElseGet(
            () ->
                new ShardException.Unavailable(
                    "shard %d: no leader known (expected: one soon)".formatted(shard.number())));
  }

  /// Whom to ask, and for what.
  private record Way(NodeId node, Consistency level) {}

  private List<Way> ways(ShardInfo shard, Consistency consistency, boolean direct) {
    var self = cluster.self();
    var leader = cluster.leader(shard.number());
    boolean replicates = shard.members().contains(self);
    boolean leads = leader.equals(Optional.of(self));
    List<Way> ways = new ArrayList<>();
    if (replicates || leads) {
      ways.add(new Way(self, leads ? consistency : consistency.within(PATIENCE)));
    }
    if (direct) {
      return ways;
    }
    leader.filter(id -> !id.equals(self)).ifPresent(id -> ways.add(new Way(id, consistency)));
    if (!replicates || consistency instanceof Consistency.Any) {
      shard.members().stream()
          .filter(id -> !id.equals(self) && !leader.equals(Optional.of(id)))
          .forEach(id -> ways.add(new Way(id, consistency.within(PATIENCE))));
    }
    if (replicates && !leads && consistency instanceof Consistency.Session) {
      // Whoever leads next may bring it here.
      ways.add(new Way(self, consistency));
    }
    return ways;
  }

  private RuntimeException asSeenByClients(int shard, ShardException failure) {
    return failure instanceof ShardException.NotLeader e
        ? new NotLeader(shard, clientAddress(e.leader()))
        : failure;
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
