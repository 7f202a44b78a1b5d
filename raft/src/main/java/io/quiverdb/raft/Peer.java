package io.quiverdb.raft;

import io.quiverdb.core.Position;
import io.quiverdb.core.StateHash;
import io.quiverdb.core.Verification;
import io.quiverdb.raft.catalog.CatalogWrite;
import io.quiverdb.raft.catalog.CatalogWritten;
import io.quiverdb.raft.snapshot.SnapshotSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/// What nodes ask of each other besides consensus. [RaftHost#self] answers it on a node; a
/// [PeerTransport] carries it to others. Futures fail as those of [Shard] do, with
/// [ShardException.Unavailable] if the node cannot be reached and nothing can have been done.
public interface Peer {
  CompletableFuture<NodeStatus> status();

  // --- forming a cluster

  /// The claim this node has made durable, if any.
  CompletableFuture<Optional<Claim>> claim();

  /// Makes `claim` durable, replacing an earlier one only if no group of it exists here; answers
  /// with the claim that holds now.
  CompletableFuture<Claim> claim(Claim claim);

  /// Opens this node's replica of a group of its claim; one that is open already is fine. From then
  /// on the claim cannot be replaced. Fails with [ShardException.Unavailable] if this node's claim
  /// is not of cluster `clusterId`.
  CompletableFuture<Void> openGroup(UUID clusterId, GroupKey group);

  // --- the read barrier

  /// The current term of each of the groups that this node has.
  CompletableFuture<Map<GroupKey, Long>> currentTerms(Map<GroupKey, Long> asked);

  /// As the leader of these groups: for each an index that covers every write acknowledged before
  /// the call, or why the node cannot tell.
  CompletableFuture<Map<GroupKey, ReadIndex>> readIndexes(Set<GroupKey> groups);

  /// The same for one group.
  default CompletableFuture<Long> readIndex(GroupKey group) {
    return readIndexes(Set.of(group))
        .thenCompose(
            indexes ->
                switch (indexes.get(group)) {
                  case ReadIndex.At(var index) -> CompletableFuture.completedFuture(index);
                  case ReadIndex.Refused(var why) -> CompletableFuture.failedFuture(why);
                  case null ->
                      CompletableFuture.failedFuture(
                          new ShardException.Unavailable(
                              group + ": not told of (expected: a read index)"));
                });
  }

  // --- serving

  /// The node's replica of a shard: writes if it leads, reads in any case.
  Shard shard(int number);

  /// As the leader of the catalogue.
  CompletableFuture<CatalogWritten> writeCatalog(CatalogWrite write);

  /// Makes `target` lead the group that this node leads.
  CompletableFuture<Void> transferLeader(GroupKey group, NodeId target);

  /// The replica's state hash at the hash mark at `position`, once it has applied it; empty if it
  /// has forgotten it.
  CompletableFuture<Optional<StateHash>> hashAt(int shard, Position position);

  /// Begins to merge all segments of a collection on the replica, without its dead rows, and does
  /// not wait for it: asked again, it has fewer. Answers with what there is now.
  CompletableFuture<SegmentCounts> compact(int shard, long collectionId);

  /// The node as one to fetch snapshots from.
  SnapshotSource snapshots();

  /// What is wrong with the files of the replica's newest checkpoint that hold a collection.
  CompletableFuture<Verification> verify(int shard, long collectionId);
}
