package io.quiverdb.raft;

/// What a node says when it is asked, as the leader of a group, how far reads have to see.
public sealed interface ReadIndex {
  /// Covers every write of the group that was acknowledged before the question.
  record At(long index) implements ReadIndex {}

  record Refused(ShardException why) implements ReadIndex {}
}
