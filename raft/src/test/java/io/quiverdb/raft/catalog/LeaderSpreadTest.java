package io.quiverdb.raft.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.raft.Claim;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.Incarnation;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeAddresses;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.NodeStatus;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.ReplicaStatus;
import io.quiverdb.raft.ReplicaStatus.Role;
import io.quiverdb.raft.catalog.LeaderPlan.Transfer;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Three nodes, each with a replica of each of three shards: none is to lead more than two.
final class LeaderSpreadTest {
  private static final int NODES = 3;
  private static final int SHARDS = 3;
  private static final long TERM = 5;

  private final int[] leaderOfShard = new int[SHARDS];
  private final List<NodeStatus> extraStatuses = new ArrayList<>();
  private final List<String> commands = new ArrayList<>();
  private CompletableFuture<Void> transferred = new CompletableFuture<>();
  private Optional<NodeId> withProblem = Optional.empty();
  private Optional<NodeId> silent = Optional.empty();

  @Test
  void nodeThatLeadsOneMoreThanItsShareKeepsThem() {
    lead(0, 0, 1);

    assertThat(next()).isEmpty();
  }

  @Test
  void nodeThatLeadsTwoMoreThanItsShareGivesOneToTheNodeThatLeadsFewest() {
    lead(0, 0, 0);

    assertThat(next()).contains(new Transfer(new ShardGroup(0), id(0), id(1)));
  }

  @Test
  void memberThatHasAProblemIsNotMadeLeader() {
    lead(0, 0, 0);
    withProblem = Optional.of(id(1));

    assertThat(next()).contains(new Transfer(new ShardGroup(0), id(0), id(2)));
  }

  @Test
  void memberThatDoesNotAnswerIsNotMadeLeader() {
    lead(0, 0, 0);
    silent = Optional.of(id(1));

    assertThat(next()).contains(new Transfer(new ShardGroup(0), id(0), id(2)));
  }

  @Test
  void nodeThatWasDeposedAndDoesNotKnowItCountsForNothing() {
    lead(0, 0, 1);
    extraStatuses.add(status(0, List.of(replica(2, Role.LEADER, TERM - 1, 0, Optional.empty()))));

    assertThat(next()).isEmpty();
  }

  @Test
  void shardThatIsBeingMovedKeepsItsLeader() {
    lead(0, 0, 0);
    var moving =
        membership()
            .begin(
                new ShardGroup(0), new Placement.Move(Optional.empty(), Optional.of(id(2)), 7), 0);

    assertThat(LeaderPlan.next(moving, statuses()))
        .contains(new Transfer(new ShardGroup(1), id(0), id(1)));
  }

  @Test
  void leaderIsMovedIfThatIsStillDueTheNextTime() {
    lead(0, 0, 0);
    var spread = spread();

    spread.sweep(membership(), statuses());
    assertThat(commands).isEmpty();
    lead(0, 0, 1);
    spread.sweep(membership(), statuses());
    lead(0, 0, 0);
    spread.sweep(membership(), statuses());
    assertThat(commands).isEmpty();

    spread.sweep(membership(), statuses());
    assertThat(commands).containsExactly("shard 0 to " + id(1));
  }

  @Test
  void oneLeaderIsMovedAtATime() {
    lead(0, 0, 0);
    var spread = spread();

    sweep(spread, 9);

    assertThat(commands).hasSize(1);
  }

  @Test
  void leaderThatCouldNotBeMovedIsLeftAloneForLongerEachTime() {
    lead(0, 0, 0);
    transferred = CompletableFuture.failedFuture(new IllegalStateException("not up to date"));
    var spread = spread();

    sweep(spread, 2);
    assertThat(commands).hasSize(1);
    sweep(spread, 2);
    assertThat(commands).hasSize(2);
    sweep(spread, 2);
    assertThat(commands).hasSize(2);
    sweep(spread, 1);
    assertThat(commands).hasSize(3);
    sweep(spread, 4);
    assertThat(commands).hasSize(3);
    sweep(spread, 1);
    assertThat(commands).hasSize(4);
  }

  private void sweep(LeaderSpread spread, int times) {
    for (int i = 0; i < times; i++) {
      spread.sweep(membership(), statuses());
    }
  }

  private Optional<Transfer> next() {
    return LeaderPlan.next(membership(), statuses());
  }

  private void lead(int... nodeOfShard) {
    System.arraycopy(nodeOfShard, 0, leaderOfShard, 0, SHARDS);
  }

  private List<NodeStatus> statuses() {
    var all = new ArrayList<>(extraStatuses);
    for (int node = 0; node < NODES; node++) {
      int self = node;
      if (!silent.equals(Optional.of(id(self)))) {
        all.add(
            status(
                self, IntStream.range(0, SHARDS).mapToObj(shard -> replica(shard, self)).toList()));
      }
    }
    return all;
  }

  private ReplicaStatus replica(int shard, int node) {
    var problem =
        withProblem.equals(Optional.of(id(node)))
            ? Optional.of("1001 entries behind")
            : Optional.<String>empty();
    int leader = leaderOfShard[shard];
    return replica(shard, leader == node ? Role.LEADER : Role.FOLLOWER, TERM, leader, problem);
  }

  private static ReplicaStatus replica(
      int shard, Role role, long term, int leader, Optional<String> problem) {
    return new ReplicaStatus(
        new ShardGroup(shard),
        new Incarnation(new UUID(7, 7), 0),
        role,
        term,
        Optional.of(id(leader)),
        0,
        0,
        -1,
        0,
        Optional.empty(),
        Optional.empty(),
        problem);
  }

  private static NodeStatus status(int node, List<ReplicaStatus> replicas) {
    return new NodeStatus(
        member(node),
        "1",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        replicas);
  }

  private LeaderSpread spread() {
    return new LeaderSpread(
        from ->
            (Peer)
                Proxy.newProxyInstance(
                    LeaderSpreadTest.class.getClassLoader(),
                    new Class<?>[] {Peer.class},
                    (_, method, arguments) -> {
                      assertThat(from).isEqualTo(id(0));
                      assertThat(method.getName()).isEqualTo("transferLeader");
                      commands.add(arguments[0] + " to " + arguments[1]);
                      return transferred;
                    }));
  }

  private static Membership membership() {
    var members = IntStream.range(0, NODES).mapToObj(LeaderSpreadTest::member).toList();
    return Membership.of(
        new Claim(new UUID(1, 1), members, SHARDS, NODES, 1 << 20, Optional.empty()));
  }

  private static NodeId id(int node) {
    return new NodeId(new UUID(0, node + 1));
  }

  private static Member member(int node) {
    return new Member(id(node), new NodeAddresses("c:" + node, "p:" + node, "r:" + node));
  }
}
