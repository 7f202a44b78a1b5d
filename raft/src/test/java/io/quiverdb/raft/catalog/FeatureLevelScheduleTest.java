package io.quiverdb.raft.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.quiverdb.core.RequestId;
import io.quiverdb.raft.Seeds;
import io.quiverdb.raft.membership.Formation;
import java.time.Duration;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// Random schedules of an upgrade: nodes are given the next release one after the other, while
/// users ask for its feature level, leaders change and nodes crash between any two steps. A node
/// that met a level that its release does not know would end the run with that error.
final class FeatureLevelScheduleTest {
  private static final int NEXT = 2;
  private static final int ASK_AGAIN_MILLIS = 300;

  @BeforeAll
  static void tellNoFailuresThatAreMeant() {
    ((Logger) LoggerFactory.getLogger("io.quiverdb.raft.catalog")).setLevel(Level.ERROR);
  }

  @Test
  void levelRisesOnlyWhenEveryNodeSupportsItAndThenOnEveryShard() {
    Seeds.forEach(
        300,
        seed -> {
          var cluster = new SimulatedCluster(seed, seed % 4 == 0 ? 1 : 3);
          var random = new Random(~seed);
          var group = form(cluster);
          assertThat(group.truth.view().orElseThrow().featureLevel()).isEqualTo(1);
          cluster.beginFaults();
          ask(cluster);
          for (var node : cluster.nodes()) {
            run(cluster, random.nextInt(400));
            requireLevel(cluster, group, 1);
            node.upgrade();
          }
          run(cluster, 300);
          cluster.endFaults();
          for (int step = 0; step < 100_000 && !isRaised(cluster, group); step++) {
            cluster.step();
          }

          requireLevel(cluster, group, NEXT);
          assertThat(cluster.violations()).isEmpty();
          group.followAll();
          for (var node : cluster.nodes()) {
            assertThat(node.replica().orElseThrow().state().toMessage())
                .isEqualTo(group.truth.state().toMessage());
          }
        });
  }

  private static void run(SimulatedCluster cluster, int steps) {
    for (int step = 0; step < steps; step++) {
      cluster.step();
    }
  }

  private static void requireLevel(SimulatedCluster cluster, SimulatedGroup group, int level) {
    assertThat(group.truth.view().orElseThrow().featureLevel()).isEqualTo(level);
    assertThat(cluster.shards(group.claim)).allMatch(shard -> shard.level() == level);
  }

  private static boolean isRaised(SimulatedCluster cluster, SimulatedGroup group) {
    return group.truth.view().orElseThrow().featureLevel() == NEXT
        && cluster.shards(group.claim).stream().allMatch(shard -> shard.level() == NEXT);
  }

  /// For ever, through any node, each time as a new request.
  private static void ask(SimulatedCluster cluster) {
    var random = cluster.random();
    var node = cluster.nodes().get(random.nextInt(cluster.nodes().size()));
    var id = new RequestId(new UUID(random.nextLong(), random.nextLong()));
    node.catalog()
        .ifPresent(
            catalog -> {
              var _ = catalog.write(new CatalogWrite.RaiseFeatureLevel(id, NEXT));
            });
    var _ = cluster.world().schedule(() -> ask(cluster), ASK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
  }

  private static SimulatedGroup form(SimulatedCluster cluster) {
    var node = cluster.nodes().getFirst();
    var pace = new Formation.Pace(Duration.ofMillis(50), 1, 100);
    var forming =
        new Formation(
                cluster.transportOf(node),
                node.scheduler(),
                cluster.random(),
                4 << 20,
                node.keys(),
                pace)
            .form(cluster.addresses(), 0, 0);
    for (int step = 0; step < 10_000 && !forming.isDone(); step++) {
      cluster.step();
    }
    return cluster.group(forming.resultNow());
  }
}
