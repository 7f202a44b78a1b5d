package io.quiverdb.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Metric;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.Settings;
import io.quiverdb.node.telemetry.NodeMetrics;
import io.quiverdb.node.testing.FakeCluster;
import io.quiverdb.raft.MetricNames;
import io.quiverdb.raft.catalog.CatalogWrite;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AgreementWatchTest {
  private static final String CATALOG = "catalog";

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
    return different(Integer.toString(shard));
  }

  private Object different(String group) {
    var name = MetricNames.of("quiver_shard_replicas_different", Map.of("shard", group));
    return Objects.requireNonNull(metrics.getGauges().get(name)).getValue();
  }

  @Test
  void replicasThatAgreeRaiseNoAlarm() {
    watch.compareAll();

    assertThat(different(0)).isEqualTo(0);
    assertThat(different(1)).isEqualTo(0);
    assertThat(different(CATALOG)).isEqualTo(0);
  }

  @Test
  void replicaThatDiffersRaisesTheAlarmUntilItAgrees() {
    cluster.corrupt(cluster.node(2));
    watch.compareAll();
    assertThat(different(0)).isEqualTo(1);
    assertThat(different(CATALOG)).isEqualTo(1);
    watch.compareAll();
    assertThat(different(0)).isEqualTo(1);

    cluster.mend(cluster.node(2));
    watch.compareAll();

    assertThat(different(0)).isEqualTo(0);
    assertThat(different(CATALOG)).isEqualTo(0);
  }

  @Test
  void alarmStaysWhileTheOddOneDoesNotAnswer() {
    cluster.corrupt(cluster.node(2));
    watch.compareAll();

    cluster.stop(cluster.node(2));
    watch.compareAll();

    assertThat(different(0)).isEqualTo(1);
    assertThat(different(CATALOG)).isEqualTo(1);
  }

  @Test
  void groupInWhichNothingHappenedIsComparedOnce() {
    watch.compareAll();
    int calls = cluster.calls().size();

    watch.compareAll();

    assertThat(cluster.calls()).hasSize(calls);
  }

  @Test
  void catalogueThatHasMovedIsComparedAgain() {
    watch.compareAll();
    var before = cluster.calls();
    var _ =
        cluster
            .formedCatalog()
            .write(
                new CatalogWrite.CreateCollection(
                    new RequestId(new UUID(1, 1)),
                    "docs",
                    new Descriptor(2, Metric.DOT),
                    Settings.NONE));

    watch.compareAll();

    assertThat(cluster.calls().subList(before.size(), cluster.calls().size()))
        .containsExactly("0/catalogue");
  }

  @Test
  void catalogueThatAnotherLeadsIsLeftToIt() {
    cluster.corrupt(cluster.node(2));
    watch.compareAll();
    cluster.leadCatalog(cluster.node(1));

    watch.compareAll();

    assertThat(different(CATALOG)).isEqualTo(0);
    assertThat(different(0)).isEqualTo(1);
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
