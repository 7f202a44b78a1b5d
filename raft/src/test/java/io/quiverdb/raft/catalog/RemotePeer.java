package io.quiverdb.raft.catalog;

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
import io.quiverdb.raft.snapshot.SnapshotSource;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/// A node as another one reaches it: over a network that delays and loses.
record RemotePeer(SimulatedCluster cluster, SimulatedNode from, SimulatedNode to) implements Peer {
  @Override
  public CompletableFuture<NodeStatus> status() {
    return cluster.call(from, to, Peer::status);
  }

  @Override
  public CompletableFuture<Optional<Claim>> claim() {
    return cluster.call(from, to, Peer::claim);
  }

  @Override
  public CompletableFuture<Claim> claim(Claim claim) {
    return cluster.call(from, to, peer -> peer.claim(claim));
  }

  @Override
  public CompletableFuture<Void> openGroup(UUID clusterId, GroupKey group) {
    return cluster.call(from, to, peer -> peer.openGroup(clusterId, group));
  }

  @Override
  public CompletableFuture<Map<GroupKey, ReadIndex>> readIndexes(Set<GroupKey> groups) {
    return cluster.call(from, to, peer -> peer.readIndexes(groups));
  }

  @Override
  public CompletableFuture<CatalogWritten> writeCatalog(CatalogWrite write) {
    return cluster.call(from, to, peer -> peer.writeCatalog(write));
  }

  @Override
  public CompletableFuture<Map<GroupKey, Long>> currentTerms(Map<GroupKey, Long> asked) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Shard shard(int number) {
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
    return cluster.call(from, to, peer -> peer.admit(member, levels));
  }

  @Override
  public CompletableFuture<Optional<ByteBuffer>> catalogCopy(long after, boolean linearizable) {
    return cluster.call(from, to, peer -> peer.catalogCopy(after, linearizable));
  }

  @Override
  public CompletableFuture<ByteBuffer> catalogCheckpoint() {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<List<ReplicaErasure>> erasure(long collectionId, boolean advance) {
    return cluster.call(from, to, peer -> peer.erasure(collectionId, advance));
  }

  @Override
  public CompletableFuture<Void> openReplica(
      GroupKey group, CatalogOrder order, long moveIndex, long floor) {
    return cluster.call(from, to, peer -> peer.openReplica(group, order, moveIndex, floor));
  }

  @Override
  public CompletableFuture<Void> removeReplica(
      GroupKey group, CatalogOrder order, UUID incarnation) {
    return cluster.call(from, to, peer -> peer.removeReplica(group, order, incarnation));
  }

  @Override
  public CompletableFuture<GroupMembers> members(GroupKey group) {
    return cluster.call(from, to, peer -> peer.members(group));
  }

  @Override
  public CompletableFuture<Void> changeMembers(
      GroupKey group, List<List<NodeId>> path, List<Member> known) {
    return cluster.call(from, to, peer -> peer.changeMembers(group, path, known));
  }
}
