package io.quiverdb.core.engine;

import io.quiverdb.core.Store;
import io.quiverdb.core.StoreClosedException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
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

  /// Guarded by the lock: how many want it lifted.
  private int lifted;

  WriteStall(Health health) {
    this.health = health;
  }

  /// Returns when there is room.
  ///
  /// @throws StoreClosedException if the store is closed meanwhile
  /// @throws io.quiverdb.core.StoreFailedException if it failed meanwhile
  void await() {
    if (!stalled) {
      return;
    }
    lock.lock();
    try {
      while (stalled && lifted == 0 && !health.isStopping()) {
        ended.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
    if (health.isStopping()) {
      health.requireUsable();
      throw new StoreClosedException();
    }
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

  /// Runs what holds checkpoints up and calls code of others, which may wait for a writer: nobody
  /// waits meanwhile.
  <V> V lifted(Supplier<V> action) {
    lift(1);
    try {
      return action.get();
    } finally {
      lift(-1);
    }
  }

  private void lift(int by) {
    lock.lock();
    try {
      lifted += by;
      ended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// When the store stops.
  void wake() {
    lift(0);
  }
}
