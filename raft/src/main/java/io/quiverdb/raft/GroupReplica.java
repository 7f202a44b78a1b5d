package io.quiverdb.raft;

import io.quiverdb.raft.ReplicatedState.TermIndex;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/// This node's replica of a Raft group, whatever it replicates. Futures fail with a
/// [ShardException].
public interface GroupReplica {
  GroupKey key();

  /// Whether it leads and may propose.
  boolean leads();

  Optional<NodeId> leader();

  /// As the leader: logs `entry`; complete when it is committed and applied here.
  CompletableFuture<Reply> propose(ByteBuffer entry);

  /// As the leader: an index that covers every entry acknowledged before the call, after a majority
  /// confirmed the term.
  CompletableFuture<Long> readIndex();

  /// Complete when this replica has applied the entry at `index`. Whoever waits no more cancels it.
  CompletableFuture<Void> awaitApplied(long index);

  /// Up to which entries are committed, as far as this replica knows.
  long committedIndex();

  /// For how long this replica has heard nothing of a leader; 0 if it leads, empty if it has heard
  /// of none.
  OptionalLong leaderSilenceMillis();

  /// The answer of [ReplicatedState#apply], and where the entry stands.
  record Reply(ByteBuffer answer, TermIndex place) {}
}
