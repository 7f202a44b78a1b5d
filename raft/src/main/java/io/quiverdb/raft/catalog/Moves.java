package io.quiverdb.raft.catalog;

import io.quiverdb.raft.CatalogOrder;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.GroupReplica;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.NodeStatus;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.ReplicaStatus;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.catalog.Goals.Goal;
import io.quiverdb.raft.catalog.Placement.Move;
import io.quiverdb.raft.catalog.proto.CatalogAnswer;
import io.quiverdb.raft.catalog.proto.CatalogOp;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has nodes replicate what the catalogue wants them to: begins the moves that are due, carries out
/// those that are under way, and has replicas removed that belong nowhere any more.
///
/// A move adds a node first: an empty replica there, which neither votes nor stands; then the
/// group's leader makes it a member, which takes until it has caught up. Then the other one goes,
/// by the group's leader too, and then the move ends. What is left of the removed replica is
/// deleted when its node is found to have it. A move that was begun goes on until it is done, also
/// if its node is drained meanwhile: what it brought there is moved away after it.
///
/// Every step may be repeated, by this leader or another. Commands to nodes carry what the leader
/// had applied, so that nodes refuse those of a leader that was deposed.
final class Moves {
  private static final Logger log = LoggerFactory.getLogger(Moves.class);

  /// So that not every shard at once sends all that it has.
  private static final int UNDER_WAY_MAX = 4;

  private final GroupReplica catalog;
  private final Function<NodeId, Peer> peers;
  private final IntFunction<Optional<NodeId>> shardLeaders;
  private final Function<CatalogOp, CompletableFuture<CatalogAnswer>> propose;

  /// @param catalog which this node leads
  /// @param shardLeaders who leads a shard, as far as this node knows
  /// @param propose logs an operation of the catalogue
  Moves(
      GroupReplica catalog,
      Function<NodeId, Peer> peers,
      IntFunction<Optional<NodeId>> shardLeaders,
      Function<CatalogOp, CompletableFuture<CatalogAnswer>> propose) {
    this.catalog = catalog;
    this.peers = peers;
    this.shardLeaders = shardLeaders;
    this.propose = propose;
  }

  /// @param index of the last entry that `now` shows
  /// @param order not after that
  void pursue(Goals mine, Membership now, long index, CatalogOrder order) {
    Map<GroupKey, Long> underWay = new HashMap<>();
    now.placements()
        .forEach(
            (group, placement) ->
                placement.move().ifPresent(move -> underWay.put(group, move.index())));
    mine.forgetMovesOtherThan(underWay);
    now.placements()
        .forEach(
            (group, placement) ->
                placement
                    .move()
                    .ifPresent(move -> carryOut(mine, now, group, placement, move, order)));
    begin(mine, now, index, underWay.size());
  }

  // --- one move

  private void carryOut(
      Goals mine,
      Membership now,
      GroupKey group,
      Placement placement,
      Move move,
      CatalogOrder order) {
    // Never taken back: while the group's leader waits for a new member to catch up, nothing it
    // says tells of the change that is coming.
    if (isOpen(mine, group, move, order)) {
      var path =
          Stream.of(placement.members(), placement.withAdded(), placement.wanted())
              .distinct()
              .map(ids -> members(now, ids))
              .toList();
      if (change(mine, group, move, path)) {
        end(mine, group, move);
      }
    }
  }

  private void end(Goals mine, GroupKey group, Move move) {
    boolean _ =
        mine.pursue(
            new Goal.EndMove(group, move.index()),
            () -> done(CatalogOps.endMove(group, move.index())));
  }

  private boolean isOpen(Goals mine, GroupKey group, Move move, CatalogOrder order) {
    return move.added().isEmpty()
        || mine.pursue(
            new Goal.OpenAdded(group, move.index()),
            () -> open(group, move.added().get(), order, move.index()));
  }

  /// Not if it is a member already: then it has what it acknowledged, or must not be made anew.
  private CompletableFuture<?> open(
      GroupKey group, NodeId added, CatalogOrder order, long moveIndex) {
    return leader(group)
        .members(group)
        .thenCompose(
            members ->
                members.contains(added)
                    ? CompletableFuture.completedFuture(members)
                    : peers
                        .apply(added)
                        .openReplica(group, order, moveIndex)
                        .thenApply(_ -> members));
  }

  private boolean change(Goals mine, GroupKey group, Move move, List<List<Member>> path) {
    return mine.pursue(
        new Goal.ChangeMembers(group, move.index()),
        () -> leader(group).changeMembers(group, path));
  }

  private Peer leader(GroupKey group) {
    Optional<NodeId> leader =
        switch (group) {
          case CatalogGroup() -> catalog.leader();
          case ShardGroup(int number) -> shardLeaders.apply(number);
        };
    return peers.apply(
        leader.orElseThrow(() -> new ShardException.Unavailable(group + ": no leader is known")));
  }

  private static List<Member> members(Membership now, List<NodeId> ids) {
    return ids.stream()
        .map(
            id ->
                now.node(id)
                    .orElseThrow(() -> new ShardException.Unavailable("node " + id + ": not known"))
                    .member())
        .toList();
  }

  // --- which moves

  private void begin(Goals mine, Membership now, long index, int underWay) {
    int free = UNDER_WAY_MAX - underWay;
    var due = MovePlan.due(now, index);
    for (var move : due.entrySet()) {
      if (free-- <= 0) {
        return;
      }
      long placement = now.placement(move.getKey()).changedIndex();
      mine.pursueAgain(
          new Goal.BeginMove(move.getKey(), placement),
          () -> begun(CatalogOps.beginMove(move.getKey(), move.getValue(), placement)));
    }
    if (due.isEmpty() && underWay == 0) {
      now.rebalancing()
          .ifPresent(
              since -> {
                boolean _ =
                    mine.pursue(
                        new Goal.EndRebalance(since), () -> done(CatalogOps.endRebalance(since)));
              });
    }
  }

  /// One that was not begun is planned anew, of what the catalogue holds by then.
  private CompletableFuture<?> begun(CatalogOp op) {
    return propose
        .apply(op)
        .thenAccept(
            answer -> {
              if (!answer.hasChanged()) {
                log.info("move not begun cause=\"{}\"", answer.getInvalid());
              }
            });
  }

  private CompletableFuture<?> done(CatalogOp op) {
    return propose
        .apply(op)
        .thenAccept(
            answer -> {
              if (!answer.hasChanged()) {
                throw new IllegalStateException("catalogue: answered " + answer.getKindCase());
              }
            });
  }

  // --- replicas that belong nowhere

  /// Asks every node what it has, and has removed what it should not have. To be called now and
  /// then; what fails is tried again then.
  void sweep(Membership now, CatalogOrder order) {
    for (var node : now.nodes()) {
      var peer = peers.apply(node.id());
      var _ =
          peer.status()
              .thenAccept(
                  status ->
                      leftovers(now, status).forEach(left -> remove(peer, node.id(), left, order)));
    }
  }

  private static List<ReplicaStatus> leftovers(Membership now, NodeStatus status) {
    return status.replicas().stream()
        .filter(replica -> isLeft(now, status.self().id(), replica))
        .toList();
  }

  private static boolean isLeft(Membership now, NodeId node, ReplicaStatus replica) {
    var placement = now.placement(replica.group());
    if (!placement.involves(node)) {
      return true;
    }
    // Of an earlier move: what is added begins empty.
    return !placement.members().contains(node)
        && placement
            .move()
            .filter(move -> move.index() != replica.incarnation().moveIndex())
            .isPresent();
  }

  /// The group itself has the last word: a member's files are never deleted, whatever the catalogue
  /// holds.
  private void remove(Peer peer, NodeId node, ReplicaStatus left, CatalogOrder order) {
    var _ =
        CompletableFuture.completedFuture(left.group())
            .thenCompose(group -> leader(group).members(group))
            .thenCompose(
                members -> {
                  if (members.contains(node)) {
                    throw new ShardException.Unavailable(
                        "%s: node %s is a member".formatted(left.group(), node));
                  }
                  return peer.removeReplica(left.group(), order, left.incarnation().id());
                })
            .whenComplete(
                (_, failure) -> {
                  if (failure != null) {
                    log.info(
                        "replica not removed group={} incarnation={} cause=\"{}\"",
                        left.group(),
                        left.incarnation().id(),
                        failure.getMessage());
                  }
                });
  }
}
