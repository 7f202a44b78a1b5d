package io.quiverdb.raft;

import com.google.protobuf.ByteString;
import io.quiverdb.core.StoreException;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.snapshot.SnapshotLeases;
import io.quiverdb.raft.snapshot.SnapshotOffer;
import io.quiverdb.raft.snapshot.SnapshotSource;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;

/// Gives snapshots of this node's shards to other members.
final class LocalSnapshots implements SnapshotSource {
  private final SnapshotLeases leases;
  private final Function<Integer, Optional<StoreState>> shards;
  private final Function<GroupKey, Optional<Replica>> replicas;
  private final Function<GroupKey, ByteString> configurations;
  private final Executor executor;

  /// @param configurations the last one of a group that this node has applied
  /// @param executor runs what waits for the disk
  LocalSnapshots(
      SnapshotLeases leases,
      Function<Integer, Optional<StoreState>> shards,
      Function<GroupKey, Optional<Replica>> replicas,
      Function<GroupKey, ByteString> configurations,
      Executor executor) {
    this.leases = leases;
    this.shards = shards;
    this.replicas = replicas;
    this.configurations = configurations;
    this.executor = executor;
  }

  @Override
  public CompletableFuture<SnapshotOffer> open(int number) {
    var shard = new ShardGroup(number);
    return CompletableFuture.supplyAsync(
        () -> {
          var state = shards.apply(number).orElseThrow(() -> notHere(shard));
          if (state.damage().isPresent()) {
            throw new ShardException.Unavailable(shard + ": damaged on this node");
          }
          try {
            var offer =
                leases.open(shard, state.store(), position -> hold(shard, position.index()));
            return offer.withConfiguration(configurations.apply(shard));
          } catch (StoreException e) {
            throw new ShardException.Failed(shard + ": no snapshot can be taken", e);
          }
        },
        executor);
  }

  @Override
  public CompletableFuture<ByteBuffer> read(UUID lease, String file, long offset) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return leases.read(lease, file, offset);
          } catch (StoreException e) {
            throw new ShardException.Failed("snapshot: cannot be read", e);
          }
        },
        executor);
  }

  @Override
  public CompletableFuture<Void> close(UUID lease) {
    return CompletableFuture.runAsync(() -> leases.close(lease), executor);
  }

  @Override
  public CompletableFuture<Void> holdLog(GroupKey group, long index) {
    return CompletableFuture.runAsync(() -> hold(group, index), executor);
  }

  private void hold(GroupKey group, long index) {
    replicas
        .apply(group)
        .orElseThrow(() -> notHere(group))
        .machine()
        .holdLog(index, SnapshotLeases.LOG_HOLD);
  }

  private static ShardException notHere(GroupKey group) {
    return new ShardException.Unavailable(group + ": not open on this node");
  }
}
