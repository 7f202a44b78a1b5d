package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.quiverdb.core.Filter.Bound;
import io.quiverdb.core.Filter.Value;
import io.quiverdb.core.SegmentPlan.Way;
import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.background.Background.Triggers;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.index.Indexing;
import io.quiverdb.core.index.VectorBudget;
import io.quiverdb.core.search.QueryStatistics;
import io.quiverdb.core.storage.FileStorage;
import io.quiverdb.core.storage.Seed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Searches while points are written, replaced and deleted, graphs are built, checkpoints taken and
/// segments merged: for `quiver.soak.seconds`, and until graphs were asked often enough.
@Timeout(1_800)
final class SearchSoakTest {
  private static final int DIMENSION = 12;
  private static final int IDS = 6_000;
  private static final int BATCH = 100;
  private static final int GRAPH_ROWS_MIN = 500;
  private static final int K = 10;

  /// So few that asking a graph of some thousand rows pays.
  private static final int EF = 40;

  private static final int GRAPH_SEARCHES_MIN = 50;
  private static final double RECALL_FLOOR = 0.95;

  private final long seed = Seed.draw();
  private final VectorBudget budget = new VectorBudget(1L << 28);
  private final AtomicBoolean done = new AtomicBoolean();
  private final AtomicLong graphSearches = new AtomicLong();
  private final AtomicLong wanted = new AtomicLong();
  private final AtomicLong found = new AtomicLong();

  @Test
  void everyHitLivesAndMostOfTheNearestAreFoundWhateverGoesOn(@TempDir Path directory)
      throws Exception {
    long endNanos =
        System.nanoTime() + Duration.ofSeconds(Long.getLong("quiver.soak.seconds", 1)).toNanos();
    // Real files: what is read after it was unmapped fails.
    try (var threads = Executors.newCachedThreadPool()) {
      var store = open(directory);
      long _ =
          store.createCollection(
              "docs",
              new Descriptor(DIMENSION, Metric.L2_SQUARED),
              new Settings(List.of(new FilterableField("n", FilterableField.Type.NUMERIC))));
      List<Callable<Void>> parts =
          List.of(
              () -> write(store),
              () -> search(store, new Random(seed + 1)),
              () -> search(store, new Random(seed + 2)),
              () -> maintain(store));
      var running = new ArrayList<Future<Void>>();
      for (var part : parts) {
        running.add(
            threads.submit(
                () -> {
                  try {
                    return part.call();
                  } finally {
                    done.set(true); // One that fails ends the others.
                  }
                }));
      }
      while (!done.get()
          && (System.nanoTime() < endNanos || graphSearches.get() < GRAPH_SEARCHES_MIN)) {
        Thread.sleep(10);
      }
      done.set(true);
      for (var part : running) {
        part.get();
      }
      assertThat(store.verify().damages()).isEmpty();
      store.close();
    }
    assertThat(budget.bytes()).isZero();
    assertThat((double) found.get() / wanted.get()).isGreaterThanOrEqualTo(RECALL_FLOOR);
    assertThat(mappingsOf(directory)).isEmpty();
  }

  /// Of the process, into files of the directory, those that are deleted by now included.
  private static List<String> mappingsOf(Path directory) throws IOException {
    Path maps = Path.of("/proc/self/maps");
    assumeThat(maps).exists();
    try (var lines = Files.lines(maps)) {
      return lines.filter(line -> line.contains(directory.toString())).toList();
    }
  }

  private Store open(Path directory) {
    return Store.openWithoutBackground(
        FileStorage.at(directory),
        TestKeys.SHARED.keyRing(),
        new StoreOptions(
            new SecureRandom(),
            System::nanoTime,
            Triggers.STANDARD,
            new PageCache(4 << 20),
            new Indexing(budget, 1, GRAPH_ROWS_MIN)));
  }

  /// Where the `n`-th point of an id lies: a hit tells by itself whether it was ever written.
  private float[] place(String id, int n) {
    var random = new Random(seed ^ ((long) id.hashCode() << 32) ^ n);
    var vector = new float[DIMENSION];
    for (int index = 0; index < DIMENSION; index++) {
      vector[index] = (float) random.nextGaussian();
    }
    return vector;
  }

  private Void write(Store store) {
    var random = new Random(seed);
    Map<String, Integer> written = new HashMap<>();
    while (!done.get()) {
      var points = new ArrayList<Point>();
      var deletions = new HashSet<String>();
      for (int index = 0; index < BATCH; index++) {
        String id = "p" + random.nextInt(IDS);
        if (random.nextInt(4) == 0) {
          deletions.add(id);
        } else {
          int n = written.merge(id, 1, Integer::sum);
          points.add(new Point(id, Vector.of(place(id, n)), Payload.ofJson("{\"n\":" + n + "}")));
        }
      }
      long _ = store.upsertBatch("docs", distinct(points));
      int _ =
          store.deleteBatch(
              "docs", deletions.stream().map(id -> new Deletion(id, Optional.empty())).toList());
    }
    return null;
  }

  private static List<Point> distinct(List<Point> points) {
    var byId = new HashMap<String, Point>();
    points.forEach(point -> byId.put(point.id(), point));
    return List.copyOf(byId.values());
  }

  private Void maintain(Store store) {
    for (int round = 0; !done.get(); round++) {
      var _ = store.checkpoint();
      int _ = store.indexSegments();
      if (round % 5 == 4) {
        store.compact();
        int _ = store.indexSegments();
      }
    }
    return null;
  }

  private Void search(Store store, Random random) {
    while (!done.get()) {
      var filter =
          random.nextInt(3) == 0
              ? Optional.<Filter>of(below(1 + random.nextInt(20)))
              : Optional.<Filter>empty();
      var vector = Vector.of(place("query", random.nextInt()));
      try (var view = store.view()) {
        var collection = view.collections().getFirst();
        var statistics = new QueryStatistics();
        var hits = collection.search(query(vector, filter, false), statistics, () -> false);
        var exact = collection.search(query(vector, filter, true));
        assertThat(hits).hasSameSizeAs(exact);
        hits.forEach(hit -> assertLives(collection, hit));
        exact.forEach(hit -> assertLives(collection, hit));
        if (statistics.plans().stream().anyMatch(plan -> plan.way() == Way.GRAPH)) {
          graphSearches.incrementAndGet();
        }
        wanted.addAndGet(exact.size());
        found.addAndGet(exact.stream().filter(hits::contains).count());
      }
    }
    return null;
  }

  private static Filter below(int end) {
    return new Filter.Range(
        "n", Optional.empty(), Optional.of(new Bound(new Value.Whole(end), false)));
  }

  private static Query query(Vector vector, Optional<Filter> filter, boolean exact) {
    return new Query(vector, K, filter, true, true, exact, OptionalInt.of(EF), Optional.empty());
  }

  private void assertLives(CollectionView collection, Hit hit) {
    var payload = hit.payload().orElseThrow();
    var stored = collection.get(hit.id()).orElseThrow();
    assertThat(stored.version()).isEqualTo(hit.version());
    assertThat(stored.payload()).isEqualTo(payload);
    String json = new String(payload.toBytes(), StandardCharsets.UTF_8);
    int n = Integer.parseInt(json.replaceAll("\\D", ""));
    assertThat(hit.vector()).contains(Vector.of(place(hit.id(), n)));
  }
}
