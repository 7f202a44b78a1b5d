package io.quiverdb.raft;

import io.quiverdb.core.Position;
import io.quiverdb.core.StateHash;
import io.quiverdb.core.Verification;
import io.quiverdb.core.VersionRange;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.catalog.CatalogWrite;
import io.quiverdb.raft.catalog.CatalogWritten;
import io.quiverdb.raft.catalog.ClusterCatalog;
import io.quiverdb.raft.membership.NodeClaim;
import io.quiverdb.raft.snapshot.SnapshotSource;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/// What this node answers to others, and to itself.
final class LocalPeer implements Peer {
  private final Supplier<NodeStatus> status;
  private final NodeClaim claim;
  private final Function<GroupKey, Optional<Replica>> replicas;
  private final Function<Integer, Optional<ReplicatedStore>> shards;
  private final Supplier<Optional<ClusterCatalog>> catalog;
  private final LongFunction<Optional<ByteBuffer>> catalogCopy;
  private final Supplier<ByteBuffer> catalogCheckpoint;
  private final MembershipCommands membership;
  private final Erasing erasing;
  private final SnapshotSource snapshots;
  private final Duration transferTimeout;
  private final Executor executor;

  /// @param catalogCopy what this node has of the catalogue while it does not replicate it, if it
  ///   is newer than an index
  /// @param catalogCheckpoint of its replica of the catalogue, if it has one
  /// @param executor runs what waits for the disk
  LocalPeer(
      Supplier<NodeStatus> status,
      NodeClaim claim,
      Function<GroupKey, Optional<Replica>> replicas,
      Function<Integer, Optional<ReplicatedStore>> shards,
      Supplier<Optional<ClusterCatalog>> catalog,
      LongFunction<Optional<ByteBuffer>> catalogCopy,
      Supplier<ByteBuffer> catalogCheckpoint,
      MembershipCommands membership,
      Erasing erasing,
      SnapshotSource snapshots,
      Duration transferTimeout,
      Executor executor) {
    this.status = status;
    this.claim = claim;
    this.replicas = replicas;
    this.shards = shards;
    this.catalog = catalog;
    this.catalogCopy = catalogCopy;
    this.catalogCheckpoint = catalogCheckpoint;
    this.membership = membership;
    this.erasing = erasing;
    this.snapshots = snapshots;
    this.transferTimeout = transferTimeout;
    this.executor = executor;
  }

  @Override
  public CompletableFuture<NodeStatus> status() {
    return CompletableFuture.supplyAsync(status, executor);
  }

  @Override
  public CompletableFuture<Optional<Claim>> claim() {
    return onDisk(claim::claim);
  }

  @Override
  public CompletableFuture<Claim> claim(Claim newClaim) {
    return onDisk(() -> claim.claim(newClaim));
  }

  @Override
  public CompletableFuture<Void> openGroup(UUID clusterId, GroupKey group) {
    return onDisk(() -> claim.openGroup(clusterId, group));
  }

  // --- membership

  @Override
  public CompletableFuture<Void> admit(Member member, VersionRange levels) {
    return onDisk(() -> membership.admit(member, levels));
  }

  @Override
  public CompletableFuture<Optional<ByteBuffer>> catalogCopy(long after, boolean linearizable) {
    var replicated = catalog.get();
    if (replicated.isEmpty() && !linearizable) {
      return CompletableFuture.completedFuture(catalogCopy.apply(after));
    }
    return replicated
        .map(open -> open.copy(after, linearizable))
        .orElseGet(() -> CompletableFuture.failedFuture(notHere(new GroupKey.CatalogGroup())));
  }

  @Override
  public CompletableFuture<ByteBuffer> catalogCheckpoint() {
    var group = new GroupKey.CatalogGroup();
    return replicas.apply(group).isPresent()
        ? CompletableFuture.supplyAsync(catalogCheckpoint, executor)
        : CompletableFuture.failedFuture(notHere(group));
  }

  @Override
  public CompletableFuture<List<ReplicaErasure>> erasure(long collectionId, boolean advance) {
    return CompletableFuture.supplyAsync(() -> erasing.run(collectionId, advance), executor);
  }

  @Override
  public CompletableFuture<Void> openReplica(
      GroupKey group, CatalogOrder order, long moveIndex, long floor) {
    return onDisk(() -> membership.openReplica(group, order, moveIndex, floor));
  }

  @Override
  public CompletableFuture<Void> removeReplica(
      GroupKey group, CatalogOrder order, UUID incarnation) {
    return onDisk(() -> membership.removeReplica(group, order, incarnation));
  }

  @Override
  public CompletableFuture<Void> changeMembers(
      GroupKey group, List<List<NodeId>> path, List<Member> known) {
    return replicas
        .apply(group)
        .map(replica -> replica.changeMembers(path, known, transferTimeout))
        .orElseGet(() -> CompletableFuture.failedFuture(notHere(group)));
  }

  @Override
  public CompletableFuture<GroupMembers> members(GroupKey group) {
    return replicas
        .apply(group)
        .map(Replica::members)
        .orElseGet(() -> CompletableFuture.failedFuture(notHere(group)));
  }

  private <T> CompletableFuture<T> onDisk(Supplier<CompletableFuture<T>> call) {
    return CompletableFuture.completedFuture(call).thenComposeAsync(Supplier::get, executor);
  }

  @Override
  public CompletableFuture<Map<GroupKey, Long>> currentTerms(Map<GroupKey, Long> asked) {
    Map<GroupKey, Long> terms = new HashMap<>();
    for (GroupKey key : asked.keySet()) {
      replicas
          .apply(key)
          .flatMap(Replica::info)
          .ifPresent(info -> terms.put(key, info.getCurrentTerm()));
    }
    return CompletableFuture.completedFuture(terms);
  }

  @Override
  public CompletableFuture<Map<GroupKey, ReadIndex>> readIndexes(Set<GroupKey> groups) {
    Map<GroupKey, ReadIndex> answers = new ConcurrentHashMap<>();
    return CompletableFuture.allOf(
            groups.stream()
                .map(group -> readIndexOf(group).thenAccept(answer -> answers.put(group, answer)))
                .toArray(CompletableFuture<?>[]::new))
        .thenApply(_ -> answers);
  }

  private CompletableFuture<ReadIndex> readIndexOf(GroupKey group) {
    return replicas
        .apply(group)
        .map(Replica::readIndex)
        .orElseGet(() -> CompletableFuture.failedFuture(notHere(group)))
        .handle((index, failure) -> failure == null ? new ReadIndex.At(index) : refused(failure));
  }

  private static ReadIndex refused(Throwable failure) {
    var cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof ShardException why) {
      return new ReadIndex.Refused(why);
    }
    throw new CompletionException(cause);
  }

  @Override
  public Shard shard(int number) {
    return shards
        .apply(number)
        .<Shard>map(shard -> shard)
        .orElseGet(() -> new AbsentShard(number, notHere(new ShardGroup(number))));
  }

  @Override
  public CompletableFuture<CatalogWritten> writeCatalog(CatalogWrite write) {
    return catalog
        .get()
        .map(open -> open.writeAsLeader(write))
        .orElseGet(() -> CompletableFuture.failedFuture(notHere(new GroupKey.CatalogGroup())));
  }

  @Override
  public CompletableFuture<Void> transferLeader(GroupKey group, NodeId target) {
    return replicas
        .apply(group)
        .map(replica -> replica.transferLeader(target, transferTimeout))
        .orElseGet(() -> CompletableFuture.failedFuture(notHere(group)));
  }

  @Override
  public CompletableFuture<Optional<StateHash>> hashAt(GroupKey group, Position position) {
    var hash =
        switch (group) {
          case GroupKey.CatalogGroup() -> catalog.get().map(open -> open.hashAt(position.index()));
          case ShardGroup(int number) -> shards.apply(number).map(store -> store.hashAt(position));
        };
    return hash.orElseGet(() -> CompletableFuture.failedFuture(notHere(group)));
  }

  @Override
  public CompletableFuture<Verification> verify(int shard, long collectionId) {
    return shards
        .apply(shard)
        .map(store -> store.verify(collectionId))
        .orElseGet(() -> CompletableFuture.failedFuture(notHere(new ShardGroup(shard))));
  }

  @Override
  public CompletableFuture<SegmentCounts> compact(int shard, long collectionId) {
    return shards
        .apply(shard)
        .map(store -> store.compact(collectionId))
        .orElseGet(() -> CompletableFuture.failedFuture(notHere(new ShardGroup(shard))));
  }

  @Override
  public SnapshotSource snapshots() {
    return snapshots;
  }

  private static ShardException notHere(GroupKey group) {
    return new ShardException.Unavailable(group + ": not open on this node");
  }
}
