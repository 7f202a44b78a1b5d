package io.quiverdb.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.quiverdb.node.telemetry.NodeMetrics;
import io.quiverdb.node.testing.FakeCluster;
import io.quiverdb.raft.MetricNames;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AgreementWatchTest {
  private final FakeCluster cluster = FakeCluster.formed(2);
  private final MetricRegistry metrics = new MetricRegistry();
  private final NodeMetrics nodeMetrics = new NodeMetrics(metrics, "test");
  private long ids;
  private final AgreementWatch watch =
      new AgreementWatch(cluster, nodeMetrics, () -> new UUID(0, ++ids));

  @BeforeEach
  void showGauges() {
    nodeMetrics.observe(cluster);
  }

  @AfterEach
  void close() {
    watch.close();
  }

  private Object different(int shard) {
    var name =
        MetricNames.of("quiver_shard_replicas_different", Map.of("shard", Integer.toString(shard)));
    return Objects.requireNonNull(metrics.getGauges().get(name)).getValue();
  }

  @Test
  void replicasThatAgreeRaiseNoAlarm() {
    watch.compareAll();

    assertThat(different(0)).isEqualTo(0);
    assertThat(different(1)).isEqualTo(0);
  }

  @Test
  void replicaThatDiffersRaisesTheAlarmUntilItAgrees() {
    cluster.corrupt(cluster.node(2));
    watch.compareAll();
    assertThat(different(0)).isEqualTo(1);
    watch.compareAll();
    assertThat(different(0)).isEqualTo(1);

    cluster.mend(cluster.node(2));
    watch.compareAll();

    assertThat(different(0)).isEqualTo(0);
  }

  @Test
  void alarmStaysWhileTheOddOneDoesNotAnswer() {
    cluster.corrupt(cluster.node(2));
    watch.compareAll();

    cluster.stop(cluster.node(2));
    watch.compareAll();

    assertThat(different(0)).isEqualTo(1);
  }

  @Test
  void shardInWhichNothingHappenedIsComparedOnce() {
    watch.compareAll();
    int calls = cluster.calls().size();

    watch.compareAll();

    assertThat(cluster.calls()).hasSize(calls);
  }

  @Test
  void shardsThatOthersLeadAreLeftToThem() {
    cluster.corrupt(cluster.node(2));
    watch.compareAll();
    cluster.lead(0, cluster.node(1));

    watch.compareAll();

    assertThat(different(0)).isEqualTo(0);
    assertThat(different(1)).isEqualTo(1);
  }

  @Test
  void replicaThatIsDownIsNoAlarmAndComparedTheNextTime() {
    cluster.stop(cluster.node(2));
    watch.compareAll();
    assertThat(different(0)).isEqualTo(0);
    int calls = cluster.calls().size();

    watch.compareAll();

    assertThat(cluster.calls().size()).isGreaterThan(calls);
  }

  @Test
  void nodeWithoutAClusterComparesNothing() {
    var alone = FakeCluster.unformed();
    try (var idle = new AgreementWatch(alone, nodeMetrics, UUID::randomUUID)) {
      idle.compareAll();
    }

    assertThat(alone.calls()).isEmpty();
  }
}
