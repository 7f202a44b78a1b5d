package io.quiverdb.core.engine;

import io.quiverdb.core.Store;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Holds writers back while more rows are in memory than may be: they come faster than the disk
/// takes them.
final class WriteStall {
  private static final Logger log = LoggerFactory.getLogger(Store.class);

  private final Health health;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();

  /// Read without the lock by every write.
  private volatile boolean stalled;

  WriteStall(Health health) {
    this.health = health;
  }

  /// Returns when there is room.
  ///
  /// @throws io.quiverdb.core.StoreClosedException if the store was closed meanwhile
  /// @throws io.quiverdb.core.StoreFailedException if it failed meanwhile
  void await() {
    if (!stalled) {
      return;
    }
    lock.lock();
    try {
      while (stalled && !health.isStopping()) {
        ended.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
    health.requireUsable();
  }

  /// @param isFull whether writers are to wait from now on
  void set(boolean isFull) {
    lock.lock();
    try {
      if (isFull != stalled) {
        log.info(isFull ? "writes wait for a checkpoint" : "writes go on");
      }
      stalled = isFull;
      ended.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
