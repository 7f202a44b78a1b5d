package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.CorruptFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a node forgets of a replica that is removed, what it must not, and whom it obeys.
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class RemovedReplicaTest {
  private static final long MOVE = 1L << 48;

  @TempDir Path directory;

  @Test
  void replicaThatIsMadeAnewRemembersItsVote() throws Exception {
    try (var cluster = new GroupCluster(directory, 1)) {
      var node = cluster.nodes().getFirst();
      node.start();
      node.openFor(order(1), MOVE);
      node.kill();
      var vote = node.logDirectory().resolve("raft-meta");
      byte[] cast = "#\nterm=7\nvotedFor=somebody\n".getBytes(StandardCharsets.US_ASCII);
      Files.write(vote, cast);
      node.start();

      node.remove(order(2), incarnation(node));
      assertThat(node.groupDirectory()).doesNotExist();
      node.openFor(order(3), MOVE + 1);

      assertThat(Files.readAllLines(vote)).contains("term=7", "votedFor=somebody");
      assertThat(node.replica().currentTerm()).isGreaterThanOrEqualTo(7);
    }
  }

  @Test
  void orderOfADeposedLeaderIsRefusedAndChangesNothing() throws Exception {
    try (var cluster = new GroupCluster(directory, 1)) {
      var node = cluster.nodes().getFirst();
      node.start();
      node.openFor(new CatalogOrder(3, 10), MOVE);
      var incarnation = incarnation(node);

      for (var late : List.of(new CatalogOrder(2, 99), new CatalogOrder(3, 9))) {
        requireRefused(() -> node.remove(late, incarnation), "none older than the last");
        requireRefused(() -> node.openFor(late, MOVE), "none older than the last");
      }

      assertThat(incarnation(node)).isEqualTo(incarnation);
      node.remove(new CatalogOrder(3, 10), incarnation);
      assertThat(node.groupDirectory()).doesNotExist();
      requireRefused(() -> node.openFor(new CatalogOrder(3, 9), MOVE + 1), "none older");
    }
  }

  @Test
  void anotherIncarnationIsNotRemoved() throws Exception {
    try (var cluster = new GroupCluster(directory, 1)) {
      var node = cluster.nodes().getFirst();
      node.start();
      node.openFor(order(1), MOVE);
      var first = incarnation(node);
      node.remove(order(2), first);
      node.openFor(order(3), MOVE + 1);

      requireRefused(() -> node.remove(order(4), first), "incarnation");

      assertThat(node.groupDirectory()).exists();
      assertThat(incarnation(node)).isNotEqualTo(first);
    }
  }

  @Test
  void replicaOfAnotherMoveIsNotTakenForTheOneThatIsAdded() throws Exception {
    try (var cluster = new GroupCluster(directory, 1)) {
      var node = cluster.nodes().getFirst();
      node.start();
      node.openFor(order(1), MOVE);

      node.openFor(order(2), MOVE);
      requireRefused(() -> node.openFor(order(3), MOVE + 1), "expected: one of move");
      // A member of long standing has any replica, and one that was removed is not made anew.
      node.openFor(order(4), 0);
      node.remove(order(5), incarnation(node));
      requireRefused(() -> node.openFor(order(6), 0), "REMOVED");
    }
  }

  @Test
  void removalThatACrashInterruptedIsFinishedAtTheStart() throws Exception {
    try (var cluster = new GroupCluster(directory, 1)) {
      var node = cluster.nodes().getFirst();
      node.start();
      node.openFor(order(1), MOVE);
      node.kill();
      node.write(node.note().orElseThrow().in(ReplicaNote.State.REMOVING, order(2)));

      node.start();

      assertThat(node.groupDirectory()).doesNotExist();
      assertThat(node.note().map(ReplicaNote::state)).contains(ReplicaNote.State.REMOVED);
      node.openFor(order(3), MOVE + 1);
      assertThat(node.groupDirectory()).exists();
    }
  }

  @Test
  void removalThatTheDiskInterruptedStaysVisibleAndIsFinishedWhenItIsAskedForAgain()
      throws Exception {
    try (var cluster = new GroupCluster(directory, 1)) {
      var node = halfRemoved(cluster);
      var incarnation = incarnation(node);
      requireDiskFailure(() -> node.remove(order(3), incarnation));
      assertThat(node.removing()).contains(incarnation);

      node.diskFails = false;
      node.remove(order(3), incarnation);

      assertThat(node.removing()).isEmpty();
      assertThat(node.note().map(ReplicaNote::state)).contains(ReplicaNote.State.REMOVED);
      assertThat(node.asideDirectory()).doesNotExist();
    }
  }

  @Test
  void removalThatTheDiskInterruptedIsFinishedByTheNextMove() throws Exception {
    try (var cluster = new GroupCluster(directory, 1)) {
      var node = halfRemoved(cluster);
      requireDiskFailure(() -> node.openFor(order(3), MOVE + 1));
      assertThat(node.removing()).isPresent();
      assertThat(node.groupDirectory()).doesNotExist();

      node.diskFails = false;
      node.openFor(order(3), MOVE + 1);

      for (int restart = 0; restart < 2; restart++) {
        assertThat(node.removing()).isEmpty();
        assertThat(node.note().orElseThrow().incarnation().moveIndex()).isEqualTo(MOVE + 1);
        assertThat(node.replica().alive()).isTrue();
        assertThat(Files.readAllLines(node.logDirectory().resolve("raft-meta")))
            .contains("term=7", "votedFor=somebody");
        node.kill();
        node.start();
      }
    }
  }

  /// The rest of the node starts.
  @Test
  void removalThatFailsAtTheStartStaysVisibleAndOutOfSightOfRatis() throws Exception {
    try (var cluster = new GroupCluster(directory, 1)) {
      var node = halfRemoved(cluster);
      var incarnation = incarnation(node);
      node.kill();
      node.makeDirectory();

      node.start();

      assertThat(node.removing()).contains(incarnation);
      assertThat(node.groupDirectory()).doesNotExist();
      assertThat(node.server.orElseThrow().replicas()).isEmpty();
      node.diskFails = false;
      node.remove(order(3), incarnation);
      assertThat(node.removing()).isEmpty();
    }
  }

  /// A replica that has voted, and of which the disk did not delete everything.
  private static GroupCluster.Node halfRemoved(GroupCluster cluster) throws IOException {
    var node = cluster.nodes().getFirst();
    node.start();
    node.openFor(order(1), MOVE);
    node.kill();
    Files.write(
        node.logDirectory().resolve("raft-meta"),
        "#\nterm=7\nvotedFor=somebody\n".getBytes(StandardCharsets.US_ASCII));
    node.start();
    node.diskFails = true;
    requireDiskFailure(() -> node.remove(order(2), incarnation(node)));
    assertThat(node.removing()).contains(incarnation(node));
    assertThat(node.server.orElseThrow().replica(GroupCluster.KEY)).isEmpty();
    return node;
  }

  private static void requireDiskFailure(Action action) {
    assertThatThrownBy(action::run)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a file that cannot be deleted");
  }

  /// The note says so first.
  @Test
  void quarantineThatACrashInterruptedIsFinishedAtTheStart() throws Exception {
    try (var cluster = new GroupCluster(directory, 1)) {
      var node = cluster.nodes().getFirst();
      node.start();
      node.open();
      node.kill();
      node.write(node.note().orElseThrow().quarantined(QuarantineCause.LOG));

      node.start();

      assertThat(node.quarantine()).contains(QuarantineCause.LOG);
      requireRefused(node::open, "is quarantined here");
      requireRefused(() -> node.openFor(order(1), MOVE), "QUARANTINED");
      requireRefused(() -> node.openFor(order(1), 0), "QUARANTINED");
      requireRefused(() -> node.remove(order(1), UUID.randomUUID()), "incarnation");
      assertThat(node.asideDirectory()).exists();
    }
  }

  /// Wherever a crash comes, the vote that was cast is in the directory or kept beside it.
  @Test
  void quarantinedReplicaIsMadeAnewWithItsVoteWhereverACrashInterruptsItsRemoval()
      throws Exception {
    for (boolean isVoteKept : List.of(false, true)) {
      try (var cluster = new GroupCluster(directory.resolve("vote-kept-" + isVoteKept), 1)) {
        var node = cluster.nodes().getFirst();
        node.start();
        node.open();
        cluster.awaitLeader();
        node.kill();
        node.write(node.note().orElseThrow().quarantined(QuarantineCause.LOG));
        var cast = "#\nterm=7\nvotedFor=somebody\n".getBytes(StandardCharsets.US_ASCII);
        Files.write(node.logDirectory().resolve("raft-meta"), cast);
        node.start();
        node.kill();
        if (isVoteKept) {
          Files.createDirectories(node.directory.resolve("raft-votes"));
          Files.move(
              node.asideDirectory().resolve("current/raft-meta"),
              node.directory.resolve("raft-votes").resolve(node.asideDirectory().getFileName()));
        }
        node.write(node.note().orElseThrow().in(ReplicaNote.State.REMOVING, order(2)));

        node.start();
        assertThat(node.note().map(ReplicaNote::state)).contains(ReplicaNote.State.REMOVED);
        assertThat(node.note().flatMap(ReplicaNote::quarantine)).isEmpty();
        assertThat(node.asideDirectory()).doesNotExist();
        node.openFor(order(3), MOVE);

        assertThat(Files.readAllLines(node.logDirectory().resolve("raft-meta")))
            .contains("term=7", "votedFor=somebody");
        assertThat(node.replica().alive()).isTrue();
      }
    }
  }

  @Test
  void replicaWhoseVoteWasLostIsNotMadeAnewAlsoWhereAnEarlierOneIsKept() throws Exception {
    try (var cluster = new GroupCluster(directory, 1)) {
      var node = cluster.nodes().getFirst();
      node.start();
      node.openFor(order(1), MOVE);
      node.remove(order(2), incarnation(node));
      node.openFor(order(3), MOVE + 1);
      node.kill();
      Files.write(node.logDirectory().resolve("raft-meta"), new byte[40]);

      node.start();
      assertThat(node.quarantine()).contains(QuarantineCause.VOTE);
      node.remove(order(4), incarnation(node));

      assertThat(node.asideDirectory()).doesNotExist();
      requireRefused(() -> node.openFor(order(5), MOVE + 2), "its vote on this node was lost");
      node.kill();
      node.start();
      requireRefused(() -> node.openFor(order(6), MOVE + 3), "its vote on this node was lost");
    }
  }

  @Test
  void formingDoesNotMakeAReplicaAnewThatWasRemoved() throws Exception {
    try (var cluster = new GroupCluster(directory, 1)) {
      var node = cluster.nodes().getFirst();
      node.start();
      node.open();
      node.remove(order(1), incarnation(node));

      requireRefused(node::open, "was removed here");

      assertThat(node.groupDirectory()).doesNotExist();
      assertThat(node.note().orElseThrow().obeyed()).isEqualTo(order(1));
    }
  }

  @Test
  void crashBeforeTheNoteForgetsNoOrder() throws Exception {
    try (var cluster = new GroupCluster(directory, 1)) {
      var node = cluster.nodes().getFirst();
      node.start();
      node.openFor(order(1), MOVE);
      node.remove(order(5), incarnation(node));
      node.kill();
      node.makeDirectory();

      node.start();

      requireRefused(() -> node.remove(order(4), incarnation(node)), "none older than the last");
    }
  }

  @Test
  void replicaThatIsMadeAnewIsNotHeldToTheLogOfTheOneBefore() throws Exception {
    try (var cluster = new GroupCluster(directory, 1)) {
      var node = cluster.nodes().getFirst();
      node.start();
      node.open();
      cluster.awaitLeader();
      for (int i = 0; i < 20; i++) {
        GroupCluster.propose(node, "a").join();
      }
      // Writes down how far the log is known to go.
      node.kill();
      node.start();
      node.remove(order(1), incarnation(node));
      node.openFor(order(2), MOVE);
      node.kill();

      node.start();

      assertThat(node.replica().alive()).isTrue();
    }
  }

  @Test
  void configurationIsOnlyReplacedByANewerOne() throws Exception {
    Files.createDirectories(directory.resolve("current"));

    GroupDirectory.takeConfiguration(directory, configuration(5));
    GroupDirectory.takeConfiguration(directory, configuration(4));
    assertThat(GroupDirectory.configuration(directory).map(LogEntryProto::getIndex)).contains(5L);

    GroupDirectory.takeConfiguration(directory, configuration(6));
    assertThat(GroupDirectory.configuration(directory).map(LogEntryProto::getIndex)).contains(6L);
  }

  @Test
  void noteThatMakesNoSenseIsDamage() throws Exception {
    Files.createDirectories(directory.resolve("raft-opened"));
    Files.writeString(directory.resolve("raft-opened/x"), "OPEN nonsense\n");

    assertThatThrownBy(() -> ReplicaNote.read(directory, "x"))
        .hasMessageContaining("raft-opened/x");
    assertThat(ReplicaNote.read(directory, "y")).isEqualTo(Optional.empty());
  }

  @Test
  void bitOfANoteThatFlipsIsDamage() throws Exception {
    var note =
        new ReplicaNote(
                ReplicaNote.State.OPEN, new Incarnation(new UUID(1, 2), 3), new CatalogOrder(4, 5))
            .withFloor(77);
    note.write(directory, "x");
    assertThat(ReplicaNote.read(directory, "x")).contains(note);
    var file = directory.resolve("raft-opened/x");
    byte[] sound = Files.readAllBytes(file);

    for (int bit = 0; bit < 8 * sound.length; bit++) {
      byte[] damaged = sound.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(file, damaged);
      assertThatThrownBy(() -> ReplicaNote.read(directory, "x"))
          .as("bit %d", bit)
          .isInstanceOf(CorruptFileException.class);
    }
  }

  @Test
  void noteOfAnEarlierVersionHasNoChecksum() throws Exception {
    Files.createDirectories(directory.resolve("raft-opened"));
    Files.writeString(
        directory.resolve("raft-opened/x"),
        "OPEN 00000000-0000-0001-0000-000000000002 3 4 5 floor 77\n");

    assertThat(ReplicaNote.read(directory, "x").orElseThrow().floor()).isEqualTo(77);
  }

  private interface Action {
    void run() throws IOException;
  }

  private static void requireRefused(Action action, String why) {
    assertThatThrownBy(action::run)
        .isInstanceOf(ShardException.Unavailable.class)
        .hasMessageContaining(why);
  }

  private static UUID incarnation(GroupCluster.Node node) throws IOException {
    return node.note().orElseThrow().incarnation().id();
  }

  private static CatalogOrder order(long index) {
    return new CatalogOrder(1, index);
  }

  private static LogEntryProto configuration(long index) {
    return LogEntryProto.newBuilder()
        .setIndex(index)
        .setConfigurationEntry(RaftConfigurationProto.getDefaultInstance())
        .build();
  }
}
