package io.quiverdb.bench.search;

import io.quiverdb.bench.Folder;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Filter.Eq;
import io.quiverdb.core.Filter.Value;
import io.quiverdb.core.MasterKey;
import io.quiverdb.core.Metric;
import io.quiverdb.core.Payload;
import io.quiverdb.core.Point;
import io.quiverdb.core.Query;
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
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// An encrypted store that stands alone, of one segment.
final class QuiverRows implements Searched {
  private static final String COLLECTION = "rows";
  private static final int BATCH = 500;

  private final Folder folder;
  private final Store store;
  private final StoreView view;

  QuiverRows(Folder folder, Embeddings rows) {
    this.folder = folder;
    this.store = open(folder);
    write(rows);
    var _ = store.checkpoint();
    int _ = store.indexSegments();
    this.view = store.view();
  }

  private static Store open(Folder folder) {
    var random = new SecureRandom();
    var never = new Triggers(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Duration.ofDays(1000));
    var options =
        new StoreOptions(
            random,
            System::nanoTime,
            never,
            new PageCache(StoreOptions.PAGE_CACHE_BYTES),
            new Indexing(new VectorBudget(Indexing.BUDGET_BYTES), 1, Indexing.ROWS_MIN));
    var key = MasterKey.createFile(folder.path().resolve("key"), random);
    return Store.open(folder.path().resolve("store"), key, options);
  }

  private void write(Embeddings rows) {
    long _ =
        store.createCollection(
            COLLECTION,
            new Descriptor(rows.dimension(), Metric.COSINE),
            new Settings(
                List.of(
                    new FilterableField("part", FilterableField.Type.KEYWORD),
                    new FilterableField("topic", FilterableField.Type.KEYWORD))));
    var batch = new ArrayList<Point>();
    for (int row = 0; row < rows.base().length; row++) {
      batch.add(
          new Point(
              Integer.toString(row),
              Vector.of(rows.base()[row]),
              Payload.ofJson(
                  "{\"part\":\"%s\",\"topic\":\"%s\"}"
                      .formatted(rows.parts().get(row), rows.topics().get(row)))));
      if (batch.size() == BATCH || row == rows.base().length - 1) {
        long _ = store.upsertBatch(COLLECTION, batch);
        batch.clear();
      }
    }
  }

  @Override
  public int[] nearest(float[] query, int k, int ef, Optional<Filter> filter) {
    return find(query, k, false, OptionalInt.of(ef), filter);
  }

  /// All that match are looked at.
  int[] exact(float[] query, int k, Optional<Filter> filter) {
    return find(query, k, true, OptionalInt.empty(), filter);
  }

  private int[] find(float[] query, int k, boolean exact, OptionalInt ef, Optional<Filter> filter) {
    var condition =
        filter.<io.quiverdb.core.Filter>map(
            wanted -> new Eq(wanted.field(), new Value.Text(wanted.value())));
    var asked =
        new Query(Vector.of(query), k, condition, false, false, exact, ef, Optional.empty());
    return view.collections().getFirst().search(asked).stream()
        .mapToInt(hit -> Integer.parseInt(hit.id()))
        .toArray();
  }

  @Override
  public void close() throws IOException {
    view.close();
    store.close();
    folder.close();
  }
}
