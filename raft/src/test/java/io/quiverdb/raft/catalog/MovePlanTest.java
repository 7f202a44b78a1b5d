package io.quiverdb.raft.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.raft.Claim;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.LostVotes;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeAddresses;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.Seeds;
import io.quiverdb.raft.catalog.ClusterNode.State;
import io.quiverdb.raft.catalog.Placement.Move;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class MovePlanTest {
  private static final int STEPS_MAX = 10_000;

  private long index = 1;

  @Test
  void nothingIsMovedAsTheClusterIsFormed() {
    assertThat(MovePlan.of(formed(3, 6, 3), LostVotes.NONE)).isEmpty();
    assertThat(MovePlan.of(formed(5, 5, 3), LostVotes.NONE)).isEmpty();
  }

  @Test
  void nodeThatJoinsIsGivenItsPart() {
    var grown = formed(3, 4, 3).withNode(member(4), index++);

    var plan = MovePlan.of(grown, LostVotes.NONE);

    assertThat(plan).hasSize(3).allMatch(step -> step.added().equals(Optional.of(id(4))));
    assertThat(loads(settle(grown)).values()).containsOnly(3);
  }

  @Test
  void deadNodeIsReplacedAndGone() {
    var removing =
        settle(formed(3, 3, 3).withNode(member(4), index++)).withState(id(2), State.REMOVING);

    var settled = settle(removing);

    assertThat(settled.node(id(2))).isEmpty();
    assertThat(settled.removed()).containsExactly(id(2));
    assertThat(settled.placements().values())
        .allSatisfy(placement -> assertThat(placement.members()).hasSize(3).doesNotContain(id(2)));
    assertThatThrownBy(() -> settled.withNode(member(2), index++)).hasMessageContaining("removed");
  }

  @Test
  void catalogueIsOnOneThreeOrFiveNodes() {
    var cluster = formed(1, 3, 1);
    for (int nodes = 2; nodes <= 7; nodes++) {
      cluster = settle(cluster.withNode(member(nodes), index++));

      int voters = nodes >= 5 ? 5 : nodes >= 3 ? 3 : 1;
      assertThat(cluster.placement(new CatalogGroup()).members()).hasSize(voters);
    }
  }

  @Test
  void nodeThatIsNeededIsNotLetGo() {
    var formed = formed(3, 3, 3);

    assertThatThrownBy(() -> formed.withState(id(1), State.DRAINING))
        .hasMessage(
            "node %s: 2 other active nodes (expected: at least the replication factor, 3)"
                .formatted(id(1)));
  }

  @Test
  void nodeIsNotGivenAGroupThatItsVoteIsLostForThoughItHasTheFewestReplicas() {
    var grown = formed(3, 4, 3).withNode(member(4), index++);
    var lost = lost(id(4), new ShardGroup(0), new ShardGroup(1));

    var plan = MovePlan.of(grown, lost);

    assertThat(plan)
        .extracting(MovePlan.Step::group)
        .containsExactly(new ShardGroup(2), new ShardGroup(3));
  }

  /// Another one is given what the first cannot have.
  @Test
  void groupThatOnlyNodesWithoutTheirVotesCouldJoinStaysSmallerAndOthersAreSpreadOn() {
    var grown = formed(1, 6, 1).withNode(member(2), index++).withNode(member(3), index++);
    var shards = grown.placements().keySet().stream().toArray(GroupKey[]::new);
    var lost = lost(id(2), shards);

    assertThat(loads(settle(grown, lost))).containsExactlyInAnyOrderEntriesOf(loads(3, 0, 3));
    assertThat(MovePlan.of(settle(grown.withReplicationFactor(3), lost), lost)).isEmpty();
  }

  /// With one of two members left that counts, the group would have no majority.
  @Test
  void memberWhoseVoteIsLostGoesBeforeOthers() {
    var shrunk = formed(3, 1, 3).withReplicationFactor(2);

    for (int number = 1; number <= 3; number++) {
      assertThat(MovePlan.of(shrunk, lost(id(number), new ShardGroup(0))))
          .containsExactly(
              new MovePlan.Step(new ShardGroup(0), Optional.empty(), Optional.of(id(number))));
    }
  }

  private static LostVotes lost(NodeId node, GroupKey... groups) {
    return new LostVotes(Map.of(node, Set.of(groups)));
  }

  private static Map<NodeId, Integer> loads(int first, int second, int third) {
    return Map.of(id(1), first, id(2), second, id(3), third);
  }

  /// Whatever is asked for, in whatever order: every group ends up on as many active nodes as it
  /// should, never on fewer than it began with in between, and the shards are spread evenly.
  @Test
  void everyPlanEndsWithEveryGroupWhereItShouldBe() {
    Seeds.forEach(200, this::changeAndSettle);
  }

  private void changeAndSettle(long seed) {
    var random = new Random(seed);
    index = 1;
    int nodes = List.of(1, 3, 5).get(random.nextInt(3));
    int shards = 1 + random.nextInt(9);
    var cluster = formed(nodes, shards, 1 + random.nextInt(nodes));
    int known = nodes;
    for (int change = 0; change < 8; change++) {
      cluster = settle(changed(cluster, random, ++known)).rebalancing(index++);
      cluster = settle(cluster);
      requireSettled(cluster);
    }
  }

  private Membership changed(Membership cluster, Random random, int next) {
    var nodes = cluster.nodes().stream().map(ClusterNode::id).toList();
    var node = nodes.get(random.nextInt(nodes.size()));
    try {
      return switch (random.nextInt(5)) {
        case 0, 1 -> cluster.withNode(member(next), index++);
        case 2 ->
            cluster.withState(
                node, List.of(State.ACTIVE, State.DRAINING, State.REMOVING).get(random.nextInt(3)));
        case 3 -> cluster.withReplicationFactor(1 + random.nextInt(4));
        default -> cluster.rebalancing(index++);
      };
    } catch (IllegalArgumentException _) {
      return cluster;
    }
  }

  private static void requireSettled(Membership settled) {
    settled
        .placements()
        .forEach(
            (group, placement) -> {
              int size =
                  group instanceof CatalogGroup
                      ? settled.catalogVoters()
                      : settled.replicationFactor();
              assertThat(placement.members())
                  .as("%s", group)
                  .hasSize(size)
                  .doesNotHaveDuplicates()
                  .allMatch(id -> settled.node(id).orElseThrow().isActive());
            });
    var loads = loads(settled).values();
    int most = loads.stream().mapToInt(load -> load).max().orElse(0);
    int least = loads.stream().mapToInt(load -> load).min().orElse(0);
    assertThat(most - least).as("loads %s", loads).isLessThan(2);
  }

  /// As the reconciler does it, one move at a time.
  private Membership settle(Membership begun) {
    return settle(begun, LostVotes.NONE);
  }

  private Membership settle(Membership begun, LostVotes lost) {
    var now = begun;
    for (int step = 0; step < STEPS_MAX; step++) {
      var due = MovePlan.due(now, lost, index);
      if (due.isEmpty()) {
        return now.rebalancing().isPresent() ? now.rebalanced(now.rebalancing().get()) : now;
      }
      var first = due.entrySet().iterator().next();
      now = move(now, first.getKey(), first.getValue());
    }
    throw new AssertionError("moves without end: " + MovePlan.of(now, lost));
  }

  private Membership move(Membership now, GroupKey group, Move move) {
    int before = now.placement(group).members().size();
    long at = index++;
    var begun =
        now.begin(
            group, new Move(move.added(), move.removed(), at), now.placement(group).changedIndex());
    var ended = begun.end(group, at);
    int size = group instanceof CatalogGroup ? ended.catalogVoters() : ended.replicationFactor();
    assertThat(ended.placement(group).members().size())
        .isGreaterThanOrEqualTo(Math.min(before, size));
    return ended;
  }

  private static Map<NodeId, Integer> loads(Membership cluster) {
    Map<NodeId, Integer> loads = new HashMap<>();
    cluster.nodes().stream().filter(ClusterNode::isActive).forEach(node -> loads.put(node.id(), 0));
    cluster
        .placements()
        .forEach(
            (group, placement) -> {
              if (group instanceof ShardGroup) {
                placement.members().forEach(id -> loads.merge(id, 1, Integer::sum));
              }
            });
    return loads;
  }

  private static Membership formed(int nodes, int shards, int replicationFactor) {
    var members = IntStream.rangeClosed(1, nodes).mapToObj(MovePlanTest::member).toList();
    return Membership.of(
        new Claim(new UUID(1, 1), members, shards, replicationFactor, 1 << 20, Optional.empty()));
  }

  private static Member member(int number) {
    return new Member(id(number), new NodeAddresses("c:" + number, "p:" + number, "r:" + number));
  }

  private static NodeId id(int number) {
    return new NodeId(new UUID(0, number));
  }
}
