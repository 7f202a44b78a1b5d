package io.quiverdb.node.peer;

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
import io.quiverdb.raft.CatalogOrder;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.Consistency;
import io.quiverdb.raft.DeletedMatching;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupMembers;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.NodeStatus;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.ReadIndex;
import io.quiverdb.raft.ReadResult;
import io.quiverdb.raft.ReplicaErasure;
import io.quiverdb.raft.SegmentCounts;
import io.quiverdb.raft.Shard;
import io.quiverdb.raft.ShardWrite;
import io.quiverdb.raft.Written;
import io.quiverdb.raft.catalog.CatalogWrite;
import io.quiverdb.raft.catalog.CatalogWritten;
import io.quiverdb.raft.snapshot.SnapshotOffer;
import io.quiverdb.raft.snapshot.SnapshotSource;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A node that answers as it was told, and remembers what it was asked.
final class ScriptedPeer implements Peer {
  private final List<List<Object>> asked = new ArrayList<>();
  private CompletableFuture<?> answer = new CompletableFuture<>();

  synchronized void answer(@Nullable Object value) {
    answer = CompletableFuture.completedFuture(value);
  }

  synchronized void fail(RuntimeException failure) {
    answer = CompletableFuture.failedFuture(failure);
  }

  synchronized void hang() {
    answer = new CompletableFuture<>();
  }

  /// Answers when the future that it returns is completed.
  synchronized CompletableFuture<Object> hold() {
    var held = new CompletableFuture<Object>();
    answer = held;
    return held;
  }

  /// The calls with their arguments.
  synchronized List<List<Object>> asked() {
    return List.copyOf(asked);
  }

  @SuppressWarnings("unchecked")
  private synchronized <T> CompletableFuture<T> ask(Object... call) {
    asked.add(Arrays.asList(call));
    return (CompletableFuture<T>) answer;
  }

  @Override
  public CompletableFuture<NodeStatus> status() {
    return ask("status");
  }

  @Override
  public CompletableFuture<Optional<Claim>> claim() {
    return ask("claim");
  }

  @Override
  public CompletableFuture<Claim> claim(Claim claim) {
    return ask("claim", claim);
  }

  @Override
  public CompletableFuture<Void> openGroup(UUID clusterId, GroupKey group) {
    return ask("openGroup", clusterId, group);
  }

  @Override
  public CompletableFuture<Void> admit(Member member, VersionRange levels) {
    return ask("admit", member, levels);
  }

  @Override
  public CompletableFuture<Optional<ByteBuffer>> catalogCopy(long after, boolean linearizable) {
    return ask("catalogCopy", after, linearizable);
  }

  @Override
  public CompletableFuture<ByteBuffer> catalogCheckpoint() {
    return ask("catalogCheckpoint");
  }

  @Override
  public CompletableFuture<List<ReplicaErasure>> erasure(long collectionId, boolean advance) {
    return ask("erasure", collectionId, advance);
  }

  @Override
  public CompletableFuture<Void> openReplica(
      GroupKey group, CatalogOrder order, long moveIndex, long floor) {
    return ask("openReplica", group, order, moveIndex, floor);
  }

  @Override
  public CompletableFuture<Void> removeReplica(
      GroupKey group, CatalogOrder order, UUID incarnation) {
    return ask("removeReplica", group, order, incarnation);
  }

  @Override
  public CompletableFuture<GroupMembers> members(GroupKey group) {
    return ask("members", group);
  }

  @Override
  public CompletableFuture<Void> changeMembers(
      GroupKey group, List<List<NodeId>> path, List<Member> known) {
    return ask("changeMembers", group, path, known);
  }

  @Override
  public CompletableFuture<Map<GroupKey, Long>> currentTerms(Map<GroupKey, Long> terms) {
    return ask("currentTerms", terms);
  }

  @Override
  public CompletableFuture<Map<GroupKey, ReadIndex>> readIndexes(Set<GroupKey> groups) {
    return ask("readIndexes", groups);
  }

  @Override
  public CompletableFuture<CatalogWritten> writeCatalog(CatalogWrite write) {
    return ask("writeCatalog", write);
  }

  @Override
  public CompletableFuture<Void> transferLeader(GroupKey group, NodeId target) {
    return ask("transferLeader", group, target);
  }

  @Override
  public SnapshotSource snapshots() {
    return new ScriptedSnapshots();
  }

  private final class ScriptedSnapshots implements SnapshotSource {
    @Override
    public CompletableFuture<SnapshotOffer> open(int shard) {
      return ask("openSnapshot", shard);
    }

    @Override
    public CompletableFuture<ByteBuffer> read(UUID lease, String file, long offset) {
      return ask("readSnapshot", lease, file, offset);
    }

    @Override
    public CompletableFuture<Void> close(UUID lease) {
      return ask("closeSnapshot", lease);
    }

    @Override
    public CompletableFuture<Void> holdLog(GroupKey group, long index) {
      return ask("holdLog", group, index);
    }
  }

  @Override
  public CompletableFuture<SegmentCounts> compact(int shard, long collectionId) {
    return ask("compact", shard, collectionId);
  }

  @Override
  public CompletableFuture<Verification> verify(int shard, long collectionId) {
    return ask("verify", shard, collectionId);
  }

  @Override
  public CompletableFuture<Optional<StateHash>> hashAt(GroupKey group, Position position) {
    return ask("hashAt", group, position);
  }

  @Override
  public Shard shard(int number) {
    return new Shard() {
      @Override
      public int number() {
        return number;
      }

      @Override
      public CompletableFuture<Written> write(ShardWrite write) {
        return ask("write", number, write);
      }

      @Override
      public CompletableFuture<DeletedMatching> deleteMatching(
          long collectionId, long epoch, Filter filter) {
        return ask("deleteMatching", number, collectionId, epoch, filter);
      }

      @Override
      public CompletableFuture<ReadResult<List<Optional<StoredPoint>>>> get(
          long collectionId, List<String> ids, Consistency consistency) {
        return ask("get", number, collectionId, ids, consistency);
      }

      @Override
      public CompletableFuture<ReadResult<ScanPage>> scan(
          long collectionId,
          Optional<String> after,
          int limit,
          Optional<Filter> filter,
          Consistency consistency) {
        return ask("scan", number, collectionId, after, limit, filter, consistency);
      }

      @Override
      public CompletableFuture<ReadResult<Long>> count(
          long collectionId, Optional<Filter> filter, Consistency consistency) {
        return ask("count", number, collectionId, filter, consistency);
      }

      @Override
      public CompletableFuture<ReadResult<List<Hit>>> search(
          long collectionId, Query query, Consistency consistency) {
        return ask("search", number, collectionId, query, consistency);
      }

      @Override
      public CompletableFuture<ReadResult<List<SegmentPlan>>> explain(
          long collectionId, Query query) {
        return ask("explain", number, collectionId, query);
      }
    };
  }
}
