package io.quiverdb.raft;

import io.quiverdb.core.Filter;
import io.quiverdb.core.Hit;
import io.quiverdb.core.Position;
import io.quiverdb.core.Query;
import io.quiverdb.core.ScanPage;
import io.quiverdb.core.SegmentPlan;
import io.quiverdb.core.StateHash;
import io.quiverdb.core.StoredPoint;
import io.quiverdb.core.Verification;
import io.quiverdb.core.VersionRange;
import io.quiverdb.raft.catalog.CatalogWrite;
import io.quiverdb.raft.catalog.CatalogWritten;
import io.quiverdb.raft.snapshot.SnapshotOffer;
import io.quiverdb.raft.snapshot.SnapshotSource;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Peers of a [TestCluster]: calls on another thread, which fail while the link is cut or the node
/// is down.
final class DirectTransport implements PeerTransport {
  /// Runs before a piece of a snapshot is read; may fail the call.
  static volatile Runnable onSnapshotRead = () -> {};

  private final TestCluster.Node from;
  private final Function<String, TestCluster.@Nullable Node> nodes;

  DirectTransport(TestCluster.Node from, Function<String, TestCluster.@Nullable Node> nodes) {
    this.from = from;
    this.nodes = nodes;
  }

  @Override
  public Peer at(String peerAddress) {
    return new DirectPeer(peerAddress);
  }

  @Override
  public void close() {}

  private <T> CompletableFuture<T> call(
      String address, Function<Peer, CompletableFuture<T>> request) {
    return CompletableFuture.completedFuture(request)
        .thenComposeAsync(call -> call.apply(reach(address)), Thread::startVirtualThread);
  }

  private Peer reach(String address) {
    var node = nodes.apply(address);
    if (node == null || !node.isUp()) {
      throw new ShardException.Unavailable(address + ": no connection");
    }
    if (Partitions.isCut(from.id(), node.id())) {
      throw new ShardException.Unavailable(address + ": cut");
    }
    return node.host().self();
  }

  private final class DirectPeer implements Peer {
    private final String address;

    DirectPeer(String address) {
      this.address = address;
    }

    @Override
    public CompletableFuture<NodeStatus> status() {
      return call(address, Peer::status);
    }

    @Override
    public CompletableFuture<Optional<Claim>> claim() {
      return call(address, Peer::claim);
    }

    @Override
    public CompletableFuture<Claim> claim(Claim claim) {
      return call(address, peer -> peer.claim(claim));
    }

    @Override
    public CompletableFuture<Void> openGroup(UUID clusterId, GroupKey group) {
      return call(address, peer -> peer.openGroup(clusterId, group));
    }

    @Override
    public CompletableFuture<Map<GroupKey, Long>> currentTerms(Map<GroupKey, Long> asked) {
      return call(address, peer -> peer.currentTerms(asked));
    }

    @Override
    public CompletableFuture<Map<GroupKey, ReadIndex>> readIndexes(Set<GroupKey> groups) {
      return call(address, peer -> peer.readIndexes(groups));
    }

    @Override
    public Shard shard(int number) {
      return new DirectShard(address, number);
    }

    @Override
    public CompletableFuture<CatalogWritten> writeCatalog(CatalogWrite write) {
      return call(address, peer -> peer.writeCatalog(write));
    }

    @Override
    public CompletableFuture<Void> transferLeader(GroupKey group, NodeId target) {
      return call(address, peer -> peer.transferLeader(group, target));
    }

    @Override
    public CompletableFuture<SegmentCounts> compact(int shard, long collectionId) {
      return call(address, peer -> peer.compact(shard, collectionId));
    }

    @Override
    public CompletableFuture<Verification> verify(int shard, long collectionId) {
      return call(address, peer -> peer.verify(shard, collectionId));
    }

    @Override
    public SnapshotSource snapshots() {
      return new DirectSnapshots(address);
    }

    @Override
    public CompletableFuture<Optional<StateHash>> hashAt(GroupKey group, Position position) {
      return call(address, peer -> peer.hashAt(group, position));
    }

    @Override
    public CompletableFuture<Void> admit(Member member, VersionRange levels) {
      return call(address, peer -> peer.admit(member, levels));
    }

    @Override
    public CompletableFuture<Optional<ByteBuffer>> catalogCopy(long after, boolean linearizable) {
      return call(address, peer -> peer.catalogCopy(after, linearizable));
    }

    @Override
    public CompletableFuture<ByteBuffer> catalogCheckpoint() {
      return call(address, Peer::catalogCheckpoint);
    }

    @Override
    public CompletableFuture<List<ReplicaErasure>> erasure(long collectionId, boolean advance) {
      return call(address, peer -> peer.erasure(collectionId, advance));
    }

    @Override
    public CompletableFuture<Void> openReplica(
        GroupKey group, CatalogOrder order, long moveIndex, long floor) {
      return call(address, peer -> peer.openReplica(group, order, moveIndex, floor));
    }

    @Override
    public CompletableFuture<Void> removeReplica(
        GroupKey group, CatalogOrder order, UUID incarnation) {
      return call(address, peer -> peer.removeReplica(group, order, incarnation));
    }

    @Override
    public CompletableFuture<GroupMembers> members(GroupKey group) {
      return call(address, peer -> peer.members(group));
    }

    @Override
    public CompletableFuture<Void> changeMembers(
        GroupKey group, List<List<NodeId>> path, List<Member> known) {
      return call(address, peer -> peer.changeMembers(group, path, known));
    }
  }

  private final class DirectSnapshots implements SnapshotSource {
    private final String address;

    DirectSnapshots(String address) {
      this.address = address;
    }

    @Override
    public CompletableFuture<SnapshotOffer> open(int shard) {
      return call(address, peer -> peer.snapshots().open(shard));
    }

    @Override
    public CompletableFuture<ByteBuffer> read(UUID lease, String file, long offset) {
      return call(
          address,
          peer -> {
            onSnapshotRead.run();
            return peer.snapshots().read(lease, file, offset);
          });
    }

    @Override
    public CompletableFuture<Void> close(UUID lease) {
      return call(address, peer -> peer.snapshots().close(lease));
    }

    @Override
    public CompletableFuture<Void> holdLog(GroupKey group, long index) {
      return call(address, peer -> peer.snapshots().holdLog(group, index));
    }
  }

  private final class DirectShard implements Shard {
    private final String address;
    private final int number;

    DirectShard(String address, int number) {
      this.address = address;
      this.number = number;
    }

    @Override
    public int number() {
      return number;
    }

    @Override
    public CompletableFuture<Written> write(ShardWrite write) {
      return call(address, peer -> peer.shard(number).write(write));
    }

    @Override
    public CompletableFuture<DeletedMatching> deleteMatching(
        long collectionId, long epoch, Filter filter) {
      return call(address, peer -> peer.shard(number).deleteMatching(collectionId, epoch, filter));
    }

    @Override
    public CompletableFuture<ReadResult<List<Optional<StoredPoint>>>> get(
        long collectionId, List<String> ids, Consistency consistency) {
      return call(address, peer -> peer.shard(number).get(collectionId, ids, consistency));
    }

    @Override
    public CompletableFuture<ReadResult<ScanPage>> scan(
        long collectionId,
        Optional<String> after,
        int limit,
        Optional<Filter> filter,
        Consistency consistency) {
      return call(
          address,
          peer -> peer.shard(number).scan(collectionId, after, limit, filter, consistency));
    }

    @Override
    public CompletableFuture<ReadResult<Long>> count(
        long collectionId, Optional<Filter> filter, Consistency consistency) {
      return call(address, peer -> peer.shard(number).count(collectionId, filter, consistency));
    }

    @Override
    public CompletableFuture<ReadResult<List<Hit>>> search(
        long collectionId, Query query, Consistency consistency) {
      return call(address, peer -> peer.shard(number).search(collectionId, query, consistency));
    }

    @Override
    public CompletableFuture<ReadResult<List<SegmentPlan>>> explain(
        long collectionId, Query query) {
      return call(address, peer -> peer.shard(number).explain(collectionId, query));
    }
  }
}
