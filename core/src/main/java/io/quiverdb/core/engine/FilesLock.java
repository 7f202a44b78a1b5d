package io.quiverdb.core.engine;

import io.quiverdb.core.ReadFailedException;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/// Guards the files of an open store: held by whoever publishes a manifest, and by whoever needs
/// the files that there are to stay.
///
/// The order of locks: that of who attaches an index, this one, the place between two groups of the
/// own log, the lock of the state.
public final class FilesLock {
  private final ReentrantLock lock = new ReentrantLock();
  private final Health health;
  private final LiveState live;

  FilesLock(Health health, LiveState live) {
    this.health = health;
    this.live = live;
  }

  @FunctionalInterface
  interface Action<V> {
    V run() throws IOException;
  }

  /// Runs what changes files: if the storage fails, so does the store.
  ///
  /// @param during for the message then
  <V> V change(String during, Action<V> action) {
    requireOutsideOfObservers();
    lock.lock();
    try {
      health.requireUsable();
      return action.run();
    } catch (IOException | InternalError e) {
      // The second is how the JVM reports a mapped file that the disk cannot give.
      throw health.failed(during, e);
    } finally {
      lock.unlock();
    }
  }

  /// Runs what only reads files: nothing follows from its failure for the store.
  ///
  /// @param what cannot be read then
  <V> V read(String what, Action<V> action) {
    requireOutsideOfObservers();
    lock.lock();
    try {
      health.requireUsable();
      return action.run();
    } catch (IOException | InternalError e) {
      throw new ReadFailedException("store: " + what + " cannot be read", e);
    } finally {
      lock.unlock();
    }
  }

  /// They are called with the lock of the state held, which comes after this one.
  private void requireOutsideOfObservers() {
    if (live.lock().isHeldByCurrentThread()) {
      throw new IllegalStateException(
          "a commit observer uses files (expected: hands over and returns)");
    }
  }

  ReentrantLock lock() {
    return lock;
  }
}
