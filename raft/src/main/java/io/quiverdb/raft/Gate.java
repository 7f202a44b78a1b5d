package io.quiverdb.raft;

import java.util.concurrent.locks.ReentrantReadWriteLock;

/// Holds writes back while leadership moves: Ratis would refuse them, and lose a permit for each.
final class WriteGate {
  private final ReentrantReadWriteLock passing = new ReentrantReadWriteLock();
  private volatile boolean closed;

  /// Runs `submit` unless the gate is closed.
  ///
  /// @return whether it ran
  boolean pass(Runnable submit) {
    passing.readLock().lock();
    try {
      if (closed) {
        return false;
      }
      submit.run();
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
