package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SyncCountTest {
  private static final int WRITES = 100;

  @TempDir Path directory;

  /// One write at a time, so that each is a commit round of its own: the log is synced once for
  /// each, and nothing else is synced ([RaftHostTest#applyWritesNoFileOfTheEngine]).
  @Test
  void logIsSyncedOnceForEachCommitRound() throws Exception {
    var metrics = new MetricRegistry();
    try (var _ = SharedMetricRegistries.reportInto(metrics);
        // With time standing still, no entry waits long enough to be pushed along by another.
        var cluster = new GroupCluster(directory, 1, GroupCluster.TIMING, () -> 0).start()) {
      var leader = cluster.awaitLeader();
      var _ = GroupCluster.propose(leader, "first").get();
      long before = syncs(metrics, leader);

      for (int write = 0; write < WRITES; write++) {
        var _ = GroupCluster.propose(leader, "a").get();
      }

      assertThat(syncs(metrics, leader) - before).isBetween((long) WRITES - 1, (long) WRITES + 1);
    }
  }

  private static long syncs(MetricRegistry metrics, GroupCluster.Node node) {
    return metrics.getTimers().entrySet().stream()
        .filter(timer -> timer.getKey().contains(node.id.toString()))
        .filter(timer -> timer.getKey().endsWith(".flushTime"))
        .mapToLong(timer -> timer.getValue().getCount())
        .sum();
  }
}
