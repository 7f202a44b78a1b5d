package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.Filter.Bound;
import io.quiverdb.core.Filter.Value;
import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.background.Background.Triggers;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.index.Indexing;
import io.quiverdb.core.index.VectorBudget;
import io.quiverdb.core.search.QueryStatistics;
import io.quiverdb.core.storage.SimulatedStorage;
import io.quiverdb.core.storage.Storage;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/// A stand-alone store with one collection, whose points a model knows too: so that what a search
/// finds can be compared with what is there. Nothing runs in the background.
final class SearchedStore implements AutoCloseable {
  static final String COLLECTION = "docs";

  /// Of a segment that is given a graph.
  static final int GRAPH_ROWS_MIN = 1_000;

  /// So that a drawn share says how many of a hundred thousand match.
  static final int SHARE_MAX = 100_000;

  private static final int BATCH = 500;

  final VectorBudget budget;
  private final Metric metric;
  private final KeyRing keyRing;
  private final int threads;
  private final VectorSets vectors;
  private final Random random;
  private final Map<String, Row> model = new HashMap<>();
  private SimulatedStorage storage = new SimulatedStorage();
  private Store store;
  private int nextId;

  /// @param share drawn evenly from 0 to below [#SHARE_MAX]
  /// @param cluster around which it was drawn
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Row(float[] vector, int share, int cluster) {}

  /// What is to be found, and how the model tells.
  record Condition(Optional<Filter> filter, Predicate<Row> matches) {
    static final Condition ANY = new Condition(Optional.empty(), _ -> true);

    /// So many of a hundred thousand, wherever they lie.
    static Condition share(int share) {
      return new Condition(Optional.of(below("share", share)), row -> row.share < share);
    }

    /// Those around the first clusters.
    static Condition firstClusters(int count) {
      return new Condition(Optional.of(below("cluster", count)), row -> row.cluster < count);
    }

    /// The same, by a field that no index knows.
    static Condition undeclaredShare(int share) {
      return new Condition(Optional.of(below("undeclared", share)), row -> row.share < share);
    }

    private static Filter below(String path, int end) {
      return new Filter.Range(
          path, Optional.empty(), Optional.of(new Bound(new Value.Whole(end), false)));
    }
  }

  /// Encrypted.
  SearchedStore(Metric metric, VectorSets vectors) {
    this(metric, vectors, TestKeys.SHARED.keyRing(), 1, new VectorBudget(1L << 30));
  }

  SearchedStore(
      Metric metric, VectorSets vectors, KeyRing keyRing, int threads, VectorBudget budget) {
    this.metric = metric;
    this.vectors = vectors;
    this.keyRing = keyRing;
    this.threads = threads;
    this.budget = budget;
    this.random = new Random(7);
    this.store = open();
    long _ =
        store.createCollection(
            COLLECTION,
            new Descriptor(vectors.dimension(), metric),
            new Settings(
                List.of(
                    new FilterableField("share", FilterableField.Type.NUMERIC),
                    new FilterableField("cluster", FilterableField.Type.NUMERIC))));
  }

  private Store open() {
    return open(storage);
  }

  private Store open(Storage files) {
    var options =
        new StoreOptions(
            new SecureRandom(),
            System::nanoTime,
            Triggers.STANDARD,
            new PageCache(16 << 20),
            new Indexing(budget, threads, GRAPH_ROWS_MIN));
    return Store.openWithoutBackground(files, keyRing, options);
  }

  Store store() {
    return store;
  }

  SimulatedStorage storage() {
    return storage;
  }

  VectorSets vectors() {
    return vectors;
  }

  int size() {
    return model.size();
  }

  /// Of the first `count` that were added, those that are there.
  int sizeOfFirst(int count) {
    return (int) IntStream.range(0, count).filter(index -> model.containsKey("p" + index)).count();
  }

  // --- writing

  /// Points drawn anew.
  SearchedStore add(int count) {
    var points = new ArrayList<Point>();
    for (int added = 0; added < count; added++) {
      int cluster = random.nextInt(vectors.clusters());
      put(points, vectors.around(cluster), cluster);
    }
    flush(points);
    return this;
  }

  /// Points that all have one vector.
  SearchedStore addAlike(int count, float[] vector) {
    var points = new ArrayList<Point>();
    for (int added = 0; added < count; added++) {
      put(points, vector, 0);
    }
    flush(points);
    return this;
  }

  private void put(List<Point> points, float[] vector, int cluster) {
    String id = "p" + nextId++;
    int share = random.nextInt(SHARE_MAX);
    model.put(id, new Row(vector, share, cluster));
    points.add(
        new Point(
            id,
            Vector.of(vector),
            Payload.ofJson(
                "{\"share\":%d,\"undeclared\":%d,\"cluster\":%d}"
                    .formatted(share, share, cluster))));
    if (points.size() == BATCH) {
      flush(points);
    }
  }

  private void flush(List<Point> points) {
    if (!points.isEmpty()) {
      long _ = store.upsertBatch(COLLECTION, points);
      points.clear();
    }
  }

  /// So many of all, drawn.
  SearchedStore delete(double part) {
    var ids = model.keySet().stream().sorted().filter(_ -> random.nextDouble() < part).toList();
    for (int from = 0; from < ids.size(); from += BATCH) {
      var batch = ids.subList(from, Math.min(ids.size(), from + BATCH));
      int deleted =
          store.deleteBatch(
              COLLECTION, batch.stream().map(id -> new Deletion(id, Optional.empty())).toList());
      assertThat(deleted).isEqualTo(batch.size());
    }
    ids.forEach(model::remove);
    return this;
  }

  SearchedStore checkpoint() {
    var _ = store.checkpoint();
    return this;
  }

  /// @return how many graphs there are more
  int index() {
    return store.indexSegments();
  }

  SearchedStore restart() {
    store.close();
    store = open();
    return this;
  }

  /// @param around sees what becomes of the files
  SearchedStore restart(UnaryOperator<Storage> around) {
    store.close();
    store = open(around.apply(storage));
    return this;
  }

  /// The same files after a kill.
  SearchedStore kill() {
    storage = storage.afterKill();
    store = open();
    return this;
  }

  // --- searching

  Query query(float[] vector, int k, Condition condition, OptionalInt ef) {
    return new Query(
        Vector.of(vector), k, condition.filter, false, false, false, ef, Optional.empty());
  }

  Query exact(Query query) {
    return new Query(
        query.vector(),
        query.k(),
        query.filter(),
        false,
        false,
        true,
        query.ef(),
        query.scoreThreshold());
  }

  List<String> search(Query query) {
    return search(query, new QueryStatistics());
  }

  List<String> search(Query query, QueryStatistics statistics) {
    return search(query, statistics, () -> false);
  }

  List<String> search(Query query, QueryStatistics statistics, BooleanSupplier isUnwanted) {
    try (var view = store.view()) {
      return view.collections().getFirst().search(query, statistics, isUnwanted).stream()
          .map(Hit::id)
          .toList();
    }
  }

  List<SegmentPlan> plans(Query query) {
    var statistics = new QueryStatistics();
    var _ = search(query, statistics);
    return statistics.plans();
  }

  /// What the model says.
  List<String> nearest(float[] query, int k, Condition condition) {
    record Scored(String id, float distance) {}
    return model.entrySet().stream()
        .filter(row -> condition.matches.test(row.getValue()))
        .map(row -> new Scored(row.getKey(), distance(query, row.getValue().vector)))
        .sorted(Comparator.comparingDouble(Scored::distance).thenComparing(Scored::id))
        .limit(k)
        .map(Scored::id)
        .toList();
  }

  long matches(Condition condition) {
    return model.values().stream().filter(condition.matches).count();
  }

  /// The smaller, the nearer. Rounded like a score, so that the same points are equally near.
  private float distance(float[] query, float[] vector) {
    double dot = 0;
    double square = 0;
    double queryNorm = 0;
    double norm = 0;
    for (int index = 0; index < query.length; index++) {
      dot += (double) query[index] * vector[index];
      square += Math.pow((double) query[index] - vector[index], 2);
      queryNorm += (double) query[index] * query[index];
      norm += (double) vector[index] * vector[index];
    }
    return switch (metric) {
      case L2_SQUARED -> (float) square;
      case DOT -> (float) -dot;
      case COSINE -> (float) (-dot / (Math.sqrt(queryNorm) * Math.sqrt(norm)));
    };
  }

  /// Which part of the ten nearest is found, over so many queries drawn like the points. None comes
  /// back short.
  double recallAtTen(int queries, Condition condition) {
    return recallAtTen(queries, condition, OptionalInt.empty());
  }

  double recallAtTen(int queries, Condition condition, OptionalInt ef) {
    int wanted = 0;
    int found = 0;
    for (int index = 0; index < queries; index++) {
      float[] query = vectors.draw();
      Set<String> expected = new HashSet<>(nearest(query, 10, condition));
      var hits = search(query(query, 10, condition, ef));
      assertThat(hits).doesNotHaveDuplicates().hasSize(expected.size());
      wanted += expected.size();
      found += (int) hits.stream().filter(expected::contains).count();
    }
    return wanted == 0 ? 1 : (double) found / wanted;
  }

  @Override
  public void close() {
    store.close();
  }
}
