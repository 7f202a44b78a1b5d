package io.quiverdb.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.client.ClusterStatus;
import io.quiverdb.client.ClusterStatus.Role;
import io.quiverdb.client.ClusterTopology;
import io.quiverdb.client.IndexCoverage;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ReadinessTest {
  private static final ClusterTopology TOPOLOGY =
      new ClusterTopology(
          Optional.of("c"),
          List.of(),
          List.of(
              new ClusterTopology.Shard(
                  0, 1, List.of(), List.of("a", "b", "c"), Optional.of("a"))));

  @Test
  void leaderAndAMajorityAreEnough() {
    var status = status(node("a", true, Role.LEADER), node("b", true, Role.FOLLOWER), dead("c"));

    assertThat(Readiness.of(TOPOLOGY, status).isReady()).isTrue();
  }

  @Test
  void shardWithoutAMajorityIsNamed() {
    var status = status(node("a", true, Role.LEADER), dead("b"), dead("c"));

    assertThat(Readiness.of(TOPOLOGY, status).reasons())
        .containsExactly("shard 0: 1 replicas (expected: 2)");
  }

  @Test
  void shardWithoutALeaderIsNamed() {
    var status = status(node("a", true, Role.FOLLOWER), node("b", true, Role.FOLLOWER));

    assertThat(Readiness.of(TOPOLOGY, status).reasons()).containsExactly("shard 0: no leader");
  }

  @Test
  void nodeThatIsDownIsNamedWhereAllAreAwaited() {
    var status = status(node("a", true, Role.LEADER), node("b", true, Role.FOLLOWER), dead("c"));

    assertThat(Readiness.ofAll(TOPOLOGY, status).reasons())
        .containsExactly("node c: not reachable");
    assertThat(
            Readiness.ofAll(
                    TOPOLOGY, status(node("a", true, Role.LEADER), node("b", true, Role.FOLLOWER)))
                .isReady())
        .isTrue();
  }

  @Test
  void clusterThatIsNotFormedIsNotReady() {
    var topology = new ClusterTopology(Optional.empty(), List.of(), List.of());

    assertThat(Readiness.of(topology, status()).isReady()).isFalse();
  }

  private static ClusterStatus status(ClusterStatus.Node... nodes) {
    return new ClusterStatus(Optional.of("c"), List.of(nodes), false, 3, 1, List.of(), 0);
  }

  private static ClusterStatus.Node node(String id, boolean up, Role role) {
    var replica =
        new ClusterStatus.Replica(
            0,
            role,
            1,
            1,
            1,
            OptionalLong.empty(),
            0,
            IndexCoverage.NOTHING,
            OptionalDouble.empty());
    return new ClusterStatus.Node(
        id,
        id,
        "1",
        ClusterStatus.State.ACTIVE,
        up,
        up,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(replica));
  }

  private static ClusterStatus.Node dead(String id) {
    return new ClusterStatus.Node(
        id,
        id,
        "",
        ClusterStatus.State.ACTIVE,
        false,
        false,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of());
  }
}
