package io.quiverdb.node.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.Position;
import io.quiverdb.core.StateHash;
import io.quiverdb.node.routing.ReplicaCheck.ReplicaHash;
import io.quiverdb.node.routing.ReplicaCheck.ShardHashes;
import io.quiverdb.raft.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ReplicaCheckTest {
  private static final long NO_ANSWER = -1;

  /// Replicas with these hashes, of the nodes 0, 1 and so on.
  private static List<Long> odd(long... hashes) {
    List<ReplicaHash> replicas = new ArrayList<>();
    for (int node = 0; node < hashes.length; node++) {
      var hash =
          hashes[node] == NO_ANSWER
              ? Optional.<StateHash>empty()
              : Optional.of(new StateHash(hashes[node], 0));
      replicas.add(new ReplicaHash(new NodeId(new UUID(0, node)), false, hash, Optional.empty()));
    }
    return new ShardHashes(0, Position.START, replicas)
        .odd().stream().map(node -> node.uuid().getLeastSignificantBits()).toList();
  }

  @Test
  void noneIsOddWhereAllAgree() {
    assertThat(odd(7, 7, 7)).isEmpty();
    assertThat(odd(7)).isEmpty();
  }

  @Test
  void oddIsWhoDiffersFromMost() {
    assertThat(odd(7, 8, 7)).containsExactly(1L);
    assertThat(odd(7, 8, 7, 9, 7)).containsExactly(1L, 3L);
  }

  @Test
  void allAreOddWhereNoHashIsTheCommonest() {
    assertThat(odd(7, 8)).containsExactly(0L, 1L);
    assertThat(odd(7, 8, 9)).containsExactly(0L, 1L, 2L);
  }

  @Test
  void whoDidNotAnswerIsNotOdd() {
    assertThat(odd(7, NO_ANSWER, 7)).isEmpty();
    assertThat(odd(NO_ANSWER, NO_ANSWER)).isEmpty();
    assertThat(odd(7, NO_ANSWER, 8)).containsExactly(0L, 2L);
  }
}
