package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A node that is to become a member, and falls silent before it is one.
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class SilentNewMemberTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration PAUSE = Duration.ofMillis(50);

  @TempDir Path directory;

  /// Ratis alone never does: it looks at who is silent only when nothing happens.
  @Test
  void changeOfMembersIsGivenUpThoughTheGroupIsWrittenTo() throws Exception {
    try (var cluster = new GroupCluster(directory, 1).start()) {
      var leader = cluster.awaitLeader();
      GroupCluster.propose(leader, "before").join();
      var silent = cluster.addNode(directory.resolve("silent"));
      silent.openFor(new CatalogOrder(1, 1), 1L << 48);
      Partitions.cutConsensus(leader.id, silent.id);

      var change = change(leader, silent);
      assertThat(leader.replica().members().join())
          .satisfies(
              members -> {
                assertThat(members.ids()).containsExactly(leader.id);
                assertThat(members.coming()).containsExactly(silent.id);
              });
      writeUntil(change, leader);

      assertThat(change)
          .failsWithin(Duration.ZERO)
          .withThrowableOfType(ExecutionException.class)
          .withCauseInstanceOf(ShardException.Unavailable.class);
      var other = cluster.addNode(directory.resolve("other"));
      other.openFor(new CatalogOrder(1, 2), 1L << 49);
      awaitReady(leader);
      assertThat(leader.replica().members().join().coming()).isEmpty();
      change(leader, other).get(2, TimeUnit.MINUTES);
      assertThat(leader.replica().voters()).containsExactly(Set.of(leader.id, other.id));
    }
  }

  @Test
  void nodeThatDoesNotAnswerFromTheStartIsNotWaitedFor() throws Exception {
    try (var cluster = new GroupCluster(directory, 1).start()) {
      var leader = cluster.awaitLeader();
      GroupCluster.propose(leader, "before").join();
      awaitReady(leader);
      long term = leader.replica().currentTerm();
      var silent = cluster.addNode(directory.resolve("silent"));
      silent.openFor(new CatalogOrder(1, 1), 1L << 48);
      cluster.isolate(silent);

      assertThat(change(leader, silent))
          .failsWithin(PATIENCE)
          .withThrowableOfType(ExecutionException.class)
          .withCauseInstanceOf(ShardException.Unavailable.class);

      assertThat(leader.replica().members().join().coming()).isEmpty();
      assertThat(leader.replica().currentTerm()).isEqualTo(term);
    }
  }

  private static CompletableFuture<Void> change(GroupCluster.Node leader, GroupCluster.Node added) {
    return leader
        .replica()
        .changeMembers(
            List.of(List.of(leader.id), List.of(leader.id, added.id)),
            List.of(added.member()),
            PATIENCE);
  }

  private static void writeUntil(CompletableFuture<Void> change, GroupCluster.Node leader) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(PAUSE)
        .until(
            () -> {
              // Fails when the leader stops leading.
              var _ = GroupCluster.propose(leader, "meanwhile").exceptionally(_ -> null).join();
              return change.isDone();
            });
  }

  private static void awaitReady(GroupCluster.Node node) {
    Awaitility.await().atMost(PATIENCE).until(() -> node.replica().leaderReady());
  }
}
