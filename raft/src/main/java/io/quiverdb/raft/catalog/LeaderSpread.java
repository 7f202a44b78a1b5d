package io.quiverdb.raft.catalog;

import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.NodeStatus;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.catalog.LeaderPlan.Transfer;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has leaders moved away from nodes that lead too many shards ([LeaderPlan]), one at a time. A
/// transfer that fails holds up writes in vain: the next one waits, longer each time.
final class LeaderSpread {
  private static final Logger log = LoggerFactory.getLogger(LeaderSpread.class);

  private static final int PAUSE_MAX = 128;

  private final Function<NodeId, Peer> peers;
  private Optional<Transfer> dueBefore = Optional.empty();
  private boolean busy;
  private int pauseNext = 1;
  private int pause;

  LeaderSpread(Function<NodeId, Peer> peers) {
    this.peers = peers;
  }

  /// Begins what was due the last time, too: an election that is being held just now may make it
  /// needless. To be called every few seconds; does not block.
  ///
  /// @param statuses of the nodes that answered
  synchronized void sweep(Membership now, Collection<NodeStatus> statuses) {
    if (busy || --pause > 0) {
      return;
    }
    var due = LeaderPlan.next(now, statuses);
    boolean isLasting = due.isPresent() && due.equals(dueBefore);
    dueBefore = due;
    if (isLasting) {
      busy = true;
      begin(due.get());
    }
  }

  private void begin(Transfer transfer) {
    log.info(
        "leaders are spread: {} from={} to={}", transfer.shard(), transfer.from(), transfer.to());
    CompletableFuture<Void> moved;
    try {
      moved = peers.apply(transfer.from()).transferLeader(transfer.shard(), transfer.to());
    } catch (ShardException e) {
      moved = CompletableFuture.failedFuture(e);
    }
    var _ = moved.whenComplete((_, failure) -> ended(transfer, failure == null));
  }

  private synchronized void ended(Transfer transfer, boolean hasMoved) {
    busy = false;
    dueBefore = Optional.empty();
    pause = hasMoved ? 0 : pauseNext;
    pauseNext = hasMoved ? 1 : Math.min(2 * pauseNext, PAUSE_MAX);
    if (!hasMoved) {
      log.info("leader not moved: {} to={}", transfer.shard(), transfer.to());
    }
  }
}
