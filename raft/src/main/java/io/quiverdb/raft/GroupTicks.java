package io.quiverdb.raft;

import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.ratis.protocol.RaftGroupId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a node does for its replicas several times a second: writes their watermarks, pushes lone
/// writes along, has changes of members given up that do not get on, and has it noted when one has
/// come up to its floor.
///
/// By a thread of its own, that never waits for the lock of [GroupServer].
final class GroupTicks {
  private static final Logger log = LoggerFactory.getLogger(GroupTicks.class);
  private static final int TICK_MILLIS = 250;

  /// By which the watermarks may be behind.
  private static final int MARKS_MILLIS = 100;

  private final LocalReplicas replicas;
  private final NodeWatermarks watermarks;
  private final Floors floors;
  private final Consumer<RaftGroupId> floorReached;
  private final Consumer<Throwable> onFatal;
  private final Executor executor;
  private final AtomicBoolean notingFloors = new AtomicBoolean();
  private final ScheduledExecutorService ticks =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("group-ticks").factory());

  /// @param floorReached notes it; may block
  /// @param executor tells what is fatal
  GroupTicks(
      LocalReplicas replicas,
      NodeWatermarks watermarks,
      Floors floors,
      Consumer<RaftGroupId> floorReached,
      Consumer<Throwable> onFatal,
      Executor executor) {
    this.replicas = replicas;
    this.watermarks = watermarks;
    this.floors = floors;
    this.floorReached = floorReached;
    this.onFatal = onFatal;
    this.executor = executor;
  }

  void start() {
    var _ =
        ticks.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    var _ =
        ticks.scheduleWithFixedDelay(this::mark, MARKS_MILLIS, MARKS_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void tick() {
    noteFloorsReached();
    for (Replica replica : replicas.open()) {
      try {
        replica.pushAlong();
        replica.giveUpSilentChange();
      } catch (RuntimeException e) {
        log.warn("tick failed group={}", replica.key(), e);
      }
    }
  }

  /// Off the ticking thread: opening a replica holds the lock for long.
  private void noteFloorsReached() {
    if (floors.toBeNoted().findAny().isPresent() && notingFloors.compareAndSet(false, true)) {
      var _ =
          Thread.startVirtualThread(
              () -> {
                try {
                  floors.toBeNoted().toList().forEach(floorReached);
                } finally {
                  notingFloors.set(false);
                }
              });
    }
  }

  private void mark() {
    try {
      watermarks.mark(replicas.open());
    } catch (IOException | RuntimeException e) {
      // Without them, what has rotted would be taken for torn.
      log.error("watermarks not written", e);
      executor.execute(() -> onFatal.accept(e));
      throw new IllegalStateException("watermarks: not written any more", e);
    }
  }

  /// Ends when what is under way has. Not interrupted: a file that is written to would be closed.
  void close() {
    ticks.close();
  }
}
