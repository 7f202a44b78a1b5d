package io.quiverdb.raft.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.crypto.KeyBytes;
import io.quiverdb.core.crypto.WrappedCatalogKey;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.FormationException;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.TestKeyRing;
import io.quiverdb.raft.catalog.SimulatedCluster;
import io.quiverdb.raft.catalog.SimulatedNode;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FormationTest {
  private static final WrappedCatalogKey KEY =
      WrappedCatalogKey.wrap(KeyBytes.draw(new SecureRandom()), TestKeyRing.MASTER);
  private static final int ENTRY_BYTES_MAX = 4 << 20;

  private final SimulatedCluster cluster = new SimulatedCluster(1, 7);

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5})
  void nodesBecomeOneClusterWithTheDefaults(int count) {
    var claim = run(form(addresses(count), 0, 0)).resultNow();

    assertThat(claim.members()).hasSize(count).isSortedAccordingTo(FormationTest::byId);
    assertThat(claim.shards()).isEqualTo(Math.max(3, count));
    assertThat(claim.replicationFactor()).isEqualTo(Math.min(3, count));
    assertThat(claim.entryBytesMax()).isEqualTo(ENTRY_BYTES_MAX);
    assertThat(cluster.nodes().subList(0, count))
        .allMatch(node -> node.heldClaim().orElseThrow().equals(claim))
        .allMatch(node -> node.has(new GroupKey.CatalogGroup()));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 4, 6, 7})
  void otherNumbersOfNodesAreRefused(int count) {
    assertThat(run(form(addresses(count), 0, 0)).exceptionNow())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("nodes: " + count)
        .hasMessageContaining("(expected: 1, 3 or 5)");
  }

  @Test
  void shardsAndReplicationFactorOutOfRangeAreRefused() {
    assertThat(run(form(addresses(3), 257, 0)).exceptionNow())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("shards: 257 (expected: 1 to 256, or 0 for the default)");
    assertThat(run(form(addresses(3), 0, 4)).exceptionNow())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("replication factor: 4 (expected: 1 to 3, or 0 for the default)");
  }

  @Test
  void nodesThatDoNotAnswerAreNamed() {
    cluster.nodes().get(1).crash();
    cluster.nodes().get(2).crash();

    assertThat(run(form(addresses(3), 0, 0)).exceptionNow())
        .isInstanceOf(ShardException.Unavailable.class)
        .hasMessageStartingWith("no answer from peer1, peer2 (expected: all listed nodes up): ");
  }

  @Test
  void formingThatLosesANodeOnTheWayMayStillHappen() {
    var forming = form(addresses(3), 0, 0);
    var first = byId(cluster.nodes().subList(0, 3)).getFirst();
    for (int step = 0; step < 10_000 && first.heldClaim().isEmpty(); step++) {
      cluster.step();
    }
    assertThat(first.heldClaim()).isPresent();
    cluster.nodes().subList(0, 3).stream()
        .filter(node -> !node.equals(first))
        .forEach(SimulatedNode::crash);

    assertThat(run(forming).exceptionNow()).isInstanceOf(ShardException.OutcomeUnknown.class);
  }

  @Test
  void nodeListedTwiceIsRefused() {
    assertThat(run(form(List.of("peer0", "peer1", "peer0"), 0, 0)).exceptionNow())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at peer0 and at peer0 (expected: a node once");
  }

  @Test
  void formedNodesAreRefusedByTheNameOfTheirCluster() {
    var claim = run(form(addresses(3), 0, 0)).resultNow();

    var again = run(form(addresses(3), 0, 0)).exceptionNow();

    assertThat(again)
        .isInstanceOfSatisfying(
            FormationException.AlreadyFormed.class,
            refusal -> assertThat(refusal.clusterId()).isEqualTo(claim.clusterId()))
        .hasMessageContaining("already formed");
  }

  @Test
  void memberOfAnotherClusterIsRefusedAndNoOtherNodeClaimed() {
    var claim = run(form(addresses(3), 0, 0)).resultNow();

    var other = run(form(List.of("peer2", "peer3", "peer4"), 0, 0)).exceptionNow();

    assertThat(other)
        .isInstanceOf(FormationException.OtherCluster.class)
        .hasMessage(
            "node at peer2: belongs to cluster %s (expected: a node of no cluster)"
                .formatted(claim.clusterId()));
    assertThat(cluster.nodes().get(3).heldClaim()).isEmpty();
  }

  @Test
  void unfinishedFormingIsFinishedWithWhatItBeganWith() {
    var nodes = byId(cluster.nodes().subList(0, 3));
    var begun = claimOf(nodes, 8);
    nodes.getFirst().claim(begun).join();
    nodes.getLast().claim(claimOf(nodes, 16)).join();

    var claim = run(form(addresses(3), 4, 1)).resultNow();

    assertThat(claim).isEqualTo(begun);
    assertThat(nodes).allMatch(node -> node.heldClaim().orElseThrow().equals(begun));
  }

  @Test
  void unfinishedFormingOfOtherNodesIsRefused() {
    var nodes = byId(cluster.nodes().subList(0, 3));
    nodes.getFirst().claim(claimOf(cluster.nodes().subList(0, 5), 8)).join();

    assertThat(run(form(addresses(3), 0, 0)).exceptionNow())
        .isInstanceOf(FormationException.OtherMembers.class)
        .hasMessageContaining("begun with the nodes at peer0, peer1, peer2, peer3, peer4");
  }

  private CompletableFuture<Claim> form(List<String> addresses, int shards, int replicationFactor) {
    var node = cluster.nodes().getFirst();
    return new Formation(
            cluster.transportOf(node),
            node.scheduler(),
            cluster.random(),
            ENTRY_BYTES_MAX,
            node.keys(),
            new Formation.Pace(Duration.ofMillis(50), 1, 100))
        .form(addresses, shards, replicationFactor);
  }

  private <T> CompletableFuture<T> run(CompletableFuture<T> future) {
    for (int step = 0; step < 10_000 && !future.isDone(); step++) {
      cluster.step();
    }
    return future;
  }

  private List<String> addresses(int count) {
    return cluster.addresses().subList(0, count);
  }

  private static List<SimulatedNode> byId(List<SimulatedNode> nodes) {
    return nodes.stream().sorted((a, b) -> a.id().compareTo(b.id())).toList();
  }

  private static int byId(Member one, Member other) {
    return one.id().compareTo(other.id());
  }

  private static Claim claimOf(List<SimulatedNode> nodes, int shards) {
    var members = nodes.stream().map(node -> node.status().join().self()).toList();
    return new Claim(new UUID(5, shards), members, shards, 3, ENTRY_BYTES_MAX, Optional.of(KEY));
  }
}
