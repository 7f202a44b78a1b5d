package io.quiverdb.node.testing;

import io.quiverdb.core.Position;
import io.quiverdb.core.StateHash;
import io.quiverdb.core.Verification;
import io.quiverdb.core.VersionRange;
import io.quiverdb.raft.CatalogOrder;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupMembers;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.NodeStatus;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.ReadIndex;
import io.quiverdb.raft.ReplicaErasure;
import io.quiverdb.raft.SegmentCounts;
import io.quiverdb.raft.Shard;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.catalog.CatalogWrite;
import io.quiverdb.raft.catalog.CatalogWritten;
import io.quiverdb.raft.snapshot.SnapshotSource;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// A node of a [FakeCluster].
final class FakePeer implements Peer {
  private final NodeId id;
  private final FakeCluster cluster;

  FakePeer(NodeId id, FakeCluster cluster) {
    this.id = id;
    this.cluster = cluster;
  }

  @Override
  public CompletableFuture<NodeStatus> status() {
    return answer(() -> cluster.statusOf(id));
  }

  @Override
  public CompletableFuture<Optional<Claim>> claim() {
    return answer(Optional::empty);
  }

  @Override
  public CompletableFuture<Claim> claim(Claim claim) {
    return answer(() -> claim);
  }

  @Override
  public CompletableFuture<Void> openGroup(UUID clusterId, GroupKey group) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<Void> admit(Member member, VersionRange levels) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Optional<ByteBuffer>> catalogCopy(long after, boolean linearizable) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<ByteBuffer> catalogCheckpoint() {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<List<ReplicaErasure>> erasure(long collectionId, boolean advance) {
    return answer(() -> cluster.erasureOn(id));
  }

  @Override
  public CompletableFuture<Void> openReplica(
      GroupKey group, CatalogOrder order, long moveIndex, long floor) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Void> removeReplica(
      GroupKey group, CatalogOrder order, UUID incarnation) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<GroupMembers> members(GroupKey group) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Void> changeMembers(
      GroupKey group, List<List<NodeId>> path, List<Member> known) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Map<GroupKey, Long>> currentTerms(Map<GroupKey, Long> asked) {
    return answer(() -> asked);
  }

  @Override
  public CompletableFuture<Map<GroupKey, ReadIndex>> readIndexes(Set<GroupKey> groups) {
    return answer(
        () -> groups.stream().collect(Collectors.toMap(group -> group, this::readIndexOf)));
  }

  private ReadIndex readIndexOf(GroupKey group) {
    return switch (group) {
      case GroupKey.CatalogGroup() -> cluster.catalogReadIndex(id);
      case GroupKey.ShardGroup _ -> new ReadIndex.At(1);
    };
  }

  @Override
  public Shard shard(int number) {
    return new FakeReplica(number, id, cluster);
  }

  @Override
  public CompletableFuture<CatalogWritten> writeCatalog(CatalogWrite write) {
    return cluster.formedCatalog().write(write);
  }

  @Override
  public CompletableFuture<Void> transferLeader(GroupKey group, NodeId target) {
    if (group instanceof GroupKey.ShardGroup(int number)) {
      cluster.lead(number, target);
    }
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public SnapshotSource snapshots() {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<SegmentCounts> compact(int shard, long collectionId) {
    return answer(() -> new SegmentCounts(3, 10, 4, 1000));
  }

  @Override
  public CompletableFuture<Verification> verify(int shard, long collectionId) {
    return answer(() -> cluster.verificationOf(id, shard));
  }

  @Override
  public CompletableFuture<Optional<StateHash>> hashAt(GroupKey group, Position position) {
    return answer(() -> Optional.of(cluster.hashOf(id, group)));
  }

  private <T> CompletableFuture<T> answer(Supplier<T> value) {
    return cluster.isDown(id)
        ? CompletableFuture.failedFuture(new ShardException.Unavailable("node " + id + ": down"))
        : CompletableFuture.completedFuture(value.get());
  }
}
