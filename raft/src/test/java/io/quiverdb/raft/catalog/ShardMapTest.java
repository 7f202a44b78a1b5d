package io.quiverdb.raft.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.Slots;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeAddresses;
import io.quiverdb.raft.NodeId;
import java.util.HashSet;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ShardMapTest {
  @Test
  void everySlotHasOneOwnerAndRunsAreEqual() {
    for (int count = 1; count <= ShardMap.SHARDS_MAX; count++) {
      var map = ShardMap.of(claim(3, count, 1));

      int nextSlot = 0;
      for (var shard : map.shards()) {
        var run = shard.slots().getFirst();
        assertThat(run.first()).isEqualTo(nextSlot);
        assertThat(run.last() - run.first() + 1)
            .isBetween(Slots.COUNT / count, Slots.COUNT / count + 1);
        nextSlot = run.last() + 1;
      }
      assertThat(nextSlot).isEqualTo(Slots.COUNT);
    }
  }

  @Test
  void ownerOfASlotIsTheShardWhoseRunHoldsIt() {
    for (int count : new int[] {1, 3, 5, 7, 100, 255, 256}) {
      var map = ShardMap.of(claim(3, count, 1));

      assertThat(IntStream.range(0, Slots.COUNT))
          .allMatch(slot -> map.ownerOf(slot).slots().getFirst().contains(slot));
    }
  }

  @Test
  void membersTakeTurns() {
    var claim = claim(5, 5, 3);

    var shards = ShardMap.of(claim).shards();

    var first = new HashSet<NodeId>();
    for (var shard : shards) {
      assertThat(shard.members()).hasSize(3).doesNotHaveDuplicates();
      assertThat(shard.epoch()).isEqualTo(1);
      first.add(shard.members().getFirst());
    }
    assertThat(first).hasSize(5);
  }

  private static Claim claim(int nodes, int shards, int replicationFactor) {
    var members =
        IntStream.range(0, nodes)
            .mapToObj(n -> new Member(new NodeId(new UUID(0, n)), new NodeAddresses("", "", "")))
            .toList();
    return new Claim(new UUID(1, 1), members, shards, replicationFactor, 4 << 20, Optional.empty());
  }
}
