package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.ModelShard.ModelCollection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Compares what a view answers with what the model says.
final class ModelAssert {
  private static final Filter K_IS_A = new Filter.Eq("k", new Filter.Value.Text("a"));

  private ModelAssert() {}

  /// Leaves out the reasons of refusals, which the model does not know.
  static List<Outcome> withoutReasons(List<Outcome> outcomes) {
    return outcomes.stream().map(ModelAssert::withoutReason).toList();
  }

  private static Outcome withoutReason(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Invalid _ -> new Outcome.Invalid("");
      case Outcome.Duplicate(var first) -> new Outcome.Duplicate(withoutReason(first));
      default -> outcome;
    };
  }

  static void assertSame(StoreView view, ModelShard model, RandomGenerator random) {
    assertThat(view.position()).isEqualTo(model.position);
    assertThat(view.version()).isEqualTo(model.version);
    assertThat(view.epoch()).isEqualTo(model.epoch);
    assertThat(view.slots()).isEqualTo(model.slots);
    assertThat(view.collections().stream().map(CollectionView::id).toList())
        .isEqualTo(model.collections.keySet().stream().sorted(Long::compareUnsigned).toList());
    for (long id = -1; id < 6; id++) {
      assertThat(view.collection(id).isPresent()).isEqualTo(model.collections.containsKey(id));
    }
    for (var collection : model.collections.values()) {
      assertSame(view.collection(collection.id()).orElseThrow(), collection, random);
    }
  }

  private static void assertSame(
      CollectionView view, ModelCollection model, RandomGenerator random) {
    assertThat(view.name()).isEqualTo(model.name());
    assertThat(view.descriptor()).isEqualTo(model.descriptor());
    assertThat(view.settings()).isEqualTo(model.settings());
    assertThat(view.size()).isEqualTo(model.points().size());
    for (var point : model.points().values()) {
      assertThat(view.get(point.id())).contains(point);
    }
    assertThat(view.get("never written")).isEmpty();
    assertThat(view.count(Optional.of(K_IS_A)))
        .isEqualTo(model.points().values().stream().filter(ModelAssert::kIsA).count());
    var filter = random.nextBoolean() ? Optional.of(K_IS_A) : Optional.<Filter>empty();
    assertThat(scanAll(view, filter, random)).isEqualTo(matching(model, filter));
    assertSameHits(view, model, filter, random);
  }

  private static List<StoredPoint> scanAll(
      CollectionView view, Optional<Filter> filter, RandomGenerator random) {
    var points = new ArrayList<StoredPoint>();
    var page = new ScanPage(List.of(), true);
    while (page.more()) {
      var after = points.isEmpty() ? Optional.<String>empty() : Optional.of(points.getLast().id());
      long bytesMax = random.nextBoolean() ? 1000 : Long.MAX_VALUE;
      page = view.scan(after, random.nextInt(1, 12), bytesMax, filter);
      points.addAll(page.points());
    }
    return points;
  }

  private static List<StoredPoint> matching(ModelCollection model, Optional<Filter> filter) {
    return model.points().values().stream()
        .filter(point -> filter.isEmpty() || kIsA(point))
        .toList();
  }

  private static boolean kIsA(StoredPoint point) {
    return new String(point.payload().toBytes(), StandardCharsets.UTF_8).startsWith("{\"k\":\"a\"");
  }

  private static void assertSameHits(
      CollectionView view, ModelCollection model, Optional<Filter> filter, RandomGenerator random) {
    var vector = RandomLog.vector(random, model.descriptor().dimension());
    var query =
        new Query(
            vector, random.nextInt(1, 25), filter, random.nextBoolean(), random.nextBoolean());
    var expected =
        matching(model, filter).stream()
            .map(
                point ->
                    new Hit(
                        point.id(),
                        score(model.descriptor().metric(), vector, point.vector()),
                        point.version(),
                        Optional.of(point.payload()).filter(_ -> query.withPayload()),
                        Optional.of(point.vector()).filter(_ -> query.withVector())))
            .sorted(model.descriptor().metric().nearestFirst())
            .limit(query.k())
            .toList();
    assertThat(view.search(query)).isEqualTo(expected);
  }

  private static float score(Metric metric, Vector query, Vector stored) {
    double dot = 0;
    double distance = 0;
    double queryNorm = 0;
    double storedNorm = 0;
    for (int index = 0; index < query.dimension(); index++) {
      dot += query.get(index) * stored.get(index);
      distance += Math.pow(query.get(index) - stored.get(index), 2);
      queryNorm += Math.pow(query.get(index), 2);
      storedNorm += Math.pow(stored.get(index), 2);
    }
    double norm = Math.sqrt(queryNorm) * Math.sqrt(storedNorm);
    return switch (metric) {
      case L2_SQUARED -> (float) distance;
      case DOT -> (float) dot;
      case COSINE -> norm == 0 ? 0 : (float) Math.clamp(dot / norm, -1.0, 1.0);
    };
  }
}
