package io.quiverdb.raft;

import io.quiverdb.raft.log.CoveredLog;
import java.nio.ByteBuffer;

/// What a group replicates: a state that changes by applying log entries, alike on every member.
/// One thread calls it, in log order.
public interface ReplicatedState {
  /// Applies a committed entry and publishes the state after it.
  ///
  /// @return the reply for whoever proposed it
  /// @throws RuntimeException if the world failed; the replica then stops
  ByteBuffer apply(long term, long index, ByteBuffer entry);

  /// Notes a committed entry that is not ours, such as a change of configuration.
  void advance(long term, long index);

  /// The term and index that need not be replayed: all before is in durable files.
  TermIndex durable();

  /// The last term and index applied or noted.
  TermIndex applied();

  /// An entry that changes nothing worth telling, which the leader logs to push a lone one along.
  /// An empty one is only noted.
  default ByteBuffer filler() {
    return ByteBuffer.allocate(0);
  }

  /// This replica leads, and has applied all that earlier leaders committed.
  default void leaderReady() {}

  /// This replica does not lead any more.
  default void leaderLost() {}

  /// A place in a group's log.
  record TermIndex(long term, long index) {
    /// Before the first entry.
    public static final TermIndex NONE = new TermIndex(0, -1);

    /// The part of the log that need not be there, as all up to here is in durable files.
    CoveredLog covered() {
      return index < 0 ? CoveredLog.NOTHING : new CoveredLog(term, index);
    }
  }
}
