package io.quiverdb.node.routing;

import io.quiverdb.core.Outcome;
import io.quiverdb.core.Position;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.RequestStamp;
import io.quiverdb.core.StateHash;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.ShardInfo;
import io.quiverdb.raft.ShardWrite;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Compares the replicas of every shard at a position that a logged mark fixes.
public final class ReplicaCheck {
  // A replica that is further behind is said not to have answered.
  private static final Duration HASH_WAIT = Duration.ofSeconds(10);

  private final Cluster cluster;
  private final ShardRoute route;
  private final Supplier<UUID> ids;

  /// @param ids names the marks
  public ReplicaCheck(Cluster cluster, Supplier<UUID> ids) {
    this.cluster = cluster;
    this.route = new ShardRoute(cluster);
    this.ids = ids;
  }

  /// @param hash empty if the replica did not answer
  /// @param problem why it did not
  public record ReplicaHash(
      NodeId node, boolean leader, Optional<StateHash> hash, Optional<String> problem) {}

  /// The replicas of a shard at `position`, in the order of their ids.
  public record ShardHashes(int shard, Position position, List<ReplicaHash> replicas) {
    public ShardHashes {
      replicas = List.copyOf(replicas);
    }

    /// Whether every replica answered, and all alike.
    public boolean equal() {
      return replicas.stream().allMatch(replica -> replica.hash().isPresent())
          && replicas.stream().map(ReplicaHash::hash).distinct().count() == 1;
    }

    /// Of the replicas that answered, those that differ from most; all of them, if no hash is the
    /// commonest. Empty if they agree.
    public List<NodeId> odd() {
      Map<StateHash, Long> counts =
          replicas.stream()
              .flatMap(replica -> replica.hash().stream())
              .collect(Collectors.groupingBy(hash -> hash, Collectors.counting()));
      long most = counts.values().stream().mapToLong(count -> count).max().orElse(0);
      var commonest =
          counts.entrySet().stream()
              .filter(count -> count.getValue() == most)
              .map(Map.Entry::getKey)
              .toList();
      return replicas.stream()
          .filter(
              replica ->
                  replica
                      .hash()
                      .filter(hash -> commonest.size() > 1 || !commonest.contains(hash))
                      .isPresent())
          .map(ReplicaHash::node)
          .toList();
    }
  }

  /// All shards, by number.
  public List<ShardHashes> run(List<ShardInfo> shards, Deadline deadline) {
    return Parallel.map(shards, shard -> check(shard, deadline));
  }

  private ShardHashes check(ShardInfo shard, Deadline deadline) {
    var stamp = new RequestStamp(new RequestId(ids.get()), shard.epoch(), Optional.empty());
    var marked =
        route.call(shard.number(), false, deadline, at -> at.write(new ShardWrite.HashMark(stamp)));
    if (!(marked.outcome() instanceof Outcome.Applied)) {
      throw new ShardException.Unavailable(
          "shard " + shard.number() + ": hash mark " + marked.outcome() + " (expected: applied)");
    }
    var leader = cluster.leader(shard.number());
    List<NodeId> members = new ArrayList<>(shard.members());
    members.sort(null);
    var replicas =
        Parallel.map(
            members,
            node ->
                hash(
                    node,
                    leader.equals(Optional.of(node)),
                    shard.number(),
                    marked.position(),
                    deadline));
    return new ShardHashes(shard.number(), marked.position(), replicas);
  }

  private ReplicaHash hash(
      NodeId node, boolean leader, int shard, Position position, Deadline deadline) {
    try {
      var hash =
          deadline
              .within(HASH_WAIT)
              .await("node " + node, cluster.peer(node).hashAt(shard, position));
      return new ReplicaHash(
          node,
          leader,
          hash,
          hash.isPresent() ? Optional.empty() : Optional.of("forgot the mark; check again"));
    } catch (RoutingException | ShardException e) {
      return new ReplicaHash(
          node, leader, Optional.empty(), Optional.of(String.valueOf(e.getMessage())));
    }
  }
}
