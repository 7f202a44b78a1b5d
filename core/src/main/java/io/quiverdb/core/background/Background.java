package io.quiverdb.core.background;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes checkpoints when they are due, compacts after them, and indexes what has come of it, for
/// all stores of a node: of each store one at a time, while it is read and written.
public final class Background {
  private static final Logger log = LoggerFactory.getLogger(Background.class);

  private final Triggers triggers;
  private final LongSupplier nanoClock;
  private final Executor checkpoints;
  private final Executor compactions;
  private final Executor indexing;
  private final Map<BackgroundTarget, Progress> watched = new ConcurrentHashMap<>();

  /// When a checkpoint is due.
  ///
  /// @param bufferBytes of rows in memory that no checkpoint holds
  /// @param allBufferBytes of those of all stores together: beyond it the largest are written
  /// @param logBytes logged since the last one
  /// @param interval after which anything pending is written
  public record Triggers(long bufferBytes, long allBufferBytes, long logBytes, Duration interval) {
    public static final Triggers STANDARD =
        new Triggers(64L << 20, 256L << 20, 256L << 20, Duration.ofMinutes(5));
  }

  private static final class Progress {
    private long sinceNanos;
    private long sinceLoggedBytes;
    private boolean checkpointing;
    private boolean compacting;

    /// Whether it was asked for while it went on: what is due since is not seen by that pass.
    private boolean compactAgain;

    private boolean indexing;

    Progress(long sinceNanos) {
      this.sinceNanos = sinceNanos;
    }
  }

  /// @param checkpoints runs those; threads of its own, as they wait for the disk
  /// @param compactions runs those, which may take long
  /// @param indexing builds and reads indexes, which may take longer
  public Background(
      Triggers triggers,
      LongSupplier nanoClock,
      Executor checkpoints,
      Executor compactions,
      Executor indexing) {
    this.triggers = triggers;
    this.nanoClock = nanoClock;
    this.checkpoints = checkpoints;
    this.compactions = compactions;
    this.indexing = indexing;
  }

  /// From now on. What an earlier process left to be compacted is compacted first.
  public void watch(BackgroundTarget target) {
    var progress = new Progress(nanoClock.getAsLong());
    watched.put(target, progress);
    startCompaction(target, progress);
  }

  /// What is under way goes on.
  public void forget(BackgroundTarget target) {
    watched.remove(target);
  }

  /// Starts what is due. To be called several times a second.
  public void tick() {
    watched.forEach(
        (target, progress) -> {
          if (due(target, progress)) {
            startCheckpoint(target, progress);
          }
          startIndexing(target, progress);
        });
    keepBudget();
  }

  /// Whether the rows in memory, those that are being written included, take all that they may:
  /// whoever adds to them waits.
  public boolean isFull() {
    return watched.keySet().stream().mapToLong(BackgroundTarget::bufferBytes).sum()
        >= triggers.allBufferBytes;
  }

  /// Takes checkpoints of all, and waits for it.
  public void checkpointAll() {
    List.copyOf(watched.keySet()).forEach(BackgroundTarget::checkpoint);
  }

  private boolean due(BackgroundTarget target, Progress progress) {
    synchronized (progress) {
      return target.pending()
          && (target.bufferBytes() >= triggers.bufferBytes
              || target.loggedBytes() - progress.sinceLoggedBytes >= triggers.logBytes
              || nanoClock.getAsLong() - progress.sinceNanos >= triggers.interval.toNanos());
    }
  }

  /// What is being written will be free soon; of the rest the largest are written, until it fits.
  private void keepBudget() {
    var resting = watched.keySet().stream().filter(this::isResting).map(Sized::of).toList();
    long bytes = resting.stream().mapToLong(Sized::bufferBytes).sum();
    var largestFirst =
        resting.stream().sorted(Comparator.comparingLong(Sized::bufferBytes).reversed()).toList();
    for (var sized : largestFirst) {
      if (bytes < triggers.allBufferBytes) {
        return;
      }
      bytes -= sized.bufferBytes;
      var progress = watched.get(sized.target);
      if (progress != null) {
        startCheckpoint(sized.target, progress);
      }
    }
  }

  private record Sized(BackgroundTarget target, long bufferBytes) {
    static Sized of(BackgroundTarget target) {
      return new Sized(target, target.bufferBytes());
    }
  }

  private boolean isResting(BackgroundTarget target) {
    var progress = watched.get(target);
    if (progress == null) {
      return false;
    }
    synchronized (progress) {
      return !progress.checkpointing && target.pending();
    }
  }

  private void startCheckpoint(BackgroundTarget target, Progress progress) {
    synchronized (progress) {
      if (progress.checkpointing) {
        return;
      }
      progress.checkpointing = true;
    }
    boolean started = false;
    try {
      checkpoints.execute(() -> checkpoint(target, progress));
      started = true;
    } catch (RejectedExecutionException e) {
      log.debug("no checkpoint: shutting down");
    } finally {
      if (!started) {
        synchronized (progress) {
          progress.checkpointing = false;
        }
      }
    }
  }

  private void checkpoint(BackgroundTarget target, Progress progress) {
    long loggedBytes = target.loggedBytes();
    try {
      target.checkpoint();
      startCompaction(target, progress);
    } catch (RuntimeException e) {
      log.error("checkpoint failed", e);
    } finally {
      synchronized (progress) {
        progress.checkpointing = false;
        progress.sinceNanos = nanoClock.getAsLong();
        progress.sinceLoggedBytes = loggedBytes;
      }
    }
  }

  private void startIndexing(BackgroundTarget target, Progress progress) {
    synchronized (progress) {
      if (progress.indexing || !target.isIndexingDue()) {
        return;
      }
      progress.indexing = true;
    }
    boolean started = false;
    try {
      indexing.execute(() -> index(target, progress));
      started = true;
    } catch (RejectedExecutionException e) {
      log.debug("no indexing: shutting down");
    } finally {
      if (!started) {
        endIndexing(progress);
      }
    }
  }

  private static void index(BackgroundTarget target, Progress progress) {
    try {
      target.index();
    } catch (RuntimeException e) {
      log.error("indexing failed", e);
    } finally {
      endIndexing(progress);
    }
  }

  private static void endIndexing(Progress progress) {
    synchronized (progress) {
      progress.indexing = false;
    }
  }

  private void startCompaction(BackgroundTarget target, Progress progress) {
    synchronized (progress) {
      if (progress.compacting) {
        progress.compactAgain = true;
        return;
      }
      progress.compacting = true;
    }
    try {
      compactions.execute(() -> compact(target, progress));
    } catch (RejectedExecutionException e) {
      log.debug("no compaction: shutting down");
    }
  }

  private void compact(BackgroundTarget target, Progress progress) {
    beginPass(progress);
    try {
      target.compact();
    } catch (RuntimeException e) {
      log.error("compaction failed", e);
    } finally {
      if (endPass(progress)) {
        startCompaction(target, progress);
      }
    }
  }

  /// What was asked for until now is seen by this pass.
  private static void beginPass(Progress progress) {
    synchronized (progress) {
      progress.compactAgain = false;
    }
  }

  /// @return whether another one was asked for meanwhile
  private static boolean endPass(Progress progress) {
    synchronized (progress) {
      boolean again = progress.compactAgain;
      progress.compacting = false;
      return again;
    }
  }
}
