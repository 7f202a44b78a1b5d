package io.quiverdb.raft;

import io.quiverdb.core.Position;
import io.quiverdb.core.StateHash;
import io.quiverdb.core.Verification;
import io.quiverdb.core.VersionRange;
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

/// A peer that answers nothing, for those that answer what a test asks.
public abstract class SilentPeer implements Peer {
  @Override
  public CompletableFuture<Map<GroupKey, Long>> currentTerms(Map<GroupKey, Long> asked) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<NodeStatus> status() {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Optional<Claim>> claim() {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Claim> claim(Claim claim) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Void> openGroup(UUID clusterId, GroupKey group) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Map<GroupKey, ReadIndex>> readIndexes(Set<GroupKey> groups) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Shard shard(int number) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<CatalogWritten> writeCatalog(CatalogWrite write) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Void> transferLeader(GroupKey group, NodeId target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public SnapshotSource snapshots() {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<SegmentCounts> compact(int shard, long collectionId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Verification> verify(int shard, long collectionId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Optional<StateHash>> hashAt(GroupKey group, Position position) {
    throw new UnsupportedOperationException();
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
    throw new UnsupportedOperationException();
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
}
