package io.quiverdb.raft;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Metric;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.Payload;
import io.quiverdb.core.Point;
import io.quiverdb.core.Position;
import io.quiverdb.core.Recall;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.RequestStamp;
import io.quiverdb.core.Settings;
import io.quiverdb.core.SlotRange;
import io.quiverdb.core.Slots;
import io.quiverdb.core.Store;
import io.quiverdb.core.StoreOptions;
import io.quiverdb.core.Vector;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.index.VectorBudget;
import io.quiverdb.core.op.Entry;
import io.quiverdb.core.op.SealedOp;
import io.quiverdb.core.storage.SimulatedStorage;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class ReplicaMetricsTest {
  private final MetricRegistry registry = new MetricRegistry();
  private final ReplicaMetrics metrics = new ReplicaMetrics(registry);
  private long requests;

  @Test
  void storeIsShownByShardAndAsNothingOnceItIsClosed() {
    var state = open();
    metrics.registerStore(new GroupKey.ShardGroup(3), state);

    state.close();

    assertThat(registry.getGauges())
        .containsOnlyKeys(
            "quiver.shard.damaged{shard=3}",
            "quiver.store.buffer.bytes{shard=3}",
            "quiver.store.segments{shard=3}",
            "quiver.store.dead.rows{shard=3}",
            "quiver.store.graph.rows{shard=3}",
            "quiver.store.graph.waiting.rows{shard=3}",
            "quiver.store.graph.refused.rows{shard=3}",
            "quiver.store.graph.small.rows{shard=3}",
            "quiver.store.graph.needed.bytes{shard=3}",
            "quiver.store.graph.built.rows.total{shard=3}",
            "quiver.store.graph.read.rows.total{shard=3}",
            "quiver.store.graph.damaged.total{shard=3}");
    assertThat(registry.getGauges().values())
        .extracting(gauge -> ((Number) gauge.getValue()).longValue())
        .containsOnly(0L);
  }

  @Test
  void recallIsShownUntilTheReplicaIsRemovedAndNotAfterwards() {
    var shard = new GroupKey.ShardGroup(3);
    var recall = new RecentRecall();
    recall.add(new Recall(1, 10, 9));
    try (var state = open()) {
      metrics.registerStore(shard, state);
      metrics.registerRecall(shard, recall);
      assertThat(registry.getGauges())
          .hasEntrySatisfying(
              "quiver.store.recall.at.10{shard=3}",
              gauge -> assertThat(gauge.getValue()).isEqualTo(0.9));
      assertThat(registry.getGauges())
          .hasEntrySatisfying(
              "quiver.store.recall.queries.total{shard=3}",
              gauge -> assertThat(gauge.getValue()).isEqualTo(1L));

      metrics.forget(shard);
      assertThat(registry.getGauges()).isEmpty();
      // As by a search that went on meanwhile.
      metrics.registerRecall(shard, recall);
      assertThat(registry.getGauges()).isEmpty();
    }
  }

  @Test
  void recallIsOfTheLastHundredSearches() {
    var recall = new RecentRecall();
    assertThat(recall.recent()).isEmpty();
    recall.add(new Recall(1, 10, 0));
    for (int sample = 1; sample < RecentRecall.QUERIES_MAX; sample++) {
      recall.add(new Recall(1, 10, 10));
    }
    assertThat(recall.recent()).contains(new Recall(100, 1_000, 990));

    recall.add(new Recall(1, 10, 10));

    assertThat(recall.recent()).contains(new Recall(100, 1_000, 1_000));
    assertThat(recall.queries()).isEqualTo(101);
  }

  @Test
  void damageIsShown() {
    try (var state = open()) {
      metrics.registerStore(new GroupKey.ShardGroup(3), state);

      state.damaged(
          state.store(), new CorruptFileException("seg-1.vec", 0, "page checksum", "1", "2"));

      assertThat(registry.getGauges())
          .hasEntrySatisfying(
              "quiver.shard.damaged{shard=3}", gauge -> assertThat(gauge.getValue()).isEqualTo(1));
    }
  }

  private static StoreState open() {
    return new StoreState(
        () ->
            Store.openReplicated(
                new SimulatedStorage(),
                StoreOptions.standard(),
                TestKeys.SHARED.keyRing(),
                new UUID(1, 1)));
  }

  @Test
  void segmentsDeadRowsAndWhatIsInMemoryAreCounted() {
    try (var state = open()) {
      var store = state.store();
      metrics.registerStore(new GroupKey.ShardGroup(3), state);
      var all = List.of(new SlotRange(0, Slots.COUNT - 1));
      apply(store, store.prepareSetOwnership(stamp(0), 1, all));
      apply(
          store,
          store.prepareCreateCollection(
              stamp(1),
              7,
              1,
              "docs",
              new Descriptor(2, Metric.L2_SQUARED),
              Settings.NONE,
              TestKeys.SHARED.wrapped(7)));
      upsert(store, "a");
      upsert(store, "b");
      store.checkpoint();

      upsert(store, "a");

      assertThat(value("quiver.store.segments{shard=3}")).isEqualTo(1L);
      assertThat(value("quiver.store.dead.rows{shard=3}")).isEqualTo(1L);
      assertThat(value("quiver.store.buffer.bytes{shard=3}")).isPositive();
    }
  }

  private long value(String gauge) {
    return (Long) requireNonNull(registry.getGauges().get(gauge)).getValue();
  }

  private void upsert(Store store, String id) {
    var point = new Point(id, Vector.of(1, 2), Payload.EMPTY);
    apply(store, store.prepareUpsert(stamp(1), 7, List.of(point)));
  }

  private void apply(Store store, SealedOp op) {
    requests++;
    var outcomes = store.apply(new Position(1, 1, requests), Entry.newBuilder().addOps(op).build());
    assertThat(outcomes).hasOnlyElementsOfType(Outcome.Applied.class);
  }

  private RequestStamp stamp(long epoch) {
    return new RequestStamp(new RequestId(new UUID(1, requests)), epoch, Optional.empty());
  }

  @Test
  void gaugesGoWithTheNode() {
    metrics.registerPageCache(new PageCache(1000));
    metrics.registerVectorBudget(new VectorBudget(1000));
    assertThat(registry.getGauges()).hasSize(5);

    metrics.close();

    assertThat(registry.getGauges()).isEmpty();
  }
}
