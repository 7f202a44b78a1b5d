package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import io.quiverdb.raft.barrier.Barrier;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.protocol.ClientId;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 6, unit = TimeUnit.MINUTES)
class WriteLimitsTest {
  /// A leader that is cut off goes on for long, and one that is not stays.
  private static final RaftTiming PATIENT =
      new RaftTiming(Duration.ofSeconds(2), Duration.ofSeconds(20));

  private static final int ROUNDS_MAX = 20;

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
      // Makes the target lag, so that transfers have to wait for it, in vain.
      GroupServerTest.proposeAll(cluster, 1, 1);

      int refused = 0;
      while (refused <= 4_096) {
        var transfer = leader.replica().transferLeader(target.id, Duration.ofSeconds(8));
        while (!transfer.isDone()) {
          if (GroupCluster.propose(leader, "refused").isCompletedExceptionally()) {
            refused++;
          }
        }
        assertThatThrownBy(transfer::join).hasCauseInstanceOf(ShardException.Unavailable.class);
      }

      Partitions.heal(leader.id, target.id);
      GroupServerTest.proposeAll(cluster, 2, 10);
      GroupServerTest.requireAll(cluster, 12);
    }
  }

  @Test
  void tooManyWritesUnderWayAreRefusedAndCountedDownAgain() throws Exception {
    try (var cluster = new GroupCluster(directory, 3, PATIENT).start()) {
      boolean seen = false;
      for (int round = 0; round < ROUNDS_MAX && !seen; round++) {
        GroupServerTest.proposeAll(cluster, round, 1);
        var leader = cluster.awaitLeader();
        cluster.isolate(leader);

        seen = isOverloadedByStuckWrites(leader);

        cluster.rejoin(leader);
        Awaitility.await()
            .atMost(Duration.ofMinutes(3))
            .until(() -> leader.replica().inFlight().count() == 0);
        assertThat(leader.replica().inFlight().bytes()).isZero();
      }
      assertThat(seen).isTrue();
    }
  }

  /// False if the node stopped leading before there were too many.
  private static boolean isOverloadedByStuckWrites(GroupCluster.Node leader) {
    for (int number = 0; number <= Replica.ENTRIES_MAX; number++) {
      var proposed = GroupCluster.propose(leader, "stuck");
      if (proposed.isCompletedExceptionally()) {
        return proposed.exceptionNow() instanceof ShardException.Overloaded;
      }
    }
    return false;
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
  void changeOfMembersThatWaitsIsPushedAlongByAFiller() throws Exception {
    try (var cluster = new GroupCluster(directory, 3, PATIENT).start()) {
      GroupServerTest.proposeAll(cluster, 0, 1);
      var leader = cluster.awaitLeader();
      var replica = leader.replica();
      var members = List.copyOf(replica.voters().getFirst());
      var other = members.stream().filter(id -> !id.equals(leader.id)).findFirst().orElseThrow();
      cluster.isolate(leader);
      var change =
          replica.changeMembers(
              List.of(members, List.of(leader.id, other)), List.of(), Duration.ofSeconds(1));
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> lastIndex(leader) > replica.committedIndex());
      long index = lastIndex(leader);

      Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> lastIndex(leader) > index);

      cluster.rejoin(leader);
      Awaitility.await().atMost(Duration.ofMinutes(3)).until(change::isDone);
    }
  }

  /// Else Ratis would look only now and then whether it has caught up.
  @Test
  void changeThatWaitsForItsNewMemberIsPushedAlongByFillers() throws Exception {
    try (var cluster = new GroupCluster(directory, 1, PATIENT).start()) {
      GroupServerTest.proposeAll(cluster, 0, 1);
      var leader = cluster.awaitLeader();
      var added = cluster.addNode(directory.resolve("added"));
      added.openFor(new CatalogOrder(1, 1), 1L << 48);
      cluster.isolateConsensus(added);
      var path = List.of(List.of(leader.id), List.of(leader.id, added.id));
      long index = lastIndex(leader);
      var change =
          leader.replica().changeMembers(path, List.of(added.member()), Duration.ofSeconds(5));

      Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> lastIndex(leader) > index + 1);

      cluster.rejoin(added);
      Awaitility.await().atMost(Duration.ofMinutes(3)).until(change::isDone);
    }
  }

  /// Such as by a reconciler that has waited for long enough.
  @Test
  void changeThatIsAskedForAgainIsWaitedForAndNoOtherBegun() throws Exception {
    try (var cluster = new GroupCluster(directory, 1, PATIENT).start()) {
      GroupServerTest.proposeAll(cluster, 0, 1);
      var leader = cluster.awaitLeader();
      var added = cluster.addNode(directory.resolve("added"));
      var another = cluster.addNode(directory.resolve("another"));
      added.openFor(new CatalogOrder(1, 1), 1L << 48);
      cluster.isolateConsensus(added);
      var path = List.of(List.of(leader.id), List.of(leader.id, added.id));
      var known = List.of(added.member(), another.member());
      var first = leader.replica().changeMembers(path, known, Duration.ofSeconds(5));
      long index = lastIndex(leader);
      Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> lastIndex(leader) > index);

      var again = leader.replica().changeMembers(path, known, Duration.ofSeconds(5));
      var other =
          leader
              .replica()
              .changeMembers(
                  List.of(List.of(leader.id), List.of(leader.id, another.id)),
                  known,
                  Duration.ofSeconds(5));

      assertThatThrownBy(other::join).hasMessageContaining("its members are being changed to");
      assertThat(again).isNotDone();
      cluster.rejoin(added);
      Awaitility.await()
          .atMost(Duration.ofMinutes(3))
          .until(() -> first.isDone() && again.isDone());
      assertThat(first).isCompleted();
      assertThat(again).isCompleted();
    }
  }

  /// Ratis would begin it, and then nothing could be committed any more.
  @Test
  void changeToMembersOfWhichNoMajorityAnswersIsRefused() throws Exception {
    try (var cluster = new GroupCluster(directory, 3, PATIENT).start()) {
      GroupServerTest.proposeAll(cluster, 0, 1);
      var leader = cluster.awaitLeader();
      var replica = leader.replica();
      var silent =
          cluster.nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();
      var members = List.copyOf(replica.voters().getFirst());
      cluster.isolate(silent);
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> replica.membersUpToDate(Replica.SILENT_MAX) == 2);

      var change =
          replica.changeMembers(
              List.of(members, List.of(leader.id, silent.id)), List.of(), Duration.ofSeconds(1));

      assertThat(change).isCompletedExceptionally();
      assertThat(change.exceptionNow()).hasMessageContaining("do not answer");
      assertThat(replica.voters()).containsExactly(Set.copyOf(members));
      var _ = GroupCluster.propose(leader, "after").join();
    }
  }

  /// A thread hands it to Ratis, which may not have run yet.
  @Test
  void writeThatWasProposedJustNowIsNotPushedAlong() throws Exception {
    try (var cluster = new GroupCluster(directory, 1).start()) {
      var leader = cluster.awaitLeader();
      var division = leader.replica().division().orElseThrow();
      var handedLater = new ArrayDeque<Runnable>();
      var nanos = new AtomicLong(TimeUnit.DAYS.toNanos(1));
      var metrics = new MetricRegistry();
      var replica =
          new Replica(
              GroupCluster.KEY,
              leader.id,
              ClientId.randomId(),
              division.getRaftServer(),
              division,
              leader.replica().machine(),
              new Barrier(
                  leader.id,
                  _ -> {
                    throw new AssertionError("asked another node");
                  },
                  Duration.ofSeconds(1),
                  metrics),
              handedLater::add,
              nanos::get,
              metrics);

      var _ = replica.propose(ByteBuffer.allocate(1));
      replica.pushAlong();
      assertThat(handedLater).hasSize(1);

      nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
      replica.pushAlong();
      assertThat(handedLater).hasSize(2);
    }
  }

  /// Whether the node knows already that it was deposed depends on chance, so this goes on until it
  /// did not.
  @Test
  void writeHandedToALeaderThatIsReplacedIsOfUnknownOutcome() throws Exception {
    try (var cluster = new GroupCluster(directory, 3).start()) {
      boolean seen = false;
      for (int round = 0; round < ROUNDS_MAX && !seen; round++) {
        String name = "handed-" + round;
        GroupServerTest.proposeAll(cluster, round, 1);
        var old = cluster.awaitLeader();
        cluster.isolate(old);
        var proposed = GroupCluster.propose(old, name);
        cluster.awaitLeaderOtherThan(old);

        Awaitility.await().atMost(Duration.ofMinutes(3)).until(proposed::isDone);
        cluster.rejoin(old);

        // It reached no other member, so nobody can have acknowledged it.
        assertThat(proposed).isCompletedExceptionally();
        seen = proposed.exceptionNow() instanceof ShardException.OutcomeUnknown;
        if (!seen) {
          assertThat(proposed.exceptionNow()).isInstanceOf(ShardException.class);
          long counted = TestClient.retried(() -> cluster.awaitLeader().read(name));
          assertThat(counted).isZero();
        }
      }
      assertThat(seen).isTrue();
    }
  }

  private static long lastIndex(GroupCluster.Node node) {
    var last = node.replica().division().orElseThrow().getRaftLog().getLastEntryTermIndex();
    return last == null ? -1 : last.getIndex();
  }
}
