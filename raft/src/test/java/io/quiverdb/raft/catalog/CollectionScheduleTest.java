package io.quiverdb.raft.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.quiverdb.raft.Seeds;
import io.quiverdb.raft.membership.Formation;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// Random schedules of creates and drops while leaders change and nodes crash; the invariants are
/// those of the model, checked by [SimulatedCluster], [SimulatedShard] and [SimulatedUser].
final class CollectionScheduleTest {
  @BeforeAll
  static void tellNoFailuresThatAreMeant() {
    ((Logger) LoggerFactory.getLogger("io.quiverdb.raft.catalog")).setLevel(Level.ERROR);
  }

  @Test
  void everyAnswerIsTrueAndEveryChangeEnds() {
    Seeds.forEach(
        600,
        seed -> {
          var cluster = new SimulatedCluster(seed, seed % 4 == 0 ? 1 : 3);
          var group = form(cluster);
          cluster.beginFaults();
          var users =
              IntStream.range(0, 3).mapToObj(_ -> new SimulatedUser(cluster, group, 4)).toList();

          for (int step = 0; step < 1_500 && cluster.violations().isEmpty(); step++) {
            cluster.step();
          }
          cluster.endFaults();
          for (int step = 0; step < 100_000 && cluster.violations().isEmpty(); step++) {
            cluster.step();
            if (users.stream().allMatch(SimulatedUser::isDone) && isAtRest(group)) {
              break;
            }
          }

          assertThat(cluster.violations()).isEmpty();
          assertThat(users).allMatch(SimulatedUser::isDone);
          assertThat(isAtRest(group)).isTrue();
          assertReplicasAreAlike(cluster, group);
        });
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

  private static boolean isAtRest(SimulatedGroup group) {
    return group.truth.state().collections().stream()
            .allMatch(collection -> collection.state() == CollectionInfo.State.ACTIVE)
        && group.truth.view().orElseThrow().shreddings().stream().allMatch(Shredding::complete);
  }

  private static void assertReplicasAreAlike(SimulatedCluster cluster, SimulatedGroup group) {
    group.followAll();
    for (var node : cluster.nodes()) {
      assertThat(node.replica().orElseThrow().state().toMessage())
          .isEqualTo(group.truth.state().toMessage());
    }
  }
}
