package io.quiverdb.raft.catalog;

import io.quiverdb.raft.CatalogOrder;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.GroupMembers;
import io.quiverdb.raft.GroupReplica;
import io.quiverdb.raft.LostVotes;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.NodeStatus;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.QuarantineCause;
import io.quiverdb.raft.ReplicaStatus;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.catalog.Goals.Goal;
import io.quiverdb.raft.catalog.Placement.Move;
import io.quiverdb.raft.catalog.proto.CatalogAnswer;
import io.quiverdb.raft.catalog.proto.CatalogOp;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has nodes replicate what the catalogue wants them to: begins the moves that are due, carries out
/// those that are under way, and has replicas removed that belong nowhere any more.
///
/// A move adds a node first: an empty replica there, which does not stand for election; then the
/// group's leader makes it a member, which takes until it has caught up. Then the other one goes,
/// by the group's leader too, and then the move ends. What is left of the removed replica is
/// deleted when its node is found to have it. A move whose new node is drained or removed meanwhile
/// is abandoned, unless the group has it as a member already: then the move goes on, and what it
/// brought there is moved away after it. While the group's leader waits for it to catch up the move
/// is not abandoned either: the group could have a member then that the cluster has forgotten.
///
/// A replica that its node has put into quarantine is taken out of its group by a move that adds
/// none. Then the group lacks a member, and what is left of the replica is deleted like any other
/// that belongs nowhere, so that it can be added again, empty but for its vote. Nothing is begun
/// unless a majority of the group answers without it. One that is quarantined while a move brings
/// it makes the group go back to the members before, and the move is abandoned.
///
/// A node that says that its vote for a group was lost is never given that group again, and a move
/// that brings it there is abandoned like that. So no move is begun before all nodes that can be
/// reached have been asked.
///
/// A group's own configuration may come to differ from what the catalogue holds: a change that was
/// waiting for a member to catch up is carried out after its move was abandoned. That is found now
/// and then, and the group is led back; a move that has been begun meanwhile goes on from there.
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
  private final Supplier<Optional<Membership>> latest;

  /// What nodes have told, also to leaders before: none of it ceases to be so.
  private volatile LostVotes lostVotes = LostVotes.NONE;

  /// @param catalog which this node leads
  /// @param shardLeaders who leads a shard, as far as this node knows
  /// @param propose logs an operation of the catalogue
  /// @param latest what this node has applied
  Moves(
      GroupReplica catalog,
      Function<NodeId, Peer> peers,
      IntFunction<Optional<NodeId>> shardLeaders,
      Function<CatalogOp, CompletableFuture<CatalogAnswer>> propose,
      Supplier<Optional<Membership>> latest) {
    this.catalog = catalog;
    this.peers = peers;
    this.shardLeaders = shardLeaders;
    this.propose = propose;
    this.latest = latest;
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

  /// What a node says that it cannot be given.
  ///
  /// @return whether it is news
  synchronized boolean learn(NodeStatus status) {
    var before = lostVotes;
    lostVotes = before.with(status);
    return !lostVotes.equals(before);
  }

  // --- one move

  private void carryOut(
      Goals mine,
      Membership now,
      GroupKey group,
      Placement placement,
      Move move,
      CatalogOrder order) {
    if (move.added().filter(added -> !isActive(now, added)).isPresent()) {
      boolean _ =
          mine.pursue(
              new Goal.EndUnwantedMove(group, move.index()),
              () -> endUnwanted(now, group, placement, move));
    } else if (move.added().filter(added -> lostVotes.isLost(group, added)).isPresent()) {
      boolean _ =
          mine.pursue(
              new Goal.GiveUpMove(group, move.index()),
              () -> {
                log.warn(
                    "move given up, the vote of its new node was lost group={} node={} move={}",
                    group,
                    move.added().get(),
                    move.index());
                return giveUp(now, group, placement, move);
              });
    } else if (isOpen(mine, group, move, order)) {
      boolean isChanged =
          mine.pursue(
              new Goal.ChangeMembers(group, move.index()),
              () -> openAndChange(now, group, placement, move, order));
      if (isChanged) {
        end(mine, group, move);
      }
    }
  }

  private static boolean isActive(Membership now, NodeId id) {
    return now.node(id).filter(ClusterNode::isActive).isPresent();
  }

  private CompletableFuture<Void> endUnwanted(
      Membership now, GroupKey group, Placement placement, Move move) {
    var end = CatalogOps.endMove(group, move.index());
    return conclude(now, group, move, placement.wanted(), end);
  }

  /// Back to the members before: the one that comes is good for nothing, and whoever was to go for
  /// it is not.
  private CompletableFuture<Void> giveUp(
      Membership now, GroupKey group, Placement placement, Move move) {
    var end = CatalogOps.abandonMove(group, move.index());
    return conclude(now, group, move, placement.members(), end);
  }

  /// Abandons a move that has not brought its new member yet.
  ///
  /// @param to the members to go on to if it has
  /// @param end of the move, then
  private CompletableFuture<Void> conclude(
      Membership now, GroupKey group, Move move, List<NodeId> to, CatalogOp end) {
    return leader(group)
        .members(group)
        .thenCompose(
            members -> {
              var added = move.added().orElseThrow();
              requireNotComing(group, members, added);
              return members.ids().contains(added)
                  ? change(now, group, Placement.path(new TreeSet<>(members.ids()), to))
                      .thenCompose(_ -> done(end))
                  : done(CatalogOps.abandonMove(group, move.index()));
            });
  }

  private static void requireNotComing(GroupKey group, GroupMembers members, NodeId node) {
    if (members.coming().contains(node)) {
      throw new ShardException.Unavailable(
          "%s: node %s is just becoming a member".formatted(group, node));
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
                members.ids().contains(added)
                    ? CompletableFuture.completedFuture(members)
                    : peers
                        .apply(added)
                        .openReplica(group, order, moveIndex, members.index())
                        .thenApply(_ -> members));
  }

  /// The replica that was opened may have been removed since, as one that an earlier move had left.
  private CompletableFuture<Void> openAndChange(
      Membership now, GroupKey group, Placement placement, Move move, CatalogOrder order) {
    return move.added()
        .<CompletableFuture<?>>map(added -> open(group, added, order, move.index()))
        .orElseGet(() -> CompletableFuture.completedFuture(group))
        .thenCompose(_ -> change(now, group, placement));
  }

  /// To the members that are wanted: from those that the catalogue has, or from whichever the group
  /// has if a change of an earlier move was carried out late.
  private CompletableFuture<Void> change(Membership now, GroupKey group, Placement placement) {
    var path = Placement.path(placement.members(), placement.wanted());
    return leader(group)
        .members(group)
        .thenCompose(
            members -> {
              if (path.stream().anyMatch(step -> members.ids().equals(Set.copyOf(step)))) {
                return change(now, group, path);
              }
              return requireLatest(group, placement)
                  .thenCompose(
                      _ -> {
                        log.warn(
                            "members of {}: {} (expected: one of {})", group, members.ids(), path);
                        var from = strayFirst(members.ids(), placement);
                        return change(now, group, Placement.path(from, placement.wanted()));
                      });
            });
  }

  /// So that those go first that are neither members by the catalogue nor are to be.
  private static List<NodeId> strayFirst(Set<NodeId> members, Placement placement) {
    return new TreeSet<>(members)
        .stream().sorted(Comparator.comparing((NodeId id) -> placement.involves(id))).toList();
  }

  private CompletableFuture<Void> change(Membership now, GroupKey group, List<List<NodeId>> path) {
    var known =
        path.stream()
            .flatMap(List::stream)
            .distinct()
            .flatMap(id -> now.node(id).map(ClusterNode::member).stream())
            .toList();
    return leader(group).changeMembers(group, path, known);
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

  // --- which moves

  private void begin(Goals mine, Membership now, long index, int underWay) {
    if (!mine.areNodesAsked()) {
      return;
    }
    int free = UNDER_WAY_MAX - underWay;
    var due = MovePlan.due(now, lostVotes, index);
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

  private CompletableFuture<Void> done(CatalogOp op) {
    return propose
        .apply(op)
        .thenAccept(
            answer -> {
              if (!answer.hasChanged()) {
                throw new IllegalStateException("catalogue: answered " + answer.getKindCase());
              }
            });
  }

  // --- what differs from the catalogue

  /// Has removed what nodes should not have; and asks every group who its members are, and has that
  /// changed if it is not so. To be called now and then; what fails is tried again then.
  ///
  /// @param statuses of all nodes, as they answer
  void sweep(
      Membership now, Collection<CompletableFuture<NodeStatus>> statuses, CatalogOrder order) {
    now.placements()
        .forEach(
            (group, placement) -> {
              if (placement.move().isEmpty()) {
                lead(now, group, placement);
              }
            });
    for (var answer : statuses) {
      var _ =
          answer.thenAccept(
              status -> {
                var node = status.self().id();
                leftovers(now, status)
                    .forEach(left -> remove(peers.apply(node), node, left, order));
                status.replicas().stream()
                    .filter(Moves::isToReturn)
                    .forEach(replica -> takeOut(now, node, replica));
              });
    }
  }

  // --- quarantine

  private static boolean isToReturn(ReplicaStatus replica) {
    return replica.quarantine().filter(QuarantineCause::canReturn).isPresent();
  }

  /// The status is newer than `now`; and a move is begun for the members of `now` only, so not for
  /// a replica that was taken out meanwhile and has come back.
  private void takeOut(Membership now, NodeId node, ReplicaStatus replica) {
    var group = replica.group();
    var placement = now.placement(group);
    var _ =
        CompletableFuture.completedFuture(placement)
            .<Object>thenCompose(
                _ -> {
                  if (placement.members().contains(node) && placement.move().isEmpty()) {
                    return beginTakingOut(group, placement, node, replica);
                  }
                  return placement
                      .move()
                      .filter(move -> move.added().equals(Optional.of(node)))
                      .filter(move -> move.index() == replica.incarnation().moveIndex())
                      .map(move -> asObject(giveUp(now, group, placement, move)))
                      .orElseGet(() -> CompletableFuture.completedFuture(replica));
                })
            .whenComplete(
                (_, failure) -> {
                  if (failure != null) {
                    log.warn(
                        "quarantined replica not taken out group={} node={} cause=\"{}\"",
                        group,
                        node,
                        failure.getMessage());
                  }
                });
  }

  private static CompletableFuture<Object> asObject(CompletableFuture<?> future) {
    return future.thenApply(value -> (Object) Optional.ofNullable(value));
  }

  private CompletableFuture<Object> beginTakingOut(
      GroupKey group, Placement placement, NodeId node, ReplicaStatus replica) {
    return leader(group)
        .members(group)
        .thenCompose(
            members -> {
              if (!members.ids().contains(node) || members.ids().size() == 1) {
                return CompletableFuture.completedFuture(members);
              }
              log.warn(
                  "taking a quarantined replica out group={} node={} incarnation={}",
                  group,
                  node,
                  replica.incarnation().id());
              var move = new Move(Optional.empty(), Optional.of(node), placement.changedIndex());
              return asObject(begun(CatalogOps.beginMove(group, move, placement.changedIndex())));
            });
  }

  /// Back to the members that the catalogue has.
  private void lead(Membership now, GroupKey group, Placement placement) {
    var _ =
        CompletableFuture.completedFuture(group)
            .thenCompose(_ -> leader(group).members(group))
            .thenCompose(
                members ->
                    members.ids().equals(Set.copyOf(placement.members()))
                        ? CompletableFuture.<Void>completedFuture(null)
                        : requireLatest(group, placement)
                            .thenCompose(_ -> leadBack(now, group, placement, members.ids())))
            .whenComplete(
                (_, failure) -> {
                  if (failure != null) {
                    log.debug("members not compared group={}", group, failure);
                  }
                });
  }

  private CompletableFuture<Void> leadBack(
      Membership now, GroupKey group, Placement placement, Set<NodeId> members) {
    log.warn("members of {}: {} (expected: {})", group, members, placement.members());
    return change(now, group, Placement.path(new TreeSet<>(members), placement.members()));
  }

  /// Fails if a move has been begun or has ended meanwhile, or this node does not lead the
  /// catalogue any more: one that was deposed knows nothing of the moves of the next.
  private CompletableFuture<Void> requireLatest(GroupKey group, Placement placement) {
    return catalog
        .readIndex()
        .thenCompose(catalog::awaitApplied)
        .thenAccept(
            _ -> {
              var held = latest.get().map(now -> now.placement(group));
              if (held.filter(placement::equals).isEmpty()) {
                throw new ShardException.Unavailable(group + ": the catalogue has gone on");
              }
            });
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
                  if (members.ids().contains(node)) {
                    throw new ShardException.Unavailable(
                        "%s: node %s is a member".formatted(left.group(), node));
                  }
                  requireNotComing(left.group(), members, node);
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
