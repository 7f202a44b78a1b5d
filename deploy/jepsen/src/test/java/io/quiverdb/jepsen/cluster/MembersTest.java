package io.quiverdb.jepsen.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.client.ClusterStatus;
import io.quiverdb.client.ClusterStatus.Node;
import io.quiverdb.client.ClusterStatus.State;
import io.quiverdb.client.MembershipChange;
import io.quiverdb.client.MembershipChange.CancelDrain;
import io.quiverdb.client.MembershipChange.Drain;
import io.quiverdb.client.MembershipChange.Remove;
import io.quiverdb.client.MembershipChange.ReplicationFactor;
import io.quiverdb.client.ReplicaMove;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MembersTest {
  @TempDir Path folder;

  @Test
  void diskIsEmptiedWhenTheClusterCountsOnTheNodeNoMore() throws Exception {
    var ground = new FakeGround();
    var members = new Members(ground, folder);

    assertThat(members.remove(2, "id-3")).isTrue();
    members.renew(members.status());
    assertThat(ground.renewed).isEmpty();
    assertThat(members.leaving()).containsExactly(2);

    ground.moveOn();
    members.renew(members.status());
    assertThat(ground.renewed).containsExactly(2);
    assertThat(members.leaving()).isEmpty();
    // It is not in again yet, and is not started over.
    members.renew(members.status());
    assertThat(ground.renewed).containsExactly(2);
    assertThat(members.renewedCount()).isEqualTo(1);
  }

  @Test
  void allIsUndoneAtTheEnd() throws Exception {
    var ground = new FakeGround();
    var members = new Members(ground, folder);

    assertThat(members.change(new ReplicationFactor(2))).isTrue();
    assertThat(members.change(new Drain("id-1"))).isTrue();
    assertThat(members.remove(4, "id-5")).isTrue();
    members.settle();

    var now = members.status();
    assertThat(now.replicationFactor()).isEqualTo(3);
    assertThat(now.nodes()).hasSize(5).allMatch(node -> node.state() == State.ACTIVE);
    assertThat(members.find(now, 4))
        .hasValueSatisfying(node -> assertThat(node.id()).isEqualTo("id-5'"));
    assertThat(ground.renewed).containsExactly(4);
    assertThat(Files.readString(folder.resolve("membership.log"))).contains("Drain[nodeId=id-1]");
  }

  @Test
  void nothingIsAskedIfNothingWasChanged() throws Exception {
    var ground = new FakeGround();

    new Members(ground, folder).settle();

    assertThat(ground.asked).isEmpty();
  }

  /// Five nodes; whatever is being moved is where it should be when somebody has asked twice.
  private static final class FakeGround implements Members.Ground {
    private final List<MembershipChange> asked = new ArrayList<>();
    private final List<Integer> renewed = new ArrayList<>();
    private final Map<String, State> states = new TreeMap<>();
    private int replicationFactor = 3;
    private int statusCount;

    FakeGround() {
      for (int number = 1; number <= 5; number++) {
        states.put("id-" + number, State.ACTIVE);
      }
    }

    void moveOn() {
      states.values().removeIf(state -> state == State.REMOVING);
    }

    @Override
    public List<String> addresses() {
      return List.of("n1:1", "n2:1", "n3:1", "n4:1", "n5:1");
    }

    @Override
    public ClusterStatus status() {
      boolean isMoving = ++statusCount % 3 != 0;
      if (!isMoving && statusCount > 3) {
        moveOn();
      }
      return new ClusterStatus(
          Optional.of("cluster"),
          states.entrySet().stream().map(node -> node(node.getKey(), node.getValue())).toList(),
          true,
          replicationFactor,
          1,
          isMoving
              ? List.of(new ReplicaMove(OptionalInt.of(0), Optional.empty(), Optional.empty()))
              : List.of(),
          0);
    }

    private static Node node(String id, State state) {
      var address = "n" + id.charAt(3) + ":1";
      return new Node(
          id,
          address,
          "1",
          state,
          true,
          true,
          Optional.empty(),
          Optional.empty(),
          List.of(),
          List.of());
    }

    @Override
    public List<ReplicaMove> change(MembershipChange change) {
      asked.add(change);
      switch (change) {
        case ReplicationFactor(int wanted) -> replicationFactor = wanted;
        case Drain(String id) -> states.put(id, State.DRAINING);
        case CancelDrain(String id) -> states.put(id, State.ACTIVE);
        case Remove(String id) -> states.put(id, State.REMOVING);
        case MembershipChange.Move _, MembershipChange.Rebalance _ -> {}
      }
      return List.of();
    }

    @Override
    public void renew(int node) {
      renewed.add(node);
      states.put("id-%d'".formatted(node + 1), State.ACTIVE);
    }
  }
}
