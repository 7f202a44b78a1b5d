package io.quiverdb.raft;

import com.google.protobuf.ByteString;
import io.quiverdb.core.snapshot.SnapshotFiles;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.snapshot.SnapshotLeases;
import io.quiverdb.raft.snapshot.SnapshotPuller;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;
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
  private final Function<ShardGroup, List<NodeId>> others;
  private final SnapshotLeases leases;
  private final Duration handOverTimeout;
  private final Executor executor;
  private final Consumer<Replica> opened;
  private final LongSupplier nanoClock;

  /// By the shards that are damaged; only the ticking thread uses them.
  private final Map<ShardGroup, Pause> pauses = new HashMap<>();

  /// @param groups is there when something is to be done
  /// @param others the other members of a shard's group
  /// @param nanoClock for pauses
  /// @param leases on files of this node
  /// @param executor runs what waits
  /// @param opened takes a replica that could not be opened before
  Healing(
      HostedGroups hosted,
      Supplier<GroupServer> groups,
      Function<ShardGroup, List<NodeId>> others,
      SnapshotLeases leases,
      Duration handOverTimeout,
      LongSupplier nanoClock,
      Executor executor,
      Consumer<Replica> opened) {
    this.hosted = hosted;
    this.groups = groups;
    this.others = others;
    this.leases = leases;
    this.handOverTimeout = handOverTimeout;
    this.nanoClock = nanoClock;
    this.executor = executor;
    this.opened = opened;
  }

  /// Sees to the damaged replicas. To be called now and then; does not block.
  void tick(SnapshotPuller puller) {
    hosted.eachShard(
        (shard, state) -> {
          if (state.damage().isEmpty()) {
            pauses.remove(shard);
          } else if (canBeHealed(shard)) {
            groups.get().replica(shard).ifPresent(replica -> heal(shard, replica, puller));
          }
        });
    for (GroupKey group : groups.get().unopened()) {
      if (group instanceof ShardGroup shard && canBeHealed(shard)) {
        fetchUnopened(shard, puller);
      }
    }
  }

  private void fetchUnopened(ShardGroup shard, SnapshotPuller puller) {
    try {
      puller.need(shard, Optional.empty(), groups.get().logs().firstIndexUnopened(shard));
    } catch (IOException e) {
      log.warn("log not looked at group={}", shard, e);
    }
  }

  private void heal(ShardGroup shard, Replica replica, SnapshotPuller puller) {
    if (replica.leaderReady()) {
      handOver(shard, replica);
    } else {
      var leader = replica.leader().filter(others.apply(shard)::contains);
      puller.need(shard, leader, groups.get().logs().firstIndex(replica));
    }
  }

  /// Its files may be asked for at any time; those of another member are sound. Not again and
  /// again: that member may be damaged too, and hand back; and writes are refused meanwhile.
  private void handOver(ShardGroup shard, Replica replica) {
    var pause = pauses.computeIfAbsent(shard, _ -> new Pause());
    if (!pause.isOver(nanoClock.getAsLong())) {
      return;
    }
    try {
      executor.execute(
          () -> {
            try {
              replica.handOver(handOverTimeout);
            } catch (ShardException e) {
              log.info("damaged replica not handed over group={} cause={}", shard, e.getMessage());
            }
          });
    } catch (RejectedExecutionException e) {
      log.debug("leadership not handed over: shutting down");
    }
  }

  /// Whether somebody else has its files.
  boolean canBeHealed(ShardGroup shard) {
    return !others.apply(shard).isEmpty();
  }

  @Override
  public void holdLog(ShardGroup shard, long index) {
    groups
        .get()
        .replica(shard)
        .ifPresent(replica -> replica.machine().holdLog(index, SnapshotLeases.LOG_HOLD));
  }

  @Override
  public long soundIndex(ShardGroup shard) {
    if (isUnopened(shard)) {
      return -1;
    }
    var state = state(shard);
    return state.damage().isPresent() ? -1 : state.applied().index();
  }

  @Override
  public boolean install(ShardGroup shard, SnapshotFiles files, ByteString configuration) {
    var entry = entry(configuration);
    try {
      if (isUnopened(shard)) {
        return replaceUnopened(shard, files, entry);
      }
      var state = state(shard);
      return state.damage().isPresent()
          ? replace(shard, state, files, entry)
          : installLater(shard, state, files, entry);
    } catch (IOException e) {
      throw new UncheckedIOException(shard + ": not opened with a snapshot", e);
    }
  }

  static Optional<LogEntryProto> entry(ByteString configuration) {
    try {
      return configuration.isEmpty()
          ? Optional.empty()
          : Optional.of(LogEntryProto.parseFrom(configuration.toByteArray()));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("configuration of a group: not one", e);
    }
  }

  private boolean installLater(
      ShardGroup shard,
      StoreState state,
      SnapshotFiles files,
      Optional<LogEntryProto> configuration)
      throws IOException {
    var store = state.store();
    try (var staged = store.stageSnapshot(files)) {
      var install =
          new CheckpointInstall.Installation() {
            @Override
            public void requireApplicable() {
              if (state.store() != store || state.damage().isPresent()) {
                throw new ShardException.Unavailable(
                    shard + ": its store was opened again, or is damaged, since a snapshot began");
              }
            }

            @Override
            public void run() {
              state.install(staged);
            }
          };
      return groups
          .get()
          .reopen(shard, StoreState.place(staged.position()), configuration, false, install);
    }
  }

  private boolean replace(
      ShardGroup shard,
      StoreState state,
      SnapshotFiles files,
      Optional<LogEntryProto> configuration)
      throws IOException {
    try (var replacement = hosted.prepareReplacement(shard, files)) {
      leases.revoke(shard);
      boolean replaced =
          groups
              .get()
              .reopen(
                  shard,
                  StoreState.place(replacement.position()),
                  configuration,
                  true,
                  () -> state.replaceBy(replacement));
      log.info("damaged replica group={} replaced={}", shard, replaced);
      return replaced;
    } finally {
      leases.allow(shard);
    }
  }

  private boolean isUnopened(ShardGroup shard) {
    return groups.get().unopened().contains(shard);
  }

  private boolean replaceUnopened(
      ShardGroup shard, SnapshotFiles files, Optional<LogEntryProto> configuration)
      throws IOException {
    try (var replacement = hosted.prepareReplacement(shard, files)) {
      groups
          .get()
          .openWith(
              shard,
              StoreState.place(replacement.position()),
              configuration,
              replacement::swap,
              opened);
      return true;
    }
  }

  private StoreState state(ShardGroup shard) {
    return hosted
        .shard(shard.number())
        .orElseThrow(() -> new ShardException.Unavailable(shard + ": not open on this node"));
  }
}
