package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.raft.ReplicatedState.TermIndex;
import io.quiverdb.raft.log.CoveredLog;
import io.quiverdb.raft.log.LogGuard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A member that was away while the others deleted the log that it lacks.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class MissedLogTest {
  /// So long that a few of its entries fill segments of the log.
  private static final String LONG_NAME = "x".repeat(500_000);

  @TempDir Path directory;

  @Test
  void logThatACheckpointHoldsIsDeletedButForItsTail() throws Exception {
    try (var cluster = new GroupCluster(directory, 1).start()) {
      var node = cluster.awaitLeader();
      propose(node, 20);
      checkpoint(node);
      long first = node.state().durable().index();
      awaitPublished(node, first);
      awaitPurged(node);

      propose(node, 4);
      checkpoint(node);
      // The 2 MB behind it may stay.
      assertThat(node.replica().machine().takeSnapshot()).isEqualTo(first);

      propose(node, 20);
      checkpoint(node);
      awaitPublished(node, node.state().durable().index());
      Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> logBytes(node) < 9_000_000);

      restart(node);
      propose(cluster.awaitLeader(), 1);
      assertThat(node.state().count(LONG_NAME)).isGreaterThanOrEqualTo(45);
    }
  }

  @Test
  void leaderSaysThatItsLogBeginsTooLateAndTheMemberGoesOnFromACheckpoint() throws Exception {
    try (var cluster = new GroupCluster(directory, 3).start()) {
      var away = leaveBehind(cluster);
      var needed = new CompletableFuture<Long>();
      away.snapshotNeed = (_, _, firstIndex) -> needed.complete(firstIndex);
      away.start();

      long firstIndex = needed.get();
      var source = cluster.awaitLeaderOtherThan(away);
      assertThat(source.state().durable().index()).isGreaterThanOrEqualTo(firstIndex - 1);
      boolean installed = reopen(away, source);

      assertThat(installed).isTrue();
      requireCaughtUp(cluster, away);
      restart(away);
      requireCaughtUp(cluster, away);
    }
  }

  /// A notification that is answered too late makes a member refuse the entries of the next leader.
  @Test
  void nextLeaderThatHasTheWholeLogBringsTheMemberUpByItself() throws Exception {
    try (var cluster = new GroupCluster(directory, 3).start()) {
      var leader = cluster.awaitLeader();
      var away = leaveBehind(cluster, leader);
      var needed = new CompletableFuture<Long>();
      away.snapshotNeed = (_, _, firstIndex) -> needed.complete(firstIndex);
      TestClient.retried(
          () ->
              cluster
                  .awaitLeaderOtherThan(away)
                  .replica()
                  .transferLeader(leader.id, Duration.ofSeconds(10)));
      away.start();
      long _ = needed.get();
      var other =
          cluster.nodes().stream()
              .filter(node -> node != leader && node != away)
              .findFirst()
              .orElseThrow();

      TestClient.retried(() -> leader.replica().transferLeader(other.id, Duration.ofSeconds(10)));

      requireCaughtUp(cluster, away);
    }
  }

  /// The leader cannot send it what follows: it does not know the term of the entry before.
  @Test
  void memberThatEndsRightBeforeItsLeadersLogNeedsACheckpoint() throws Exception {
    try (var cluster = new GroupCluster(directory, 3).start()) {
      var leader = cluster.awaitLeader();
      var away = cluster.nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();
      var next =
          cluster.nodes().stream()
              .filter(node -> node != leader && node != away)
              .findFirst()
              .orElseThrow();
      propose(cluster, 20);
      awaitApplied(cluster.awaitLeader(), away);
      checkpoint(away);
      awaitPublished(away, away.state().durable().index());
      long last = away.state().durable().index();
      away.kill();
      // Each term begins a file of the log.
      TestClient.retried(() -> leader.replica().transferLeader(next.id, Duration.ofSeconds(10)));
      propose(next, 2);
      for (var node : List.of(leader, next)) {
        awaitApplied(next, node);
        checkpoint(node);
        awaitPurged(node);
        assertThat(LogGuard.firstIndex(node.groupDirectory())).hasValue(last + 1);
      }
      var needed = new CompletableFuture<Long>();
      away.snapshotNeed = (_, _, firstIndex) -> needed.complete(firstIndex);

      away.start();

      // What the others' log begins with is to be in it.
      assertThat(needed.get()).isEqualTo(last + 2);
      assertThat(reopen(away, cluster.awaitLeaderOtherThan(away))).isTrue();
      requireCaughtUp(cluster, away);
    }
  }

  @Test
  void checkpointThatTheMemberHasPassedByItselfIsDropped() throws Exception {
    try (var cluster = new GroupCluster(directory, 3).start()) {
      var leader = cluster.awaitLeader();
      var follower = followerPastCheckpoint(cluster, leader);

      boolean installed = reopen(follower, leader);

      assertThat(installed).isFalse();
      requireCaughtUp(cluster, follower);
    }
  }

  @Test
  void damagedMemberGoesBackToAnEarlierCheckpointAndOnByItsLog() throws Exception {
    try (var cluster = new GroupCluster(directory, 3).start()) {
      var leader = cluster.awaitLeader();
      var follower = followerPastCheckpoint(cluster, leader);

      boolean installed = replaceDamaged(follower, leader, leader.state().durable());

      assertThat(installed).isTrue();
      requireCaughtUp(cluster, follower);
      restart(follower);
      requireCaughtUp(cluster, follower);
    }
  }

  @Test
  void damagedMemberThatLeadsIsLeftAlone() throws Exception {
    try (var cluster = new GroupCluster(directory, 3).start()) {
      propose(cluster, 3);
      var leader = cluster.awaitLeader();
      leader.state().checkpoint();

      assertThatThrownBy(() -> replaceDamaged(leader, leader, leader.state().durable()))
          .isInstanceOf(ShardException.Unavailable.class)
          .hasMessageContaining("leads");

      assertThat(leader.replica().leaderReady()).isTrue();
    }
  }

  /// What it has acknowledged would be in neither.
  @Test
  void checkpointThatDoesNotReachTheEmptyLogOfADamagedMemberIsRefused() throws Exception {
    try (var cluster = new GroupCluster(directory, 3).start()) {
      var away = leaveBehind(cluster);
      var needed = new CompletableFuture<Long>();
      away.snapshotNeed = (_, _, firstIndex) -> needed.complete(firstIndex);
      away.start();
      long _ = needed.get();
      var source = cluster.awaitLeaderOtherThan(away);
      // So that nothing is appended.
      cluster.isolate(away);
      assertThat(reopen(away, source)).isTrue();
      assertThat(LogGuard.firstIndex(away.groupDirectory())).isEmpty();
      var durable = away.state().durable();
      var earlier = new TermIndex(durable.term(), durable.index() - 1);

      assertThatThrownBy(() -> replaceDamaged(away, source, earlier))
          .isInstanceOf(ShardException.Unavailable.class)
          .hasMessageContaining("expected: " + durable.index() + " or later");

      cluster.rejoin(away);
      requireCaughtUp(cluster, away);
    }
  }

  /// The rename that puts a checkpoint in charge may be the last thing that a process does.
  @Test
  void crashBehindTheRenameIsFinishedAtTheStart() throws Exception {
    try (var cluster = new GroupCluster(directory, 3).start()) {
      var away = leaveBehind(cluster);
      var source = cluster.awaitLeader();
      LogGuard.noteInstalled(away.groupDirectory(), covered(source), CoveredLog.NOTHING);
      new CountingState(away.directory.resolve("state")).install(source.state());

      away.start();

      requireCaughtUp(cluster, away);
      restart(away);
      requireCaughtUp(cluster, away);
    }
  }

  @Test
  void crashBeforeTheRenameLeavesTheMemberAsItWas() throws Exception {
    try (var cluster = new GroupCluster(directory, 3).start()) {
      var away = leaveBehind(cluster);
      var source = cluster.awaitLeader();
      LogGuard.noteInstalled(away.groupDirectory(), covered(source), CoveredLog.NOTHING);
      var needed = new CompletableFuture<Long>();
      away.snapshotNeed = (_, _, firstIndex) -> needed.complete(firstIndex);

      away.start();

      long _ = needed.get();
      reopen(away, source);
      requireCaughtUp(cluster, away);
    }
  }

  /// Its store was opened again, say, while the checkpoint came.
  @Test
  void checkpointThatWasPreparedForAnotherStateLeavesTheMemberOpenAsItWas() throws Exception {
    try (var cluster = new GroupCluster(directory, 3).start()) {
      var away = leaveBehind(cluster);
      var source = cluster.awaitLeader();
      var needed = new CompletableFuture<Long>();
      away.snapshotNeed = (_, _, firstIndex) -> needed.complete(firstIndex);
      away.start();
      long _ = needed.get();
      var division = away.replica().division();
      var server = away.server.orElseThrow();
      var late =
          new CheckpointInstall.Installation() {
            @Override
            public void requireApplicable() {
              throw new ShardException.Unavailable("another store");
            }

            @Override
            public void run() {
              throw new AssertionError("installed");
            }
          };

      assertThatThrownBy(
              () ->
                  server.reopen(
                      GroupCluster.KEY, source.state().durable(), Optional.empty(), false, late))
          .isInstanceOf(ShardException.Unavailable.class)
          .hasMessage("another store");

      assertThat(away.replica().division()).isPresent().isEqualTo(division);
      assertThat(cluster.fatal).isEmpty();
      boolean _ = reopen(away, source);
      requireCaughtUp(cluster, away);
    }
  }

  /// Nobody installed anything: then entries are missing that this member may have acknowledged.
  @Test
  void logThatEndsBeforeTheCheckpointIsRefusedUnlessOneWasInstalled() throws Exception {
    try (var cluster = new GroupCluster(directory, 3).start()) {
      var away = leaveBehind(cluster);
      new CountingState(away.directory.resolve("state")).install(cluster.awaitLeader().state());

      away.start();

      assertThat(away.quarantine()).contains(QuarantineCause.LOG);
    }
  }

  // --- steps

  /// @return a member that is down, and lacks entries that the others have deleted
  private static GroupCluster.Node leaveBehind(GroupCluster cluster) throws Exception {
    return leaveBehind(cluster, cluster.nodes().toArray(GroupCluster.Node[]::new));
  }

  /// @param purging who deletes what a checkpoint holds
  private static GroupCluster.Node leaveBehind(GroupCluster cluster, GroupCluster.Node... purging)
      throws Exception {
    var leader = cluster.awaitLeader();
    propose(cluster, 2);
    var away = cluster.nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();
    awaitApplied(leader, away);
    away.kill();
    propose(cluster.awaitLeader(), 20);
    for (var node : purging) {
      if (node != away) {
        awaitApplied(cluster.awaitLeader(), node);
        checkpoint(node);
        awaitPurged(node);
      }
    }
    return away;
  }

  private static boolean reopen(GroupCluster.Node node, GroupCluster.Node source)
      throws IOException {
    return node.server
        .orElseThrow()
        .reopen(
            GroupCluster.KEY,
            source.state().durable(),
            Optional.empty(),
            false,
            () -> node.state().install(source.state()));
  }

  /// @param source makes a checkpoint; it may lead no more when this returns
  /// @return a member that has applied more than that holds, and does not lead
  private static GroupCluster.Node followerPastCheckpoint(
      GroupCluster cluster, GroupCluster.Node source) throws Exception {
    propose(cluster, 3);
    awaitApplied(cluster.awaitLeader(), source);
    source.state().checkpoint();
    propose(cluster, 3);
    var leader = cluster.awaitLeader();
    var follower =
        cluster.nodes().stream()
            .filter(node -> node != source && node != leader)
            .findFirst()
            .orElseThrow();
    awaitApplied(leader, follower);
    return follower;
  }

  private static boolean replaceDamaged(
      GroupCluster.Node node, GroupCluster.Node source, TermIndex place) throws IOException {
    return node.server
        .orElseThrow()
        .reopen(
            GroupCluster.KEY,
            place,
            Optional.empty(),
            true,
            () -> node.state().install(source.state()));
  }

  private static void restart(GroupCluster.Node node) throws IOException {
    node.kill();
    node.start();
  }

  /// To whoever leads: on a busy machine that changes.
  private static void propose(GroupCluster cluster, int count) {
    for (int number = 0; number < count; number++) {
      TestClient.retried(() -> GroupCluster.propose(cluster.awaitLeader(), LONG_NAME));
    }
  }

  private static void propose(GroupCluster.Node node, int count) {
    for (int number = 0; number < count; number++) {
      TestClient.retried(() -> GroupCluster.propose(node, LONG_NAME));
    }
  }

  private static void awaitApplied(GroupCluster.Node leader, GroupCluster.Node node)
      throws Exception {
    node.replica().awaitApplied(leader.state().applied().index()).get();
  }

  /// As its background does.
  private static void checkpoint(GroupCluster.Node node) {
    var machine = node.replica().machine();
    long loggedBytes = machine.loggedBytes();
    node.state().checkpoint();
    machine.checkpointed(loggedBytes);
    node.server.orElseThrow().publishCheckpoint(node.replica());
  }

  private static void awaitPublished(GroupCluster.Node node, long index) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () ->
                Optional.ofNullable(node.replica().machine().getLatestSnapshot())
                    .filter(published -> published.getIndex() == index)
                    .isPresent());
  }

  private static void awaitPurged(GroupCluster.Node node) {
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> purged(node));
  }

  private static boolean purged(GroupCluster.Node node) throws IOException {
    return LogGuard.firstIndex(node.groupDirectory()).orElse(0) > 0;
  }

  private static long logBytes(GroupCluster.Node node) throws IOException {
    try (var files = Files.list(node.logDirectory())) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }

  private static CoveredLog covered(GroupCluster.Node node) {
    var durable = node.state().durable();
    return new CoveredLog(durable.term(), durable.index());
  }

  /// It applies what the others have, and what comes from now on, and its vote counts.
  private static void requireCaughtUp(GroupCluster cluster, GroupCluster.Node node)
      throws Exception {
    TestClient.retried(
        () -> {
          var leader = cluster.awaitLeader();
          return GroupCluster.propose(leader, "last");
        });
    var leader = cluster.awaitLeader();
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> node.state().total() == leader.state().total());
    assertThat(node.replica().alive()).isTrue();
  }
}
