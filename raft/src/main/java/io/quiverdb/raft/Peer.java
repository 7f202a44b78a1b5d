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

  // --- membership

  /// Makes the node one of the cluster of the peer. It must know the cluster's keys already.
  ///
  /// @param levels feature levels that it supports
  CompletableFuture<Void> admit(Member member, VersionRange levels);

  /// The catalogue as the peer, which replicates it, has applied it; sealed. Empty if the caller
  /// has that already.
  ///
  /// @param after the index that the caller's copy shows; −1 if it has none
  /// @param linearizable whether it is to show every change acknowledged before the call
  CompletableFuture<Optional<ByteBuffer>> catalogCopy(long after, boolean linearizable);

  /// The catalogue as the peer, which replicates it, has applied it: for a member of its group that
  /// lacks the log before that. Sealed.
  CompletableFuture<ByteBuffer> catalogCheckpoint();

  /// Opens an empty replica of a group for a move that adds it; one that was opened for the same
  /// move is fine, and one that was opened for another is refused with
  /// [ShardException.Unavailable]: it has to be removed first.
  ///
  /// @param order of the catalogue's leader; refused if a later one was obeyed
  /// @param floor up to which the group's log was committed when this node was no member of it: a
  ///   replica that was here before may have acknowledged as much, so until the new one has it
  ///   again it neither votes nor leads
  CompletableFuture<Void> openReplica(
      GroupKey group, CatalogOrder order, long moveIndex, long floor);

  /// Deletes the replica and all that it stores, but for its vote. One that is not there is fine;
  /// another incarnation is refused with [ShardException.Unavailable], and nothing is done.
  ///
  /// @param order of the catalogue's leader; refused if a later one was obeyed
  CompletableFuture<Void> removeReplica(GroupKey group, CatalogOrder order, UUID incarnation);

  /// As the leader of the group: goes on from its present members to the next ones of `path`, until
  /// the last. Fails with [ShardException.Unavailable] while they are being changed, if they are
  /// none of the path, and if this node, which leads, is not to be one: then leadership is handed
  /// over.
  ///
  /// @param known those on the path that may not be members yet
  CompletableFuture<Void> changeMembers(
      GroupKey group, List<List<NodeId>> path, List<Member> known);

  /// As the leader of the group: who is a member, or is just becoming or ceasing to be one, and who
  /// is to become one, after a majority confirmed that this node leads.
  CompletableFuture<GroupMembers> members(GroupKey group);

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

  /// The hash of the replica's state at `position`, once it has applied it; empty if it has
  /// forgotten it. Of a shard, a hash mark stands there; of the catalogue, any entry, and the
  /// position's index alone says which.
  CompletableFuture<Optional<StateHash>> hashAt(GroupKey group, Position position);

  /// Begins to merge all segments of a collection on the replica, without its dead rows, and does
  /// not wait for it: asked again, it has fewer. Answers with what there is now.
  CompletableFuture<SegmentCounts> compact(int shard, long collectionId);

  /// What the node still has that could open a collection that was shredded: first in the
  /// catalogue, then in each replica of a shard that it has.
  ///
  /// @param advance whether it is to do about that what it can now, else it only looks
  CompletableFuture<List<ReplicaErasure>> erasure(long collectionId, boolean advance);

  /// The node as one to fetch snapshots from.
  SnapshotSource snapshots();

  /// What is wrong with the files of the replica's newest checkpoint that hold a collection.
  CompletableFuture<Verification> verify(int shard, long collectionId);
}
