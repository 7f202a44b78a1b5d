package io.quiverdb.client.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.api.v1.ShardPosition;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ShardPositionsTest {
  private final ShardPositions positions = new ShardPositions();

  @Test
  void newestPositionOfEachShardIsKept() {
    positions.saw(List.of(position(1, 1, 5), position(2, 1, 9)));
    positions.saw(List.of(position(1, 1, 4)));
    positions.saw(List.of(position(2, 1, 10)));

    assertThat(positions.of(1)).contains(position(1, 1, 5));
    assertThat(positions.of(2)).contains(position(2, 1, 10));
    assertThat(positions.of(3)).isEmpty();
  }

  @Test
  void laterEpochIsNewerWhateverItsIndex() {
    positions.saw(List.of(position(1, 1, 50)));
    positions.saw(List.of(position(1, 2, 3)));
    positions.saw(List.of(position(1, 1, 60)));

    assertThat(positions.of(1)).contains(position(1, 2, 3));
  }

  private static ShardPosition position(int shard, long epoch, long index) {
    return ShardPosition.newBuilder().setShard(shard).setEpoch(epoch).setIndex(index).build();
  }
}
