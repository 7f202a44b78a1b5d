package io.quiverdb.raft.snapshot;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes checkpoints when they are due, in the background and one at a time.
public final class Checkpointer {
  private static final Logger log = LoggerFactory.getLogger(Checkpointer.class);

  private final Triggers triggers;
  private final LongSupplier nanoClock;
  private final Executor executor;
  private final Map<Checkpointed, Progress> watched = new ConcurrentHashMap<>();

  /// When a checkpoint is due.
  ///
  /// @param bufferBytes of rows in memory that no checkpoint holds
  /// @param logBytes logged since the last one
  /// @param interval after which anything pending is written
  public record Triggers(long bufferBytes, long logBytes, Duration interval) {
    public static final Triggers STANDARD =
        new Triggers(64L << 20, 256L << 20, Duration.ofMinutes(5));
  }

  /// What has checkpoints.
  public interface Checkpointed {
    /// Whether anything was applied that the last checkpoint does not hold.
    boolean pending();

    long bufferBytes();

    /// Since the process started.
    long loggedBytes();

    /// Makes one and tells Ratis. Failures are its own to report.
    void checkpoint();
  }

  private static final class Progress {
    private long sinceNanos;
    private long sinceLoggedBytes;
    private boolean running;

    Progress(long sinceNanos) {
      this.sinceNanos = sinceNanos;
    }
  }

  /// @param executor runs checkpoints
  public Checkpointer(Triggers triggers, LongSupplier nanoClock, Executor executor) {
    this.triggers = triggers;
    this.nanoClock = nanoClock;
    this.executor = executor;
  }

  public void watch(Checkpointed target) {
    watched.put(target, new Progress(nanoClock.getAsLong()));
  }

  /// Starts what is due. To be called now and then.
  public void tick() {
    watched.forEach(
        (target, progress) -> {
          if (begin(target, progress)) {
            executor.execute(() -> run(target, progress));
          }
        });
  }

  /// Checkpoints all, and waits for it.
  public void checkpointAll() {
    List.copyOf(watched.keySet()).forEach(Checkpointed::checkpoint);
  }

  private boolean begin(Checkpointed target, Progress progress) {
    synchronized (progress) {
      if (progress.running || !due(target, progress)) {
        return false;
      }
      progress.running = true;
      return true;
    }
  }

  private boolean due(Checkpointed target, Progress progress) {
    return target.pending()
        && (target.bufferBytes() >= triggers.bufferBytes()
            || target.loggedBytes() - progress.sinceLoggedBytes >= triggers.logBytes()
            || nanoClock.getAsLong() - progress.sinceNanos >= triggers.interval().toNanos());
  }

  private void run(Checkpointed target, Progress progress) {
    long loggedBytes = target.loggedBytes();
    try {
      target.checkpoint();
    } catch (RuntimeException e) {
      log.error("checkpoint failed", e);
    } finally {
      synchronized (progress) {
        progress.running = false;
        progress.sinceNanos = nanoClock.getAsLong();
        progress.sinceLoggedBytes = loggedBytes;
      }
    }
  }
}
