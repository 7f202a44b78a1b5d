package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 6, unit = TimeUnit.MINUTES)
class WriteLimitsTest {
  /// A leader that is cut off goes on for long, and one that is not stays.
  private static final RaftTiming PATIENT =
      new RaftTiming(Duration.ofSeconds(2), Duration.ofSeconds(20));

  @TempDir Path directory;

  /// Ratis would refuse them as well, and lose a permit of its 4,096 for each.
  @Test
  void writesRefusedDuringATransferCostTheLeaderNothing() throws Exception {
    try (var cluster = new GroupCluster(directory, 3, PATIENT).start()) {
      var leader = cluster.awaitLeader();
      GroupServerTest.proposeAll(cluster, 0, 1);
      var target =
          cluster.nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();
      Partitions.cut(leader.id, target.id);
      // Makes the target lag, so that the transfer has to wait for it, in vain.
      GroupServerTest.proposeAll(cluster, 1, 1);
      var transfer = leader.replica().transferLeader(target.id, Duration.ofSeconds(8));

      int refused = 0;
      while (!transfer.isDone()) {
        var proposed = GroupCluster.propose(leader, "refused");
        if (proposed.isCompletedExceptionally()) {
          refused++;
        }
      }

      assertThat(refused).isGreaterThan(4_096);
      assertThatThrownBy(transfer::join).hasCauseInstanceOf(ShardException.Unavailable.class);
      Partitions.heal(leader.id, target.id);
      GroupServerTest.proposeAll(cluster, 2, 10);
      GroupServerTest.requireAll(cluster, 12);
    }
  }

  @Test
  void tooManyWritesUnderWayAreRefusedAndCountedDownAgain() throws Exception {
    try (var cluster = new GroupCluster(directory, 3, PATIENT).start()) {
      GroupServerTest.proposeAll(cluster, 0, 1);
      var leader = cluster.awaitLeader();
      cluster.isolate(leader);

      List<CompletableFuture<?>> proposed = new ArrayList<>();
      for (int number = 0; number < InFlight.ENTRIES_MAX + 10; number++) {
        proposed.add(GroupCluster.propose(leader, "stuck"));
      }

      assertThat(proposed.subList(InFlight.ENTRIES_MAX, proposed.size()))
          .allSatisfy(
              refused ->
                  assertThatThrownBy(refused::join)
                      .hasCauseInstanceOf(ShardException.Overloaded.class));
      cluster.rejoin(leader);
      Awaitility.await()
          .atMost(Duration.ofMinutes(3))
          .until(() -> leader.replica().inFlight().entries() == 0);
      assertThat(leader.replica().inFlight().bytes()).isZero();
    }
  }

  /// Ratis sends an entry whose acknowledgement was lost again only behind another one.
  @Test
  void loneWriteThatWaitsIsPushedAlongByAFiller() throws Exception {
    try (var cluster = new GroupCluster(directory, 3, PATIENT).start()) {
      GroupServerTest.proposeAll(cluster, 0, 1);
      var leader = cluster.awaitLeader();
      cluster.isolate(leader);
      var proposed = GroupCluster.propose(leader, "lone");
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> lastIndex(leader) > leader.replica().committedIndex());
      long index = lastIndex(leader);

      Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> lastIndex(leader) > index);

      cluster.rejoin(leader);
      Awaitility.await().atMost(Duration.ofMinutes(3)).until(proposed::isDone);
      GroupServerTest.requireAll(cluster, 1);
    }
  }

  @Test
  void writeHandedToALeaderThatIsReplacedIsOfUnknownOutcomeAndNeverBoth() throws Exception {
    try (var cluster = new GroupCluster(directory, 3).start()) {
      GroupServerTest.proposeAll(cluster, 0, 1);
      var old = cluster.awaitLeader();
      cluster.isolate(old);
      var proposed = GroupCluster.propose(old, "unknown");
      cluster.awaitLeaderOtherThan(old);

      Awaitility.await().atMost(Duration.ofMinutes(3)).until(proposed::isDone);
      cluster.rejoin(old);

      try {
        // Refused, if the node had seen that it was deposed before.
        proposed.join();
      } catch (CompletionException e) {
        if (!(e.getCause() instanceof ShardException.OutcomeUnknown)) {
          long counted = TestClient.retried(() -> cluster.awaitLeader().read("unknown"));
          assertThat(counted).isZero();
        }
      }
    }
  }

  private static long lastIndex(GroupCluster.Node node) {
    var last = node.replica().division().getRaftLog().getLastEntryTermIndex();
    return last == null ? -1 : last.getIndex();
  }
}
