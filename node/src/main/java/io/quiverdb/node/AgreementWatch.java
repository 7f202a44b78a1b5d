package io.quiverdb.node;

import io.quiverdb.node.routing.Cluster;
import io.quiverdb.node.routing.Deadline;
import io.quiverdb.node.routing.ReplicaCheck;
import io.quiverdb.node.routing.ReplicaCheck.GroupHashes;
import io.quiverdb.node.routing.RoutingException;
import io.quiverdb.node.telemetry.NodeMetrics;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.ReplicaStatus;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.catalog.Catalog;
import io.quiverdb.raft.catalog.CatalogView;
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

/// Compares the replicas of the groups that this node leads, shards and the catalogue, again and
/// again, and raises an alarm that names the odd one out: replicas that applied the same entries
/// must be the same.
final class AgreementWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AgreementWatch.class);
  static final Duration PAUSE = Duration.ofMinutes(1);

  // A replica that is further behind is compared the next time.
  private static final Duration ANSWER = Duration.ofSeconds(20);

  private final Cluster cluster;
  private final NodeMetrics metrics;
  private final ReplicaCheck check;
  private final Map<GroupKey, Long> comparedAt = new HashMap<>();
  private final Map<GroupKey, List<NodeId>> alarms = new HashMap<>();
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

  /// Once, the groups that this node leads. One in which nothing happened since the last time is
  /// left alone.
  void compareAll() {
    cluster.catalog().map(Catalog::view).ifPresent(this::compareAll);
  }

  private void compareAll(CatalogView view) {
    for (var group : view.membership().placements().keySet()) {
      if (leads(group)) {
        if (hasMoved(group)) {
          compare(group, view);
        }
      } else {
        forget(group);
      }
    }
  }

  private boolean leads(GroupKey group) {
    var leader =
        switch (group) {
          case CatalogGroup() -> replica(group).flatMap(ReplicaStatus::leader);
          case ShardGroup(int number) -> cluster.leader(number);
        };
    return leader.equals(Optional.of(cluster.self()));
  }

  private Optional<ReplicaStatus> replica(GroupKey group) {
    return cluster.status().replicas().stream()
        .filter(replica -> replica.group().equals(group))
        .findFirst();
  }

  private boolean hasMoved(GroupKey group) {
    long applied = replica(group).map(ReplicaStatus::appliedIndex).orElse(Long.MAX_VALUE);
    long entriesOfOurs =
        switch (group) {
          case CatalogGroup() -> 0;
          // The mark is followed by an entry that pushes it along.
          case ShardGroup _ -> 1;
        };
    return !comparedAt.containsKey(group) || applied > comparedAt.get(group) + entriesOfOurs;
  }

  private void compare(GroupKey group, CatalogView view) {
    try {
      report(check.check(group, view, Deadline.after(ANSWER)));
    } catch (RoutingException | ShardException e) {
      log.info("replicas not compared group={}: {}", group, e.getMessage());
    }
  }

  private void report(GroupHashes hashes) {
    var odd = hashes.odd();
    if (!odd.isEmpty()) {
      raise(hashes, odd);
    } else if (hashes.equal()) {
      comparedAt.put(hashes.group(), hashes.position().index());
      metrics.replicasDiffer(hashes.group(), 0);
      if (alarms.remove(hashes.group()) != null) {
        log.info("replicas agree again group={} at={}", hashes.group(), hashes.position());
      }
    }
    // Else somebody did not answer, who may be the odd one: an alarm stays.
  }

  private void raise(GroupHashes hashes, List<NodeId> odd) {
    metrics.replicasDiffer(hashes.group(), odd.size());
    if (!odd.equals(alarms.put(hashes.group(), odd))) {
      log.error(
          "replicas differ group={} at={} odd={} replicas={}",
          hashes.group(),
          hashes.position(),
          odd,
          hashes.replicas());
    }
  }

  /// Whoever leads it now compares it.
  private void forget(GroupKey group) {
    comparedAt.remove(group);
    if (alarms.remove(group) != null) {
      metrics.replicasDiffer(group, 0);
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
