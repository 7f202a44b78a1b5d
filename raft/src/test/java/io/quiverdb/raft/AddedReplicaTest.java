package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.ratis.server.DivisionInfo;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a replica may do before it is a member.
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class AddedReplicaTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path directory;

  /// Its vote is needed: of four members, three. One that is made anew has it as well: it is no
  /// member before it has what the one before it may have acknowledged.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void leaderIsReplacedThatDiesBeforeTheNewMemberHearsThatItIsOne(boolean isMadeAnew)
      throws Exception {
    try (var cluster = new GroupCluster(directory, 3).start()) {
      var old = cluster.awaitLeader();
      GroupCluster.propose(old, "before").join();
      var members = cluster.nodes().stream().map(node -> node.id).toList();
      var added = cluster.addNode(directory.resolve("added"));
      if (isMadeAnew) {
        addAndRemove(old, members, added);
      }
      long floor = old.replica().members().join().index();
      added.openFor(new CatalogOrder(1, 3), 1L << 49, floor);
      Partitions.cutWhenMadeMember(added.id, floor);

      var change =
          old.replica()
              .changeMembers(
                  List.of(members, Stream.concat(members.stream(), Stream.of(added.id)).toList()),
                  List.of(added.member()),
                  PATIENCE);
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> Partitions.isCutConsensus(old.id, added.id) && othersKnow(cluster, added));
      // The three that know of it are a majority of the four.
      change.join();
      assertThat(added.replica().voters().getFirst()).doesNotContain(added.id);
      // It hears of no leader, and does not stand all the same: Ratis would close it.
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> added.replica().info().filter(DivisionInfo::isCandidate).isPresent());
      assertThat(added.replica().leader()).isEmpty();
      old.kill();

      var leader = cluster.awaitLeaderOtherThan(old);
      GroupCluster.propose(leader, "after").join();
      assertThat(leader.read("before").join()).isEqualTo(1);
      Awaitility.await().atMost(PATIENCE).until(() -> added.state().count("after") == 1);
      assertThat(added.replica().voters().getFirst()).contains(added.id);
    }
  }

  private static void addAndRemove(
      GroupCluster.Node leader, List<NodeId> members, GroupCluster.Node node) throws IOException {
    var all = Stream.concat(members.stream(), Stream.of(node.id)).toList();
    node.openFor(new CatalogOrder(1, 1), 1L << 48);
    leader.replica().changeMembers(List.of(members, all), List.of(node.member()), PATIENCE).join();
    GroupCluster.propose(leader, "acknowledged there too").join();
    leader.replica().changeMembers(List.of(all, members), List.of(), PATIENCE).join();
    node.remove(new CatalogOrder(1, 2), node.note().orElseThrow().incarnation().id());
    GroupCluster.propose(leader, "acknowledged without it").join();
  }

  /// It was killed before it heard, and Ratis has a server refuse to vote that starts and is in no
  /// configuration that it knows, until a leader asks something of it. There is none without it.
  @Test
  void memberThatDoesNotKnowThatItIsOneVotesAfterARestartToo() throws Exception {
    try (var cluster = new GroupCluster(directory, 3).start()) {
      var old = cluster.awaitLeader();
      GroupCluster.propose(old, "before").join();
      var members = cluster.nodes().stream().map(node -> node.id).toList();
      var added = cluster.addNode(directory.resolve("added"));
      added.openFor(new CatalogOrder(1, 1), 1L << 48);
      Partitions.cutWhenMadeMember(added.id, 0);
      var change =
          old.replica()
              .changeMembers(
                  List.of(members, Stream.concat(members.stream(), Stream.of(added.id)).toList()),
                  List.of(added.member()),
                  PATIENCE);
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> Partitions.isCutConsensus(old.id, added.id) && othersKnow(cluster, added));
      change.join();

      added.kill();
      old.kill();
      added.start();
      assertThat(added.replica().voters().getFirst()).doesNotContain(added.id);

      var leader = cluster.awaitLeaderOtherThan(old);
      GroupCluster.propose(leader, "after").join();
      assertThat(leader.read("before").join()).isEqualTo(1);
      Awaitility.await().atMost(PATIENCE).until(() -> added.state().count("after") == 1);
      assertThat(added.replica().voters().getFirst()).contains(added.id);
    }
  }

  /// The log that it is sent begins when it was the only member. It has forgotten what it
  /// acknowledged since, and would be a majority of its own.
  @Test
  void replicaThatIsMadeAnewDoesNotLeadByAConfigurationOfItsPast() throws Exception {
    try (var cluster = new GroupCluster(directory, 1).start()) {
      var first = cluster.awaitLeader();
      GroupCluster.propose(first, "before").join();
      var past = directory.resolve("past");
      copyLog(first.logDirectory(), past);
      var second = cluster.addNode(directory.resolve("second"));
      second.openFor(new CatalogOrder(1, 1), 1L << 48);
      var both = List.of(first.id, second.id);
      first
          .replica()
          .changeMembers(List.of(List.of(first.id), both), List.of(second.member()), PATIENCE)
          .join();
      first.replica().transferLeader(second.id, PATIENCE).join();
      awaitReady(second);
      second.replica().changeMembers(List.of(both, List.of(second.id)), List.of(), PATIENCE).join();
      GroupCluster.propose(second, "after").join();
      first.remove(new CatalogOrder(1, 2), first.note().orElseThrow().incarnation().id());
      long floor = second.replica().members().join().index();

      first.openFor(new CatalogOrder(1, 3), 1L << 49, floor);
      first.kill();
      copyLog(past, first.logDirectory());
      cluster.isolateConsensus(first);
      first.start();

      // It hears of no leader, and does not stand all the same.
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> first.replica().info().filter(DivisionInfo::isCandidate).isPresent());
      assertThat(first.replica().voters()).containsExactly(Set.of(first.id));
      assertThat(first.replica().leads()).isFalse();

      cluster.rejoin(first);
      awaitReady(second);
      second
          .replica()
          .changeMembers(List.of(List.of(second.id), both), List.of(first.member()), PATIENCE)
          .join();
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> first.note().orElseThrow().floor() == ReplicaNote.NO_FLOOR);
      assertThat(first.state().count("after")).isEqualTo(1);
      // Its elections are resumed when it answers the next time.
      Awaitility.await()
          .atMost(PATIENCE)
          .until(
              () -> {
                if (second.leads()) {
                  var _ = second.replica().transferLeader(first.id, Duration.ofSeconds(5));
                }
                return first.replica().leaderReady();
              });
      assertThat(first.read("after").join()).isEqualTo(1);
    }
  }

  /// It has voted in a term that nobody else came to, and its vote was kept.
  @Test
  void replicaThatIsInALaterTermIsAddedWhenItsLeaderIsAsFar() throws Exception {
    try (var cluster = new GroupCluster(directory, 1).start()) {
      var leader = cluster.awaitLeader();
      GroupCluster.propose(leader, "before").join();
      var added = cluster.addNode(directory.resolve("added"));
      added.openFor(new CatalogOrder(1, 1), 1L << 48);
      added.kill();
      long later = leader.replica().currentTerm() + 3;
      Files.writeString(
          added.logDirectory().resolve("raft-meta"),
          "term=%d%nvotedFor=%s%n".formatted(later, added.id));
      added.start();
      var path = List.of(List.of(leader.id), List.of(leader.id, added.id));

      Awaitility.await()
          .atMost(PATIENCE)
          .until(
              () ->
                  leader
                      .replica()
                      .changeMembers(path, List.of(added.member()), Duration.ofSeconds(5))
                      .handle((_, failure) -> failure == null)
                      .join());

      assertThat(leader.replica().currentTerm()).isGreaterThanOrEqualTo(later);
      GroupCluster.propose(leader, "after").join();
      Awaitility.await().atMost(PATIENCE).until(() -> added.state().count("after") == 1);
    }
  }

  @Test
  void openingOfAReplicaAnewThatACrashInterruptedIsTakenBack() throws Exception {
    try (var cluster = new GroupCluster(directory, 1)) {
      var node = cluster.nodes().getFirst();
      node.start();
      node.kill();
      node.write(
          new ReplicaNote(
              ReplicaNote.State.REMOVED,
              new Incarnation(new UUID(1, 1), 1),
              new CatalogOrder(1, 1)));
      node.makeDirectory();

      node.start();

      assertThat(node.note().orElseThrow().state()).isEqualTo(ReplicaNote.State.REMOVED);
      assertThat(node.logDirectory()).doesNotExist();
    }
  }

  private static void awaitReady(GroupCluster.Node node) {
    Awaitility.await().atMost(PATIENCE).until(() -> node.replica().leaderReady());
  }

  private static void copyLog(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (var files = Files.newDirectoryStream(from, "log_*")) {
      for (var file : files) {
        Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private static boolean othersKnow(GroupCluster cluster, GroupCluster.Node added) {
    return cluster.nodes().stream()
        .filter(node -> node != added)
        .allMatch(node -> node.replica().voters().getFirst().contains(added.id));
  }
}
