package io.quiverdb.raft;

import java.time.Duration;
import java.util.function.LongSupplier;

/// Holds writers of a shard back that come faster than graphs are built over what they wrote: from
/// half of a bound of waiting rows on each write is slowed down, the more the nearer the bound is,
/// and at the bound they are refused. Only the leader asks, before anything is logged; what is
/// applied does not depend on it.
final class GraphBackpressure {
  /// Of a write right below the bound.
  static final Duration DELAY_MAX = Duration.ofSeconds(1);

  private final long rowsMax;
  private final LongSupplier waitingRows;

  /// @param rowsMax 0 for no bound
  /// @param waitingRows how many rows are to be given graphs; asked for each write
  GraphBackpressure(long rowsMax, LongSupplier waitingRows) {
    this.rowsMax = rowsMax;
    this.waitingRows = waitingRows;
  }

  /// How long a write is to wait before it is logged.
  ///
  /// @throws ShardException.Overloaded if it is refused
  Duration delay(GroupKey shard) {
    if (rowsMax == 0) {
      return Duration.ZERO;
    }
    long rows = waitingRows.getAsLong();
    if (rows >= rowsMax) {
      throw new ShardException.Overloaded(
          "%s: %d rows wait for a graph (expected: fewer than %d)".formatted(shard, rows, rowsMax));
    }
    double excess = Math.max(0, 2.0 * rows / rowsMax - 1);
    return Duration.ofNanos(Math.round(DELAY_MAX.toNanos() * excess * excess));
  }
}
