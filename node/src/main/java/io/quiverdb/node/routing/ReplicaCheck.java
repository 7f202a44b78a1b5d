package io.quiverdb.node.routing;

import io.quiverdb.core.Outcome;
import io.quiverdb.core.Position;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.RequestStamp;
import io.quiverdb.core.StateHash;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.ReplicaStatus;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.ShardInfo;
import io.quiverdb.raft.ShardWrite;
import io.quiverdb.raft.catalog.CatalogView;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Compares the replicas of the catalogue and of every shard at a position of its log: of a shard
/// at one that a logged mark fixes, of the catalogue, whose replicas remember some, at the last
/// that is committed.
public final class ReplicaCheck {
  private static final CatalogGroup CATALOG = new CatalogGroup();

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

  /// The replicas of a group at `position`, in the order of their ids.
  ///
  /// @param position of the catalogue the index only
  public record GroupHashes(GroupKey group, Position position, List<ReplicaHash> replicas) {
    public GroupHashes {
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

  /// The catalogue, then all shards by number.
  public List<GroupHashes> run(CatalogView view, Deadline deadline) {
    return Parallel.map(
        List.copyOf(view.membership().placements().keySet()),
        group -> check(group, view, deadline));
  }

  /// One of the cluster's groups.
  ///
  /// @throws ShardException if its leader does not answer
  public GroupHashes check(GroupKey group, CatalogView view, Deadline deadline) {
    return switch (group) {
      case CatalogGroup() -> checkCatalog(view.membership().placement(CATALOG).members(), deadline);
      case ShardGroup(int number) -> checkShard(view.shards().get(number), deadline);
    };
  }

  private GroupHashes checkShard(ShardInfo shard, Deadline deadline) {
    var stamp = new RequestStamp(new RequestId(ids.get()), shard.epoch(), Optional.empty());
    var marked =
        route.call(shard.number(), false, deadline, at -> at.write(new ShardWrite.HashMark(stamp)));
    if (!(marked.outcome() instanceof Outcome.Applied)) {
      throw new ShardException.Unavailable(
          "shard " + shard.number() + ": hash mark " + marked.outcome() + " (expected: applied)");
    }
    return compare(
        new ShardGroup(shard.number()),
        marked.position(),
        shard.members(),
        cluster.leader(shard.number()),
        deadline);
  }

  private GroupHashes checkCatalog(List<NodeId> members, Deadline deadline) {
    var leader = catalogLeader(members, deadline);
    return compare(
        CATALOG,
        new Position(0, 0, leader.committedIndex()),
        members,
        Optional.of(leader.node()),
        deadline);
  }

  /// @param committedIndex up to which entries are committed for sure
  private record CatalogLeader(NodeId node, long committedIndex) {}

  private CatalogLeader catalogLeader(List<NodeId> members, Deadline deadline) {
    var toAsk = new ArrayDeque<>(members);
    believedCatalogLeader().ifPresent(toAsk::addFirst);
    Set<NodeId> asked = new HashSet<>();
    RuntimeException last =
        new ShardException.Unavailable(CATALOG + ": no leader known (expected: one soon)");
    while (!toAsk.isEmpty()) {
      var node = toAsk.remove();
      if (!asked.add(node)) {
        continue;
      }
      try {
        long index =
            deadline.within(HASH_WAIT).await("node " + node, cluster.peer(node).readIndex(CATALOG));
        return new CatalogLeader(node, index);
      } catch (ShardException.NotLeader e) {
        e.leader().ifPresent(toAsk::addFirst);
      } catch (RoutingException | ShardException e) {
        last = e;
      }
    }
    throw last;
  }

  /// As far as this node knows, if it replicates the catalogue.
  private Optional<NodeId> believedCatalogLeader() {
    return cluster.status().replicas().stream()
        .filter(replica -> replica.group().equals(CATALOG))
        .findFirst()
        .flatMap(ReplicaStatus::leader);
  }

  private GroupHashes compare(
      GroupKey group,
      Position position,
      List<NodeId> members,
      Optional<NodeId> leader,
      Deadline deadline) {
    var replicas =
        Parallel.map(
            members.stream().sorted().toList(),
            node -> hash(node, leader.equals(Optional.of(node)), group, position, deadline));
    return new GroupHashes(group, position, replicas);
  }

  private ReplicaHash hash(
      NodeId node, boolean leader, GroupKey group, Position position, Deadline deadline) {
    try {
      var hash =
          deadline
              .within(HASH_WAIT)
              .await("node " + node, cluster.peer(node).hashAt(group, position));
      return new ReplicaHash(
          node,
          leader,
          hash,
          hash.isPresent() ? Optional.empty() : Optional.of("forgot the position; check again"));
    } catch (RoutingException | ShardException e) {
      return new ReplicaHash(
          node, leader, Optional.empty(), Optional.of(String.valueOf(e.getMessage())));
    }
  }
}
