package io.quiverdb.raft;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Stops the replicas of a node before its disk is full, and opens them again when there is room.
/// The other members go on meanwhile.
final class DiskGuard {
  private static final Logger log = LoggerFactory.getLogger(DiskGuard.class);
  private static final String WHY = "stopped: the disk is nearly full";

  private final DiskSpace disk;
  private final Supplier<GroupServer> groups;
  private final Duration handOverTimeout;
  private final Executor executor;
  private final AtomicBoolean busy = new AtomicBoolean();

  /// @param executor runs what waits
  DiskGuard(
      DiskSpace disk, Supplier<GroupServer> groups, Duration handOverTimeout, Executor executor) {
    this.disk = disk;
    this.groups = groups;
    this.handOverTimeout = handOverTimeout;
    this.executor = executor;
  }

  /// To be called several times a second; does not block.
  void tick() {
    disk.look();
    boolean isFull = disk.isFull();
    boolean isDue =
        groups.get().replicas().stream()
            .anyMatch(one -> isFull ? one.stopped().isEmpty() : isStopped(one));
    if (!isDue || !busy.compareAndSet(false, true)) {
      return;
    }
    try {
      executor.execute(
          () -> {
            try {
              groups.get().replicas().forEach(isFull ? this::stop : this::goOn);
            } finally {
              busy.set(false);
            }
          });
    } catch (RejectedExecutionException e) {
      log.debug("replicas left as they are: shutting down");
    }
  }

  /// By this one: what another stopped is not its concern.
  private static boolean isStopped(Replica replica) {
    return replica.stopped().filter(WHY::equals).isPresent();
  }

  private void stop(Replica replica) {
    if (replica.stopped().isPresent()) {
      return;
    }
    try {
      if (replica.leaderReady()) {
        replica.handOver(handOverTimeout);
      }
      groups.get().stop(replica, WHY);
    } catch (IOException | RuntimeException e) {
      // The next tick tries again.
      log.warn("replica not stopped group={}", replica.key(), e);
    }
  }

  private void goOn(Replica replica) {
    if (!isStopped(replica)) {
      return;
    }
    try {
      groups.get().goOn(replica);
    } catch (IOException | RuntimeException e) {
      log.warn("replica not opened again group={}", replica.key(), e);
    }
  }
}
