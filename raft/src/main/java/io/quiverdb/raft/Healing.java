package io.quiverdb.raft;

import io.quiverdb.core.snapshot.SnapshotFiles;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.snapshot.SnapshotLeases;
import io.quiverdb.raft.snapshot.SnapshotPuller;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings the replicas of this node that have fallen behind, or whose files are damaged, up to a
/// checkpoint of another member.
///
/// One that has fallen behind is told so by its leader, and installs a later checkpoint. A damaged
/// one is found here; it hands leadership over, and is given a new store: of any checkpoint that
/// its log goes on from.
final class Healing implements SnapshotPuller.Target {
  private static final Logger log = LoggerFactory.getLogger(Healing.class);

  private final HostedGroups hosted;
  private final Supplier<GroupServer> groups;
  private final Supplier<List<NodeId>> others;
  private final SnapshotLeases leases;
  private final Duration handOverTimeout;
  private final Executor executor;
  private final Set<ShardGroup> handingOver = ConcurrentHashMap.newKeySet();

  /// @param groups is there when something is to be done
  /// @param others the other members
  /// @param leases on files of this node
  /// @param executor runs what waits
  Healing(
      HostedGroups hosted,
      Supplier<GroupServer> groups,
      Supplier<List<NodeId>> others,
      SnapshotLeases leases,
      Duration handOverTimeout,
      Executor executor) {
    this.hosted = hosted;
    this.groups = groups;
    this.others = others;
    this.leases = leases;
    this.handOverTimeout = handOverTimeout;
    this.executor = executor;
  }

  /// Sees to the damaged replicas. To be called now and then; does not block.
  void tick(SnapshotPuller puller) {
    hosted.eachShard(
        (shard, state) -> {
          if (state.damage().isPresent() && !others.get().isEmpty()) {
            groups.get().replica(shard).ifPresent(replica -> heal(shard, replica, puller));
          }
        });
  }

  private void heal(ShardGroup shard, Replica replica, SnapshotPuller puller) {
    if (replica.leaderReady()) {
      handOver(shard, replica);
    } else {
      var leader = replica.leader().filter(others.get()::contains);
      puller.need(shard, leader, groups.get().firstIndex(replica));
    }
  }

  /// Its files may be asked for at any time; those of another member are sound.
  private void handOver(ShardGroup shard, Replica replica) {
    if (!handingOver.add(shard)) {
      return;
    }
    boolean begun = false;
    try {
      executor.execute(
          () -> {
            try {
              replica.handOver(handOverTimeout);
            } finally {
              handingOver.remove(shard);
            }
          });
      begun = true;
    } catch (RejectedExecutionException e) {
      log.debug("leadership not handed over: shutting down");
    } finally {
      if (!begun) {
        handingOver.remove(shard);
      }
    }
  }

  @Override
  public long appliedIndex(ShardGroup shard) {
    var state = state(shard);
    return state.damage().isPresent() ? -1 : state.applied().index();
  }

  @Override
  public boolean install(ShardGroup shard, SnapshotFiles files) {
    var state = state(shard);
    try {
      return state.damage().isPresent()
          ? replace(shard, state, files)
          : installLater(shard, state, files);
    } catch (IOException e) {
      throw new UncheckedIOException(shard + ": not opened with a snapshot", e);
    }
  }

  private boolean installLater(ShardGroup shard, StoreState state, SnapshotFiles files)
      throws IOException {
    try (var staged = state.store().stageSnapshot(files)) {
      return groups
          .get()
          .reopen(shard, StoreState.place(staged.position()), false, () -> state.install(staged));
    }
  }

  private boolean replace(ShardGroup shard, StoreState state, SnapshotFiles files)
      throws IOException {
    try (var replacement = hosted.prepareReplacement(shard, files)) {
      leases.revoke(shard);
      boolean replaced =
          groups
              .get()
              .reopen(
                  shard,
                  StoreState.place(replacement.position()),
                  true,
                  () -> state.replaceBy(replacement));
      log.info("damaged replica group={} replaced={}", shard, replaced);
      return replaced;
    } finally {
      leases.allow(shard);
    }
  }

  private StoreState state(ShardGroup shard) {
    return hosted
        .shard(shard.number())
        .orElseThrow(() -> new ShardException.Unavailable(shard + ": not open on this node"));
  }
}
