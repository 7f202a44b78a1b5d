package io.quiverdb.raft;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.StoreException;
import io.quiverdb.raft.GroupKey.ShardGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Samples how much searches by graphs find of what exact ones do, one search at a time. Each shard
/// with a graph is given so many rows a minute to look at, and saves them up until they are enough
/// for the largest of its collections: such a one is sampled seldom, and no shard costs more.
final class RecallScrub {
  private static final Logger log = LoggerFactory.getLogger(RecallScrub.class);
  private static final long INTERVAL_NANOS = Duration.ofMinutes(1).toNanos();

  private final HostedGroups hosted;
  private final long rowsPerMinute;
  private final ReplicaMetrics metrics;
  private final RandomGenerator random;
  private final LongSupplier nanoClock;
  private final Executor executor;
  private final Map<ShardGroup, Savings> savings = new ConcurrentHashMap<>();
  private final AtomicBoolean running = new AtomicBoolean();

  private record Savings(long rows, long dueNanos) {}

  /// @param rowsPerMinute of each shard; 0 for no samples
  /// @param random draws whose neighbours are looked for
  /// @param executor runs what searches
  RecallScrub(
      HostedGroups hosted,
      long rowsPerMinute,
      ReplicaMetrics metrics,
      RandomGenerator random,
      LongSupplier nanoClock,
      Executor executor) {
    this.hosted = hosted;
    this.rowsPerMinute = rowsPerMinute;
    this.metrics = metrics;
    this.random = random;
    this.nanoClock = nanoClock;
    this.executor = executor;
  }

  /// Begins what is due for the longest, one at a time. To be called now and then; does not block.
  void tick() {
    if (rowsPerMinute == 0 || !running.compareAndSet(false, true)) {
      return;
    }
    // Only now, as a search that has just ended writes down what it has spent.
    longestDue().ifPresentOrElse(this::begin, () -> running.set(false));
  }

  private Optional<Due> longestDue() {
    long now = nanoClock.getAsLong();
    List<Due> due = new ArrayList<>();
    Set<ShardGroup> present = new HashSet<>();
    hosted.eachShard(
        (shard, state) -> {
          present.add(shard);
          var saved = savings.computeIfAbsent(shard, _ -> new Savings(0, now + INTERVAL_NANOS));
          if (now - saved.dueNanos >= 0) {
            due.add(new Due(shard, state, saved.rows, now - saved.dueNanos));
          }
        });
    savings.keySet().retainAll(present);
    return due.stream().max(Comparator.comparingLong(Due::sinceNanos));
  }

  private record Due(ShardGroup shard, StoreState state, long savedRows, long sinceNanos) {}

  private void begin(Due due) {
    try {
      executor.execute(() -> run(due.shard, due.state, due.savedRows));
    } catch (RejectedExecutionException e) {
      running.set(false);
      log.debug("no search is sampled: shutting down");
    }
  }

  private void run(ShardGroup shard, StoreState state, long savedRows) {
    long rows = 0;
    var of = state.store();
    try {
      long needed = of.recallRowsNeeded();
      // Without a graph nothing is saved up, and with one no more than any sample takes.
      rows = needed == 0 ? 0 : Math.min(savedRows + rowsPerMinute, Math.max(needed, rowsPerMinute));
      var sample = of.sampleRecall(random, rows);
      if (sample.isPresent()) {
        rows -= sample.get().rows();
        state.recall().add(sample.get().recall());
        metrics.registerRecall(shard, state.recall());
      }
    } catch (CorruptFileException e) {
      rows = 0; // It may have looked at as many.
      state.damaged(of, e);
    } catch (StoreException | CancellationException e) {
      log.debug("no search is sampled group={}", shard, e);
    } finally {
      savings.put(shard, new Savings(rows, nanoClock.getAsLong() + INTERVAL_NANOS));
      running.set(false);
    }
  }
}
