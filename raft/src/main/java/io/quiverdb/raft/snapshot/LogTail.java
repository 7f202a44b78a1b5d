package io.quiverdb.raft.snapshot;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// Which of a replica's durable checkpoints Ratis is told: it deletes the log that this one holds.
///
/// The oldest one is told that leaves no more than so many bytes of log behind it, for members that
/// come back soon. While a member fetches a checkpoint, nothing beyond that is told, for it goes on
/// with the log from there; unless the disk gets full.
public final class LogTail {
  /// More are not told apart.
  static final int CHECKPOINTS_MAX = 64;

  /// @param loggedBytes written to the log when it was begun, so at most those that it holds
  private record Durable(PublishedCheckpoint checkpoint, long loggedBytes) {}

  private final long bytesMax;
  private final LongSupplier nanoClock;
  private final BooleanSupplier isDiskFilling;

  /// Oldest first.
  private final List<Durable> durable = new ArrayList<>();

  private PublishedCheckpoint published;

  /// What is before it is to go from the log as soon as a checkpoint holds it.
  private long releasedBefore = Long.MIN_VALUE;

  /// The ends of the holds by what they hold.
  private final Map<Long, Long> holdEndsNanos = new HashMap<>();

  /// @param started the newest at the start
  /// @param loggedBytes written to the log by then
  /// @param bytesMax of log that is left behind the one that is told, if there is a later one
  public LogTail(
      PublishedCheckpoint started,
      long loggedBytes,
      long bytesMax,
      LongSupplier nanoClock,
      BooleanSupplier isDiskFilling) {
    this.bytesMax = bytesMax;
    this.nanoClock = nanoClock;
    this.isDiskFilling = isDiskFilling;
    this.published = started;
    durable.add(new Durable(started, loggedBytes));
  }

  /// A checkpoint has become durable; one that is not newer than the last one is left out.
  ///
  /// @param loggedBytes written to the log when it was begun
  public synchronized void checkpointed(PublishedCheckpoint checkpoint, long loggedBytes) {
    if (checkpoint.index() <= durable.getLast().checkpoint().index()) {
      return;
    }
    durable.add(new Durable(checkpoint, loggedBytes));
    if (durable.size() > CHECKPOINTS_MAX) {
      thinOut();
    }
  }

  /// Every second one, the newest and the one that is told aside.
  private void thinOut() {
    for (int at = durable.size() - 2; at > 0; at -= 2) {
      durable.remove(at);
    }
  }

  /// Keeps the log from this index on for a while, from now.
  public synchronized void hold(long index, Duration time) {
    holdEndsNanos.put(index, nanoClock.getAsLong() + time.toNanos());
  }

  /// Nothing keeps the log before this index any more, neither its tail nor those who hold it.
  public synchronized void release(long index) {
    releasedBefore = Math.max(releasedBefore, index);
  }

  private long lowestHeld() {
    long now = nanoClock.getAsLong();
    holdEndsNanos.values().removeIf(end -> now - end >= 0);
    return holdEndsNanos.keySet().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
  }

  /// What Ratis was told last.
  public synchronized PublishedCheckpoint published() {
    return published;
  }

  /// What Ratis is told now; never an earlier one than before.
  ///
  /// @param loggedBytes written to the log by now
  public synchronized PublishedCheckpoint publish(long loggedBytes) {
    var due =
        durable.stream()
            .filter(candidate -> loggedBytes - candidate.loggedBytes() <= bytesMax)
            .findFirst()
            .orElseGet(durable::getLast);
    long held = lowestHeld();
    long limit = held < Long.MAX_VALUE && isDiskFilling.getAsBoolean() ? Long.MAX_VALUE : held;
    var newest = durable.getLast().checkpoint();
    long told =
        published.index() < releasedBefore && newest.index() >= releasedBefore
            ? newest.index()
            : Math.min(limit, due.checkpoint().index());
    durable.stream()
        .map(Durable::checkpoint)
        .filter(checkpoint -> checkpoint.index() <= told)
        .reduce((_, later) -> later)
        .filter(checkpoint -> checkpoint.index() > published.index())
        .ifPresent(checkpoint -> published = checkpoint);
    durable.removeIf(older -> older.checkpoint().index() < published.index());
    return published;
  }
}
