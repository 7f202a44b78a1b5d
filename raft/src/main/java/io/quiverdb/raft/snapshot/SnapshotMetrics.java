package io.quiverdb.raft.snapshot;

import com.codahale.metrics.MetricRegistry;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.MetricNames;
import java.util.Map;

/// Counts the snapshots that members send each other.
public final class SnapshotMetrics {
  private final MetricRegistry metrics;

  public SnapshotMetrics(MetricRegistry metrics) {
    this.metrics = metrics;
  }

  void fetched(ShardGroup shard, long bytes) {
    count(MetricNames.SNAPSHOT_FETCHED_BYTES, shard, bytes);
  }

  void installed(ShardGroup shard) {
    count(MetricNames.SNAPSHOT_INSTALLED, shard, 1);
  }

  void failed(ShardGroup shard) {
    count(MetricNames.SNAPSHOT_FAILED, shard, 1);
  }

  /// A piece was read for another member.
  public void sent(ShardGroup shard, long bytes) {
    count(MetricNames.SNAPSHOT_SENT_BYTES, shard, bytes);
  }

  private void count(String name, ShardGroup shard, long amount) {
    metrics.counter(MetricNames.of(name, Map.of("shard", MetricNames.label(shard)))).inc(amount);
  }
}
