package io.quiverdb.raft;

import com.codahale.metrics.MetricRegistry;
import io.quiverdb.core.Store;
import io.quiverdb.core.StoreException;
import io.quiverdb.raft.GroupKey.ShardGroup;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads all files of this node's replicas, one replica after the other and each once in a while:
/// what nobody asks for rots unnoticed, until the other members' copies have rotted too.
final class Scrub {
  private static final Logger log = LoggerFactory.getLogger(Scrub.class);

  /// Of a node that has just started: it has other things to do first.
  private static final Duration FIRST_DELAY_MAX = Duration.ofMinutes(30);

  private final HostedGroups hosted;
  private final Duration interval;
  private final MetricRegistry metrics;
  private final LongSupplier nanoClock;
  private final Executor executor;
  private final Map<ShardGroup, Long> dueNanos = new ConcurrentHashMap<>();
  private final AtomicBoolean running = new AtomicBoolean();

  /// @param interval between two readings of a replica
  /// @param executor runs what reads
  Scrub(
      HostedGroups hosted,
      Duration interval,
      MetricRegistry metrics,
      LongSupplier nanoClock,
      Executor executor) {
    this.hosted = hosted;
    this.interval = interval;
    this.metrics = metrics;
    this.nanoClock = nanoClock;
    this.executor = executor;
  }

  /// Begins what is due, one at a time. To be called now and then; does not block.
  void tick() {
    long now = nanoClock.getAsLong();
    var first = interval.compareTo(FIRST_DELAY_MAX) < 0 ? interval : FIRST_DELAY_MAX;
    hosted.eachShard(
        (shard, state) -> {
          long due = dueNanos.computeIfAbsent(shard, _ -> now + first.toNanos());
          if (now - due >= 0 && running.compareAndSet(false, true)) {
            begin(shard, state);
          }
        });
  }

  private void begin(ShardGroup shard, StoreState state) {
    try {
      executor.execute(() -> run(shard, state));
    } catch (RejectedExecutionException e) {
      running.set(false);
      log.debug("no file is read: shutting down");
    }
  }

  private void run(ShardGroup shard, StoreState state) {
    try {
      var verification = state.verify(Store::verify);
      metrics.counter(MetricNames.of(MetricNames.SCRUBBED, shard)).inc();
      log.info(
          "files read group={} files={} bytes={} damages={}",
          shard,
          verification.fileCount(),
          verification.byteCount(),
          verification.damageCount());
    } catch (StoreException e) {
      log.warn("files not read group={}", shard, e);
    } finally {
      dueNanos.put(shard, nanoClock.getAsLong() + interval.toNanos());
      running.set(false);
    }
  }
}
