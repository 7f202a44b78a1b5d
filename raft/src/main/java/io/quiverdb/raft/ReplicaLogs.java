package io.quiverdb.raft;

import io.quiverdb.raft.ReplicatedState.TermIndex;
import io.quiverdb.raft.log.LogGuard;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.ratis.protocol.RaftGroupId;

/// Where the logs of this node's replicas begin, by their files.
final class ReplicaLogs {
  private final GroupDirectories directories;
  private final NodeWatermarks watermarks;
  private final LocalReplicas replicas;

  ReplicaLogs(GroupDirectories directories, NodeWatermarks watermarks, LocalReplicas replicas) {
    this.directories = directories;
    this.watermarks = watermarks;
    this.replicas = replicas;
  }

  /// The index of the first entry in a replica's log, or that would be: a log that is empty goes on
  /// behind the checkpoint.
  long firstIndex(Replica replica) {
    try {
      return firstIndex(replica.groupId(), replica.state());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long firstIndex(RaftGroupId id, ReplicatedState state) throws IOException {
    return LogGuard.firstIndex(directories.of(id)).orElse(state.durable().index() + 1);
  }

  /// Whether a replica's log goes on from a checkpoint.
  ///
  /// @param place of the last entry that the checkpoint holds
  boolean goesOnFrom(TermIndex place, Replica replica) throws IOException {
    return place.index() >= firstIndex(replica.groupId(), replica.state()) - 1;
  }

  /// Whether entries up to `index` are in the file that a replica writes to, which is deleted only
  /// when another is begun.
  boolean writesToFileOf(Replica replica, long index) throws IOException {
    return LogGuard.openIndex(directories.of(replica.groupId())).stream()
        .anyMatch(first -> first <= index);
  }

  /// The index of the first entry in the log of a shard whose store cannot be opened; a checkpoint
  /// that another member has is of use if it holds the entry before that one.
  ///
  /// @throws ShardException.Unavailable if it is none
  long firstIndexUnopened(GroupKey key) throws IOException {
    var id = replicas.unopened(key);
    if (id.isEmpty()) {
      throw new ShardException.Unavailable(key + ": its store is not one that cannot be opened");
    }
    var first = LogGuard.firstIndex(directories.aside(id.get()));
    // A log that is empty tells nothing of where it would go on.
    return first.orElse(watermarks.of(id.get()) + 1);
  }
}
