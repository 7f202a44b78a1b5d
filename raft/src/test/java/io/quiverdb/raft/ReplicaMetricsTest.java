package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.quiverdb.core.Store;
import io.quiverdb.core.StoreOptions;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.storage.SimulatedStorage;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class ReplicaMetricsTest {
  private final MetricRegistry registry = new MetricRegistry();
  private final ReplicaMetrics metrics = new ReplicaMetrics(registry);

  @Test
  void storeIsShownByShardAndAsNothingOnceItIsClosed() {
    var store =
        Store.openReplicated(
            new SimulatedStorage(),
            StoreOptions.standard(),
            TestKeys.SHARED.keyRing(),
            new UUID(1, 1));
    metrics.registerStore(new GroupKey.ShardGroup(3), store);

    store.close();

    assertThat(registry.getGauges())
        .containsOnlyKeys(
            "quiver.store.buffer.bytes{shard=3}",
            "quiver.store.segments{shard=3}",
            "quiver.store.dead.rows{shard=3}");
    assertThat(registry.getGauges().values())
        .extracting(gauge -> gauge.getValue())
        .containsOnly(0L);
  }

  @Test
  void gaugesGoWithTheNode() {
    metrics.registerPageCache(new PageCache(1000));
    assertThat(registry.getGauges()).hasSize(3);

    metrics.close();

    assertThat(registry.getGauges()).isEmpty();
  }
}
