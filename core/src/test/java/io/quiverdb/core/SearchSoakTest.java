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
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Searches while points are written, moved and deleted, graphs are built and sampled, checkpoints
/// are taken and segments merged: for `quiver.soak.seconds`, and until everything has come about
/// often enough. Real files: what is read after it was unmapped ends the process.
///
/// A part of the points is moved or deleted between two checkpoints, and then the writers wait, as
/// those of a node do that come faster than graphs are built. Else every row would be dead by the
/// time it has a graph, and no graph would ever be asked.
@Timeout(1_800)
final class SearchSoakTest {
  private static final String DOCS = "docs";
  private static final int DIMENSION = 12;
  private static final int IDS = 8_000;
  private static final int WRITERS = 2;
  private static final int SEARCHERS = 2;
  private static final int BATCH = 50;

  /// Of a writer between two checkpoints.
  private static final int BATCHES_OF_A_ROUND = 5;

  private static final int ROUNDS_OF_A_MERGE = 10;
  private static final int ROUNDS_MIN = 2 * ROUNDS_OF_A_MERGE;
  private static final int GRAPH_ROWS_MIN = 500;
  private static final int CATEGORIES = 20;
  private static final int K = 10;

  /// So few that asking a graph of some thousand rows pays.
  private static final int EF = 20;

  private static final int GRAPH_SEARCHES_MIN = 100;
  private static final double RECALL_FLOOR = 0.95;

  /// Of heap that may stay in use beyond what is in use at first: caches fill, code is loaded.
  private static final long HEAP_GROWTH_MAX = 64L << 20;

  private final long seed = Seed.draw();
  private final VectorBudget budget = new VectorBudget(1L << 28);
  private final AtomicBoolean done = new AtomicBoolean();

  /// By id: how often it was written or deleted, as far as that has begun, and has been answered.
  private final AtomicLongArray begun = new AtomicLongArray(IDS);

  private final AtomicLongArray answered = new AtomicLongArray(IDS);

  /// Whether the last that was answered has left a point. Read between two looks at the others.
  private final AtomicLongArray lives = new AtomicLongArray(IDS);

  private final Semaphore batches = new Semaphore(0);
  private final AtomicLong rounds = new AtomicLong();
  private final AtomicLong written = new AtomicLong();
  private final AtomicLong searches = new AtomicLong();
  private final AtomicLong graphSearches = new AtomicLong();
  private final AtomicLong wanted = new AtomicLong();
  private final AtomicLong found = new AtomicLong();
  private final AtomicLong samples = new AtomicLong();

  @Test
  void everyHitLivesAndMostOfTheNearestAreFoundWhateverGoesOn(@TempDir Path directory)
      throws Exception {
    long seconds = Long.getLong("quiver.soak.seconds", 5);
    var store = open(directory);
    long _ =
        store.createCollection(
            DOCS,
            new Descriptor(DIMENSION, Metric.L2_SQUARED),
            new Settings(List.of(new FilterableField("c", FilterableField.Type.NUMERIC))));
    fill(store);
    var _ = store.checkpoint();
    assertThat(store.indexSegments()).isEqualTo(1);
    long heapAtFirst = heapBytes();
    work(store, System.nanoTime() + Duration.ofSeconds(seconds).toNanos());

    assertThat(store.verify().damages()).isEmpty();
    settle(store);
    long heap = heapBytes();
    var mapped = mappedOf(directory);
    long vectorBytes = budget.bytes();
    long rows = store.stats().index().graphRows();
    tell(mapped.size(), heap);
    store.close();
    assertThat(budget.bytes()).isZero();
    assertThat(mappedOf(directory)).isEmpty();

    // A store that has been at work holds nothing that one does not that is opened anew.
    store = open(directory);
    assertThat(store.indexSegments()).isPositive();
    assertThat(store.stats().index().graphRows()).isEqualTo(rows);
    assertThat(budget.bytes()).isEqualTo(vectorBytes);
    assertThat(mappedOf(directory)).containsAll(mapped);
    store.close();
    assertThat(heap).isLessThan(heapAtFirst + HEAP_GROWTH_MAX);
    assertThat((double) found.get() / wanted.get()).isGreaterThanOrEqualTo(RECALL_FLOOR);
  }

  private void work(Store store, long endNanos) throws InterruptedException, ExecutionException {
    List<Callable<Void>> parts = new ArrayList<>();
    for (int writer = 0; writer < WRITERS; writer++) {
      int number = writer;
      parts.add(() -> write(store, number));
    }
    for (int searcher = 0; searcher < SEARCHERS; searcher++) {
      var random = new Random(seed + 1 + searcher);
      parts.add(() -> search(store, random));
    }
    parts.add(() -> merge(store));
    parts.add(() -> index(store));
    parts.add(() -> sample(store));
    try (var threads = Executors.newCachedThreadPool()) {
      List<Future<Void>> running = new ArrayList<>();
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
      while (!done.get() && (System.nanoTime() - endNanos < 0 || !hasSeenEnough())) {
        Thread.sleep(10);
      }
      done.set(true);
      for (var part : running) {
        part.get();
      }
    }
  }

  private boolean hasSeenEnough() {
    return graphSearches.get() >= GRAPH_SEARCHES_MIN
        && rounds.get() >= ROUNDS_MIN
        && samples.get() > 0;
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

  // --- writing

  private void fill(Store store) {
    for (int from = 0; from < IDS; from += BATCH) {
      upsert(store, IntStream.range(from, Math.min(IDS, from + BATCH)).boxed().toList());
    }
  }

  private Void write(Store store, int writer) throws InterruptedException {
    var random = new Random(seed - 1 - writer);
    while (!done.get()) {
      if (!batches.tryAcquire(10, TimeUnit.MILLISECONDS)) {
        continue;
      }
      // Ids of its own, so that it knows what became of each.
      Set<Integer> drawn = new HashSet<>();
      while (drawn.size() < BATCH) {
        drawn.add(WRITERS * random.nextInt(IDS / WRITERS) + writer);
      }
      if (random.nextInt(4) == 0) {
        delete(store, List.copyOf(drawn));
      } else {
        upsert(store, List.copyOf(drawn));
      }
    }
    return null;
  }

  private void upsert(Store store, List<Integer> ids) {
    List<Point> points = new ArrayList<>();
    for (int id : ids) {
      long n = begun.incrementAndGet(id);
      var payload = "{\"n\":%d,\"c\":%d}".formatted(n, category(id));
      points.add(new Point("p" + id, Vector.of(place(id, n)), Payload.ofJson(payload)));
    }
    long _ = store.upsertBatch(DOCS, points);
    answer(ids, true);
  }

  private void delete(Store store, List<Integer> ids) {
    ids.forEach(begun::incrementAndGet);
    int _ =
        store.deleteBatch(
            DOCS, ids.stream().map(id -> new Deletion("p" + id, Optional.empty())).toList());
    answer(ids, false);
  }

  private void answer(List<Integer> ids, boolean live) {
    for (int id : ids) {
      lives.set(id, live ? 1 : 0);
      answered.set(id, begun.get(id));
    }
    written.addAndGet(ids.size());
  }

  private static int category(int id) {
    return id % CATEGORIES;
  }

  /// Where the `n`-th point of an id lies: a hit tells by itself whether it was ever written.
  private float[] place(int id, long n) {
    var random = new Random(seed ^ ((long) id << 32) ^ n);
    var vector = new float[DIMENSION];
    for (int index = 0; index < DIMENSION; index++) {
      vector[index] = (float) random.nextGaussian();
    }
    return vector;
  }

  // --- what goes on beside

  private Void merge(Store store) throws InterruptedException {
    while (!done.get()) {
      batches.release(WRITERS * BATCHES_OF_A_ROUND);
      while (batches.availablePermits() > 0 && !done.get()) {
        Thread.sleep(1);
      }
      var _ = store.checkpoint();
      if (rounds.get() % ROUNDS_OF_A_MERGE == ROUNDS_OF_A_MERGE - 1) {
        store.compact();
      }
      while (store.rowsAwaitingGraphs() > IDS / 2 && !done.get()) {
        Thread.sleep(1);
      }
      rounds.incrementAndGet();
    }
    return null;
  }

  private Void index(Store store) throws InterruptedException {
    while (!done.get()) {
      if (store.indexSegments() == 0) {
        Thread.sleep(1);
      }
    }
    return null;
  }

  private Void sample(Store store) throws InterruptedException {
    var random = new Random(seed);
    while (!done.get()) {
      if (store.sampleRecall(random, Long.MAX_VALUE).isPresent()) {
        samples.incrementAndGet();
      }
      assertThat(store.stats().index().refusedRows()).isZero();
      Thread.sleep(20);
    }
    return null;
  }

  /// Until nothing is left to be done: one segment, and its graph.
  private static void settle(Store store) {
    var _ = store.checkpoint();
    store.compact();
    int _ = store.indexSegments();
    assertThat(store.stats().collections().getFirst().segmentCount()).isEqualTo(1);
    assertThat(store.stats().index().waitingRows()).isZero();
  }

  // --- searching

  private Void search(Store store, Random random) {
    while (!done.get()) {
      int categories = random.nextInt(3) == 0 ? 1 + random.nextInt(CATEGORIES) : CATEGORIES;
      var filter =
          categories == CATEGORIES
              ? Optional.<Filter>empty()
              : Optional.<Filter>of(ofCategoriesBelow(categories));
      var query = place(IDS, random.nextInt());
      var before = copy(answered);
      var livesBefore = copy(lives);
      try (var view = store.view()) {
        var after = copy(begun);
        var collection = view.collections().getFirst();
        var statistics = new QueryStatistics();
        var hits = collection.search(query(query, filter, false), statistics, () -> false);
        var exact = collection.search(query(query, filter, true));
        assertThat(hits).hasSameSizeAs(exact);
        for (var hit : hits) {
          assertLives(collection, hit, before, after);
        }
        for (var hit : exact) {
          assertLives(collection, hit, before, after);
        }
        assertNothingIsMissed(query, exact, categories, before, livesBefore, after);
        if (statistics.plans().stream().anyMatch(plan -> plan.way() == Way.GRAPH)) {
          graphSearches.incrementAndGet();
          wanted.addAndGet(exact.size());
          found.addAndGet(exact.stream().filter(hits::contains).count());
        }
        searches.incrementAndGet();
      }
    }
    return null;
  }

  private static Filter ofCategoriesBelow(int end) {
    return new Filter.Range(
        "c", Optional.empty(), Optional.of(new Bound(new Value.Whole(end), false)));
  }

  private static Query query(float[] vector, Optional<Filter> filter, boolean exact) {
    return new Query(
        Vector.of(vector), K, filter, true, true, exact, OptionalInt.of(EF), Optional.empty());
  }

  /// @param before how often an id had certainly been written when the view was made
  /// @param after and at most
  private void assertLives(CollectionView collection, Hit hit, long[] before, long[] after) {
    var payload = hit.payload().orElseThrow();
    int id = Integer.parseInt(hit.id().substring(1));
    String json = new String(payload.toBytes(), StandardCharsets.UTF_8);
    long n = Long.parseLong(json.substring("{\"n\":".length(), json.indexOf(',')));
    assertThat(n).as("of %s", hit.id()).isBetween(before[id], after[id]);
    assertThat(hit.vector()).contains(Vector.of(place(id, n)));
    var stored = collection.get(hit.id()).orElseThrow();
    assertThat(stored.version()).isEqualTo(hit.version());
    assertThat(stored.payload()).isEqualTo(payload);
  }

  /// Of what was certainly there, and to which nothing happened meanwhile.
  private void assertNothingIsMissed(
      float[] query,
      List<Hit> exact,
      int categories,
      long[] before,
      long[] livesBefore,
      long[] after) {
    Set<String> found = new HashSet<>();
    exact.forEach(hit -> found.add(hit.id()));
    float worst = exact.size() < K ? Float.POSITIVE_INFINITY : exact.getLast().score();
    for (int id = 0; id < IDS; id++) {
      if (before[id] == after[id]
          && livesBefore[id] == 1
          && category(id) < categories
          && !found.contains("p" + id)) {
        assertThat(distance(query, place(id, before[id])))
            .as("of p%d", id)
            .isGreaterThanOrEqualTo(worst);
      }
    }
  }

  /// Rounded like a score.
  private static float distance(float[] query, float[] vector) {
    double sum = 0;
    for (int index = 0; index < query.length; index++) {
      double difference = (double) query[index] - vector[index];
      sum += difference * difference;
    }
    return (float) sum;
  }

  private static long[] copy(AtomicLongArray array) {
    return IntStream.range(0, IDS).mapToLong(array::get).toArray();
  }

  // --- what is held

  /// Files of the directory that the process has mapped, those that are deleted by now included.
  private static List<String> mappedOf(Path directory) throws IOException {
    Path maps = Path.of("/proc/self/maps");
    assumeThat(maps).exists();
    try (var lines = Files.lines(maps)) {
      return lines
          .filter(line -> line.contains(directory.toString()))
          .map(line -> line.substring(line.indexOf(directory.toString())))
          .toList();
    }
  }

  private static long heapBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private void tell(int mappingCount, long heapBytes) {
    System.out.printf(
        "search soak: %,d searches, %,d by graphs, recall %.4f, %,d points written or deleted, %,d"
            + " rounds, %,d samples, %,d mappings, %,d bytes of heap%n",
        searches.get(),
        graphSearches.get(),
        (double) found.get() / wanted.get(),
        written.get(),
        rounds.get(),
        samples.get(),
        mappingCount,
        heapBytes);
  }
}
