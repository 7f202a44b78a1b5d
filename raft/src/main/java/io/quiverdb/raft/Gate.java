package io.quiverdb.raft;

import java.util.concurrent.locks.ReentrantReadWriteLock;

/// Lets work pass until it is closed: then nothing of it is still under way.
final class Gate {
  private final ReentrantReadWriteLock passing = new ReentrantReadWriteLock();
  private volatile boolean closed;

  /// Runs `work` unless the gate is closed.
  ///
  /// @return whether it ran
  boolean pass(Runnable work) {
    passing.readLock().lock();
    try {
      if (closed) {
        return false;
      }
      work.run();
      return true;
    } finally {
      passing.readLock().unlock();
    }
  }

  /// Nothing is passing the gate once this returns.
  ///
  /// @return false if it was closed before, by someone who will open it
  boolean close() {
    passing.writeLock().lock();
    try {
      if (closed) {
        return false;
      }
      closed = true;
      return true;
    } finally {
      passing.writeLock().unlock();
    }
  }

  void open() {
    closed = false;
  }

  boolean closed() {
    return closed;
  }
}
