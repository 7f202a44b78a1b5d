package io.quiverdb.raft;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.quiverdb.core.Recall;
import io.quiverdb.core.StoreException;
import io.quiverdb.core.StoreStats;
import io.quiverdb.core.StoreStats.CollectionStats;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.index.VectorBudget;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/// Gauges of the replicas, in the node's registry while the node is open. What a status tells of a
/// replica is not repeated here.
final class ReplicaMetrics implements AutoCloseable {
  private final MetricRegistry metrics;
  private final Set<String> names = ConcurrentHashMap.newKeySet();

  ReplicaMetrics(MetricRegistry metrics) {
    this.metrics = metrics;
  }

  /// Does nothing for a replica that is registered.
  void register(Replica replica) {
    gauge(
        MetricNames.of(MetricNames.IN_FLIGHT_ENTRIES, replica.key()),
        () -> replica.inFlight().count());
    gauge(
        MetricNames.of(MetricNames.IN_FLIGHT_BYTES, replica.key()),
        () -> replica.inFlight().bytes());
  }

  /// Shows what a shard has accepted and not yet answered.
  void registerWrites(GroupKey shard, InFlight writes) {
    gauge(MetricNames.of(MetricNames.IN_FLIGHT_WRITES, shard), writes::count);
    gauge(MetricNames.of(MetricNames.IN_FLIGHT_WRITE_BYTES, shard), writes::bytes);
  }

  /// Shows what the store of a shard holds.
  void registerStore(GroupKey shard, StoreState state) {
    gauge(MetricNames.of(MetricNames.DAMAGED, shard), () -> state.damage().isPresent() ? 1 : 0);
    storeGauge(MetricNames.STORE_BUFFER_BYTES, shard, state, StoreStats::bufferBytes);
    storeGauge(
        MetricNames.STORE_SEGMENTS,
        shard,
        state,
        stats -> sum(stats, CollectionStats::segmentCount));
    storeGauge(
        MetricNames.STORE_DEAD_ROWS, shard, state, stats -> sum(stats, CollectionStats::deadRows));
    storeGauge(MetricNames.GRAPH_ROWS, shard, state, stats -> stats.index().graphRows());
    storeGauge(MetricNames.GRAPH_WAITING_ROWS, shard, state, stats -> stats.index().waitingRows());
    storeGauge(MetricNames.GRAPH_REFUSED_ROWS, shard, state, stats -> stats.index().refusedRows());
    storeGauge(MetricNames.GRAPH_SMALL_ROWS, shard, state, stats -> stats.index().smallRows());
    storeGauge(MetricNames.GRAPH_NEEDED_BYTES, shard, state, stats -> stats.index().neededBytes());
    storeGauge(MetricNames.GRAPH_BUILT_ROWS, shard, state, stats -> stats.indexWork().rowsBuilt());
    storeGauge(MetricNames.GRAPH_READ_ROWS, shard, state, stats -> stats.indexWork().rowsRead());
    storeGauge(
        MetricNames.GRAPHS_DAMAGED, shard, state, stats -> stats.indexWork().graphsDamaged());
  }

  /// Shows what samples of searches told, once there is one; of a shard whose store is registered
  /// still.
  synchronized void registerRecall(GroupKey shard, RecentRecall recall) {
    if (!names.contains(MetricNames.of(MetricNames.DAMAGED, shard))) {
      return; // Removed while the search went on.
    }
    gauge(
        MetricNames.of(MetricNames.RECALL, shard),
        () -> recall.recent().orElse(Recall.NOTHING).atTen());
    gauge(MetricNames.of(MetricNames.RECALL_QUERIES, shard), recall::queries);
  }

  private void storeGauge(
      String name, GroupKey shard, StoreState state, ToLongFunction<StoreStats> value) {
    gauge(
        MetricNames.of(name, shard),
        () -> {
          try {
            return value.applyAsLong(state.store().stats());
          } catch (StoreException e) {
            return 0L; // Its status tells that it failed or was closed.
          }
        });
  }

  private static long sum(StoreStats stats, ToLongFunction<CollectionStats> value) {
    return stats.collections().stream().mapToLong(value).sum();
  }

  /// Shows how much of the files of all stores is kept decrypted, and how often that helped.
  void registerPageCache(PageCache cache) {
    gauge(MetricNames.PAGE_CACHE_BYTES, () -> cache.stats().bytes());
    gauge(MetricNames.PAGE_CACHE_HITS, () -> cache.stats().hits());
    gauge(MetricNames.PAGE_CACHE_MISSES, () -> cache.stats().misses());
  }

  /// Shows how much room the disk has.
  void registerDisk(DiskSpace disk) {
    gauge(MetricNames.DISK_FREE_BYTES, () -> disk.room().freeBytes());
    gauge(MetricNames.DISK_SIZE_BYTES, () -> disk.room().totalBytes());
    gauge(MetricNames.DISK_LOW, () -> disk.isLow() ? 1 : 0);
  }

  /// Shows how many replicas are here and are not opened.
  void registerClosed(IntSupplier quarantined, IntSupplier unopened) {
    gauge(MetricNames.QUARANTINED, quarantined::getAsInt);
    gauge(MetricNames.UNOPENED, unopened::getAsInt);
  }

  /// Shows how much memory the vectors and graphs of all stores take.
  void registerVectorBudget(VectorBudget budget) {
    gauge(MetricNames.VECTOR_MEMORY_BYTES, budget::bytes);
    gauge(MetricNames.VECTOR_MEMORY_MAX_BYTES, budget::bytesMax);
  }

  /// Counts the shards that are led here and have fewer members up to date than they should have:
  /// each shard has one leader, so the sum over all nodes is the cluster's.
  ///
  /// @param members how many each shard should have
  void registerUnderReplicated(
      Supplier<Collection<Replica>> replicas, IntSupplier members, Duration silentMax) {
    gauge(
        MetricNames.UNDER_REPLICATED,
        () ->
            replicas.get().stream()
                .filter(replica -> replica.key() instanceof GroupKey.ShardGroup)
                .filter(Replica::leaderReady)
                .filter(replica -> replica.membersUpToDate(silentMax) < members.getAsInt())
                .count());
  }

  /// @param cluster 0 while none is known
  void registerFeatureLevels(IntSupplier cluster, int supported) {
    gauge(MetricNames.FEATURE_LEVEL, cluster::getAsInt);
    gauge(MetricNames.FEATURE_LEVEL_SUPPORTED, () -> supported);
  }

  /// Shows how many collections are being erased, as far as this node knows.
  void registerErasing(IntSupplier count) {
    gauge(MetricNames.ERASING, count::getAsInt);
  }

  /// Of a replica that is removed.
  synchronized void forget(GroupKey group) {
    for (var name :
        List.of(
            MetricNames.IN_FLIGHT_ENTRIES,
            MetricNames.IN_FLIGHT_BYTES,
            MetricNames.IN_FLIGHT_WRITES,
            MetricNames.IN_FLIGHT_WRITE_BYTES,
            MetricNames.DAMAGED,
            MetricNames.STORE_BUFFER_BYTES,
            MetricNames.STORE_SEGMENTS,
            MetricNames.STORE_DEAD_ROWS,
            MetricNames.GRAPH_ROWS,
            MetricNames.GRAPH_WAITING_ROWS,
            MetricNames.GRAPH_REFUSED_ROWS,
            MetricNames.GRAPH_SMALL_ROWS,
            MetricNames.GRAPH_NEEDED_BYTES,
            MetricNames.GRAPH_BUILT_ROWS,
            MetricNames.GRAPH_READ_ROWS,
            MetricNames.GRAPHS_DAMAGED,
            MetricNames.RECALL,
            MetricNames.RECALL_QUERIES)) {
      if (names.remove(MetricNames.of(name, group))) {
        metrics.remove(MetricNames.of(name, group));
      }
    }
  }

  private void gauge(String name, Gauge<Number> value) {
    if (names.add(name)) {
      metrics.registerGauge(name, value);
    }
  }

  @Override
  public synchronized void close() {
    names.forEach(metrics::remove);
    names.clear(); // What a search registers that ends only now stays away.
  }
}
