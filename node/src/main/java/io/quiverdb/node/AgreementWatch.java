package io.quiverdb.node;

import io.quiverdb.node.routing.Cluster;
import io.quiverdb.node.routing.Deadline;
import io.quiverdb.node.routing.ReplicaCheck;
import io.quiverdb.node.routing.ReplicaCheck.ShardHashes;
import io.quiverdb.node.routing.RoutingException;
import io.quiverdb.node.telemetry.NodeMetrics;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.ReplicaStatus;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.ShardInfo;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Compares the replicas of the shards that this node leads, again and again, and raises an alarm
/// that names the odd one out: replicas that applied the same entries must be the same.
final class AgreementWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AgreementWatch.class);
  static final Duration PAUSE = Duration.ofMinutes(1);

  // A replica that is further behind is compared the next time.
  private static final Duration ANSWER = Duration.ofSeconds(20);

  private final Cluster cluster;
  private final NodeMetrics metrics;
  private final ReplicaCheck check;
  private final Map<Integer, Long> comparedAt = new HashMap<>();
  private final Map<Integer, List<NodeId>> alarms = new HashMap<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  /// @param ids names the marks
  AgreementWatch(Cluster cluster, NodeMetrics metrics, Supplier<UUID> ids) {
    this.cluster = cluster;
    this.metrics = metrics;
    this.check = new ReplicaCheck(cluster, ids);
  }

  /// Compares each time that `pause` has gone by, until it is closed.
  AgreementWatch start(Duration pause) {
    Thread.ofVirtual().name("agreement-watch").start(() -> run(pause));
    return this;
  }

  private void run(Duration pause) {
    try {
      while (!closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          compareAll();
        } catch (RuntimeException e) {
          log.warn("replicas not compared", e);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Once, the shards that this node leads. One in which nothing happened since the last time is
  /// left alone.
  void compareAll() {
    List<ShardInfo> shards =
        cluster.catalog().map(catalog -> catalog.view().shards()).orElse(List.of());
    for (var shard : shards) {
      if (cluster.leader(shard.number()).equals(Optional.of(cluster.self()))) {
        if (hasMoved(shard.number())) {
          compare(shard);
        }
      } else {
        forget(shard.number());
      }
    }
  }

  private boolean hasMoved(int shard) {
    long applied =
        cluster.status().replicas().stream()
            .filter(replica -> replica.group().equals(new ShardGroup(shard)))
            .mapToLong(ReplicaStatus::appliedIndex)
            .findFirst()
            .orElse(Long.MAX_VALUE);
    // The mark is followed by an entry that pushes it along.
    return !comparedAt.containsKey(shard) || applied > comparedAt.get(shard) + 1;
  }

  private void compare(ShardInfo shard) {
    try {
      report(check.run(List.of(shard), Deadline.after(ANSWER)).getFirst());
    } catch (RoutingException | ShardException e) {
      log.info("replicas not compared shard={}: {}", shard.number(), e.getMessage());
    }
  }

  private void report(ShardHashes hashes) {
    var odd = hashes.odd();
    if (!odd.isEmpty()) {
      raise(hashes, odd);
    } else if (hashes.equal()) {
      comparedAt.put(hashes.shard(), hashes.position().index());
      metrics.replicasDiffer(hashes.shard(), 0);
      if (alarms.remove(hashes.shard()) != null) {
        log.info("replicas agree again shard={} at={}", hashes.shard(), hashes.position());
      }
    }
    // Else somebody did not answer, who may be the odd one: an alarm stays.
  }

  private void raise(ShardHashes hashes, List<NodeId> odd) {
    metrics.replicasDiffer(hashes.shard(), odd.size());
    if (!odd.equals(alarms.put(hashes.shard(), odd))) {
      log.error(
          "replicas differ shard={} at={} odd={} replicas={}",
          hashes.shard(),
          hashes.position(),
          odd,
          hashes.replicas());
    }
  }

  /// Whoever leads it now compares it.
  private void forget(int shard) {
    comparedAt.remove(shard);
    if (alarms.remove(shard) != null) {
      metrics.replicasDiffer(shard, 0);
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
