package io.quiverdb.bench.search;

import io.quiverdb.bench.Folder;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Filter.Eq;
import io.quiverdb.core.Filter.Value;
import io.quiverdb.core.Hit;
import io.quiverdb.core.MasterKey;
import io.quiverdb.core.Payload;
import io.quiverdb.core.Point;
import io.quiverdb.core.Query;
import io.quiverdb.core.SegmentPlan.Way;
import io.quiverdb.core.Settings;
import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.Store;
import io.quiverdb.core.StoreOptions;
import io.quiverdb.core.StoreView;
import io.quiverdb.core.Vector;
import io.quiverdb.core.background.Background.Triggers;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.index.Indexing;
import io.quiverdb.core.index.VectorBudget;
import io.quiverdb.core.search.QueryStatistics;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// An encrypted store that stands alone, with a graph for each of its segments.
final class QuiverRows implements Searched {
  private static final String COLLECTION = "rows";
  private static final int BATCH = 500;

  private final Folder folder;
  private final Store store;
  private final StoreView view;
  private final long graphNanos;

  QuiverRows(Folder folder, Rows rows, int segments) {
    this.folder = folder;
    this.store = open(folder, rows.count() / segments);
    create(rows);
    for (int segment = 0; segment < segments; segment++) {
      long first = (long) rows.count() * segment / segments;
      long end = (long) rows.count() * (segment + 1) / segments;
      write(rows, (int) first, (int) end);
      var _ = store.checkpoint();
    }
    long begun = System.nanoTime();
    int _ = store.indexSegments();
    this.graphNanos = System.nanoTime() - begun;
    this.view = store.view();
    requireGraphs(rows.queries()[0], segments);
  }

  /// @param rowsMin of a segment: it gets a graph even if by default it were too small for one
  private static Store open(Folder folder, int rowsMin) {
    var random = new SecureRandom();
    var never = new Triggers(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Duration.ofDays(1000));
    var options =
        new StoreOptions(
            random,
            System::nanoTime,
            never,
            new PageCache(StoreOptions.PAGE_CACHE_BYTES),
            new Indexing(
                new VectorBudget(Indexing.BUDGET_BYTES),
                Runtime.getRuntime().availableProcessors(),
                Math.min(Indexing.ROWS_MIN, rowsMin)));
    var key = MasterKey.createFile(folder.path().resolve("key"), random);
    return Store.open(folder.path().resolve("store"), key, options);
  }

  private void create(Rows rows) {
    var fields =
        rows.categories().stream()
            .map(category -> new FilterableField(category.field(), FilterableField.Type.KEYWORD))
            .toList();
    long _ =
        store.createCollection(
            COLLECTION, new Descriptor(rows.dimension(), rows.metric()), new Settings(fields));
  }

  private void write(Rows rows, int first, int end) {
    var batch = new ArrayList<Point>();
    for (int row = first; row < end; row++) {
      batch.add(new Point(Integer.toString(row), Vector.of(rows.base()[row]), payload(rows, row)));
      if (batch.size() == BATCH || row == end - 1) {
        long _ = store.upsertBatch(COLLECTION, batch);
        batch.clear();
      }
    }
  }

  private static Payload payload(Rows rows, int row) {
    return Payload.ofJson(
        rows.categories().stream()
            .map(
                category -> "\"%s\":\"%s\"".formatted(category.field(), category.values().get(row)))
            .collect(Collectors.joining(",", "{", "}")));
  }

  /// What the comparison is about.
  private void requireGraphs(float[] query, int segments) {
    var statistics = new QueryStatistics();
    var asked = query(query, Asked.with(Asked.K, Optional.empty(), 1));
    List<Hit> _ = view.collections().getFirst().search(asked, statistics, () -> false);
    long withGraph =
        statistics.plans().stream()
            .filter(plan -> plan.segment().isPresent() && plan.way() != Way.NO_GRAPH)
            .count();
    if (withGraph != segments) {
      throw new IllegalStateException(
          "segments with a graph: " + withGraph + " (expected: " + segments + ")");
    }
  }

  @Override
  public long graphNanos() {
    return graphNanos;
  }

  @Override
  public int[] nearest(float[] query, Asked asked) {
    return view.collections().getFirst().search(query(query, asked)).stream()
        .mapToInt(hit -> Integer.parseInt(hit.id()))
        .toArray();
  }

  private static Query query(float[] query, Asked asked) {
    return new Query(
        Vector.of(query),
        Asked.K,
        asked
            .filter()
            .<io.quiverdb.core.Filter>map(
                wanted -> new Eq(wanted.field(), new Value.Text(wanted.value()))),
        false,
        false,
        asked.ef().isEmpty(),
        asked.ef(),
        Optional.empty());
  }

  @Override
  public void close() throws IOException {
    view.close();
    store.close();
    folder.close();
  }
}
