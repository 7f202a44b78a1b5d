package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.Filter.Eq;
import io.quiverdb.core.Filter.Value;
import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.storage.SimulatedStorage;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Filters over segments whose secondary indexes are encrypted.
final class CachedFilterTest {
  private static final int POINTS = 300;

  @Test
  void pagesOfAnIndexAreDecryptedOnceHoweverOftenItIsAsked() {
    var cache = new PageCache(1 << 20);
    var options = new StoreOptions(new SecureRandom(), cache);
    try (var store =
        Store.openWithoutBackground(new SimulatedStorage(), TestKeys.SHARED.keyRing(), options)) {
      var field = new FilterableField("color", FilterableField.Type.KEYWORD);
      long _ =
          store.createCollection(
              "docs", new Descriptor(1, Metric.L2_SQUARED), new Settings(List.of(field)));
      var points = new ArrayList<Point>();
      for (int number = 0; number < POINTS; number++) {
        points.add(
            new Point(
                "p" + number,
                Vector.of(number),
                Payload.ofJson("{\"color\":\"c%d\"}".formatted(number % 3))));
      }
      long _ = store.upsertBatch("docs", points);
      var _ = store.checkpoint();
      assertThat(count(store)).isEqualTo(POINTS / 3);
      var before = cache.stats();

      assertThat(count(store)).isEqualTo(POINTS / 3);

      assertThat(cache.stats().misses()).isEqualTo(before.misses());
      assertThat(cache.stats().hits()).isGreaterThan(before.hits());
    }
    assertThat(cache.stats().bytes()).isZero();
  }

  private static long count(Store store) {
    try (var view = store.view()) {
      return view.collections()
          .getFirst()
          .count(Optional.of(new Eq("color", new Value.Text("c1"))));
    }
  }
}
