package io.quiverdb.raft.membership;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.FormationException;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.Seeds;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.catalog.SimulatedCluster;
import io.quiverdb.raft.catalog.SimulatedNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// Random schedules of formings that run at once, crash, and are begun again; the invariants are
/// those of the model.
final class FormationScheduleTest {
  private static final Formation.Pace PACE = new Formation.Pace(Duration.ofMillis(50), 1, 40);
  private static final int ENTRY_BYTES_MAX = 4 << 20;

  @BeforeAll
  static void tellNoFailuresThatAreMeant() {
    ((Logger) LoggerFactory.getLogger("io.quiverdb.raft.catalog")).setLevel(Level.ERROR);
  }

  @Test
  void neverTwoClustersAndAlwaysOneInTheEnd() {
    var formedBeforeTheEnd = new AtomicInteger();
    Seeds.forEach(
        2_000,
        seed -> {
          var cluster = new SimulatedCluster(seed, List.of(1, 3, 3, 3, 5).get((int) (seed % 5)));
          cluster.beginFaults();
          var formings = new ArrayList<CompletableFuture<Claim>>();
          for (int step = 0; step < 400 && cluster.violations().isEmpty(); step++) {
            if (formings.size() < 6 && cluster.random().nextInt(40) == 0) {
              upNode(cluster).ifPresent(node -> formings.add(begin(cluster, node)));
            }
            cluster.step();
          }
          formedBeforeTheEnd.addAndGet(cluster.formedId().isPresent() ? 1 : 0);

          cluster.endFaults();
          formUntilFormed(cluster);

          assertThat(cluster.violations()).isEmpty();
          var formedId = cluster.formedId().orElseThrow();
          assertThat(cluster.nodes())
              .allMatch(node -> node.has(new GroupKey.CatalogGroup()))
              .allMatch(node -> node.heldClaim().orElseThrow().clusterId().equals(formedId));
          formings.forEach(forming -> assertEndedRightly(forming, cluster));
        });
    assertThat(formedBeforeTheEnd.get()).isPositive();
  }

  private static CompletableFuture<Claim> begin(SimulatedCluster cluster, SimulatedNode node) {
    var listed = new ArrayList<>(cluster.addresses());
    Collections.shuffle(listed, cluster.random());
    return new Formation(
            cluster.transportOf(node),
            node.scheduler(),
            cluster.random(),
            ENTRY_BYTES_MAX,
            node.keys(),
            PACE)
        .form(listed, 0, 0);
  }

  private static Optional<SimulatedNode> upNode(SimulatedCluster cluster) {
    var up = cluster.nodes().stream().filter(SimulatedNode::isUp).toList();
    return up.isEmpty()
        ? Optional.empty()
        : Optional.of(up.get(cluster.random().nextInt(up.size())));
  }

  /// A forming may meet what an earlier one left behind, and then is begun again.
  private static void formUntilFormed(SimulatedCluster cluster) {
    var failures = new ArrayList<Throwable>();
    for (int attempt = 0; attempt < 5; attempt++) {
      var forming = begin(cluster, cluster.nodes().getFirst());
      for (int step = 0; step < 20_000 && !forming.isDone(); step++) {
        cluster.step();
      }
      assertThat(forming).isDone();
      if (!forming.isCompletedExceptionally()
          || forming.exceptionNow() instanceof FormationException.AlreadyFormed) {
        return;
      }
      failures.add(forming.exceptionNow());
    }
    throw new AssertionError("not formed: " + failures);
  }

  private static void assertEndedRightly(
      CompletableFuture<Claim> forming, SimulatedCluster cluster) {
    if (!forming.isDone()) {
      // Its node crashed.
      return;
    }
    if (!forming.isCompletedExceptionally()) {
      assertThat(forming.join().clusterId()).isEqualTo(cluster.formedId().orElseThrow());
      return;
    }
    assertThat(forming.exceptionNow())
        .isInstanceOfAny(
            ShardException.class,
            FormationException.AlreadyFormed.class,
            FormationException.OtherCluster.class);
  }
}
