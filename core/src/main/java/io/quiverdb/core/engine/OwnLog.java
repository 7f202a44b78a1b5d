package io.quiverdb.core.engine;

import io.quiverdb.core.Outcome;
import io.quiverdb.core.StoreClosedException;
import io.quiverdb.core.StoreFailedException;
import io.quiverdb.core.log.GroupCommit;
import io.quiverdb.core.log.GroupFailedException;
import io.quiverdb.core.log.WriteAheadLog;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;

/// The log that a stand-alone store keeps itself, and the way of its writers through it: to the log
/// in groups, then to the engine.
final class OwnLog {
  /// From which on a group takes no further entry.
  private static final long GROUP_BYTES_MAX = 4 << 20;

  private final WriteAheadLog log;
  private final Health health;
  private final LiveState live;
  private final GroupCommit<LogRequest, List<Outcome>> commits;

  /// From which file on entries came after the last cut. For whoever takes checkpoints.
  private volatile long cut;

  OwnLog(WriteAheadLog log, Health health, LiveState live) {
    this.log = log;
    this.health = health;
    this.live = live;
    this.commits =
        new GroupCommit<>(new LogAndApply(), live.lock(), LogRequest::bytes, GROUP_BYTES_MAX);
  }

  private final class LogAndApply implements GroupCommit.Stages<LogRequest, List<Outcome>> {
    @Override
    public void write(List<LogRequest> group) {
      health.requireUsable();
      try {
        long _ = log.append(group.stream().map(LogRequest::entry).toList());
      } catch (IOException | RuntimeException | Error e) {
        throw health.failed("log", e);
      }
    }

    @Override
    public List<List<Outcome>> apply(List<LogRequest> group) {
      return live.applyNext(group);
    }
  }

  /// Returns when the request is durable and applied.
  ///
  /// @throws StoreFailedException if the store failed; whether the entry survives is not known
  List<Outcome> commit(LogRequest request) {
    requireOutsideOfObservers();
    try {
      return commits.commit(request);
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

  /// They are called with the lock of the state held: a write of theirs would wait for itself.
  void requireOutsideOfObservers() {
    if (live.lock().isHeldByCurrentThread()) {
      throw new IllegalStateException(
          "a commit observer writes (expected: hands over and returns)");
    }
  }

  /// Ends the log file: what comes later is in others. Between groups.
  void cut() {
    try {
      cut = log.cut();
    } catch (IOException e) {
      throw health.failed("log", e);
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
      throw health.failed("log", e);
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
