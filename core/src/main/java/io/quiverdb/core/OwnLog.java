package io.quiverdb.core;

import io.quiverdb.core.log.GroupCommit;
import io.quiverdb.core.log.GroupFailedException;
import io.quiverdb.core.log.WriteAheadLog;
import io.quiverdb.core.op.Entry;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// The log that a stand-alone store keeps itself, and the way of its writers through it: to the log
/// in groups, then to the engine.
final class OwnLog {
  /// From which on a group takes no further entry.
  private static final long GROUP_BYTES_MAX = 4 << 20;

  private final WriteAheadLog log;
  private final Engine engine;
  private final ReentrantLock applying;
  private final GroupCommit<Entry, List<Outcome>> commits;

  /// From which file on entries came after the last cut. For whoever takes checkpoints.
  private volatile long cut;

  /// What the entries are for.
  interface Engine {
    /// @throws StoreException if it failed or was closed
    void requireUsable();

    /// Called with the lock of applying held.
    ///
    /// @param group behind all that was applied before
    /// @return of each entry, an outcome per operation
    List<List<Outcome>> apply(List<Entry> group);

    /// Refuses everything from now on.
    StoreFailedException failed(String during, Throwable fault);
  }

  OwnLog(WriteAheadLog log, Engine engine, ReentrantLock applying) {
    this.log = log;
    this.engine = engine;
    this.applying = applying;
    this.commits =
        new GroupCommit<>(new LogAndApply(), applying, Entry::getSerializedSize, GROUP_BYTES_MAX);
  }

  private final class LogAndApply implements GroupCommit.Stages<Entry, List<Outcome>> {
    @Override
    public void write(List<Entry> group) {
      engine.requireUsable();
      try {
        long _ = log.append(group);
      } catch (IOException | RuntimeException | Error e) {
        throw engine.failed("log", e);
      }
    }

    @Override
    public List<List<Outcome>> apply(List<Entry> group) {
      return engine.apply(group);
    }
  }

  /// Returns when the entry is durable and applied.
  ///
  /// @throws StoreFailedException if the store failed; whether the entry survives is not known
  List<Outcome> commit(Entry entry) {
    requireOutsideOfObservers();
    try {
      return commits.commit(entry);
    } catch (GroupFailedException e) {
      throw e.reason() instanceof StoreClosedException
          ? new StoreClosedException()
          : new StoreFailedException("store: failed (expected: reopened)", e.reason());
    }
  }

  /// Runs an action while all that is in the log has been applied, and nothing else is logged or
  /// applied.
  <V> V betweenGroups(Supplier<V> action) {
    requireOutsideOfObservers();
    return commits.betweenGroups(action);
  }

  private void requireOutsideOfObservers() {
    if (applying.isHeldByCurrentThread()) {
      throw new IllegalStateException(
          "a commit observer writes (expected: hands over and returns)");
    }
  }

  /// Ends the log file: what comes later is in others. Between groups.
  void cut() {
    try {
      cut = log.cut();
    } catch (IOException e) {
      throw engine.failed("log", e);
    }
  }

  /// Deletes all before the last [#cut], which a durable checkpoint holds.
  ///
  /// @return how many files
  int deleteBeforeCut() throws IOException {
    return log.deleteBefore(cut);
  }

  /// Goes on behind a snapshot that was installed. Between groups.
  ///
  /// @param lsn of the next entry
  void skipTo(long lsn) {
    try {
      log.skipTo(lsn);
    } catch (IOException e) {
      throw engine.failed("log", e);
    }
  }

  /// Since the store was opened, with what was recovered then.
  long writtenBytes() {
    return log.writtenBytes();
  }

  /// On disk.
  long bytes() {
    return log.bytes();
  }

  void close() throws IOException {
    log.close();
  }
}
