package io.quiverdb.core;

import static io.quiverdb.core.TestShard.point;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class StoreStatsTest {
  @Test
  void rowsAreCountedWhereTheyLie() {
    try (var shard = new TestShard()) {
      shard.upsert(point("a", 1), point("b", 2), point("c", 3));
      shard.store.checkpoint();
      shard.upsert(point("a", 4), point("d", 5));
      shard.delete("b");

      var stats = shard.store.stats();

      var collection = stats.collections().getFirst();
      assertThat(collection.name()).isEqualTo("c7");
      assertThat(collection.points()).isEqualTo(3);
      assertThat(collection.segmentCount()).isEqualTo(1);
      assertThat(collection.segmentRows()).isEqualTo(3);
      assertThat(collection.deadRows()).isEqualTo(2);
      assertThat(collection.bufferRows()).isEqualTo(2);
      assertThat(collection.bufferBytes()).isPositive().isEqualTo(stats.bufferBytes());
      assertThat(collection.files().total()).isPositive();
      assertThat(stats.manifestVersion()).isEqualTo(1);
      assertThat(stats.position()).isEqualTo(shard.store.position());
      assertThat(stats.checkpointed()).isLessThan(stats.position());
    }
  }

  @Test
  void storeThatHoldsNothingCountsNothing() {
    try (var shard = new TestShard()) {
      var stats = shard.store.stats();

      assertThat(stats.manifestVersion()).isZero();
      assertThat(stats.checkpointed()).isEqualTo(Position.START);
      assertThat(stats.collections().getFirst().files().total()).isZero();
    }
  }
}
