package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.SearchedStore.Condition;
import io.quiverdb.core.SegmentPlan.Way;
import io.quiverdb.core.search.QueryStatistics;
import io.quiverdb.core.storage.Seed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Searches of a segment whose graph is being read of its file.
final class AwaitedGraphTest {
  private static final int POINTS = 3_000;
  private static final Duration GUARD = Duration.ofMinutes(3);

  private final SearchedStore points =
      new SearchedStore(Metric.L2_SQUARED, VectorSets.uniform(Seed.draw(), 8));

  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch mayBeRead = new CountDownLatch(1);
  private final CountDownLatch asked = new CountDownLatch(3);
  private final List<CompletableFuture<?>> running = new ArrayList<>();

  @BeforeEach
  void writePoints() {
    assertThat(points.add(POINTS).checkpoint().index()).isEqualTo(1);
  }

  @AfterEach
  void close() {
    mayBeRead.countDown();
    running.forEach(one -> one.exceptionally(_ -> null).orTimeout(3, TimeUnit.MINUTES).join());
    points.close();
  }

  @Test
  void searchWaitsForTheGraphAndLooksAtFewRows() throws Exception {
    var indexing = readSlowly();

    var search = searching(query(Condition.ANY), this::countAsWaiting);
    await(asked);
    assertThat(search).isNotDone();
    mayBeRead.countDown();

    assertThat(search.get()).extracting(SegmentPlan::way).containsExactly(Way.GRAPH);
    assertThat(indexing.get()).isEqualTo(1);
  }

  @Test
  void exactSearchWaitsForTheVectorsInMemory() throws Exception {
    var _ = readSlowly();

    var search = searching(points.exact(query(Condition.ANY)), this::countAsWaiting);
    await(asked);
    assertThat(search).isNotDone();
    mayBeRead.countDown();

    assertThat(search.get()).extracting(SegmentPlan::way).containsExactly(Way.EXACT);
  }

  @Test
  void searchThatIsNotWantedAnyMoreDoesNotWait() throws Exception {
    var _ = readSlowly();
    var isUnwanted = new AtomicBoolean();

    var search =
        searching(
            query(Condition.ANY),
            () -> {
              boolean _ = countAsWaiting();
              return isUnwanted.get();
            });
    await(asked);
    isUnwanted.set(true);

    assertThat(search)
        .failsWithin(GUARD)
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(CancellationException.class);
  }

  @Test
  void searchThatIsInterruptedLooksAtAllRows() throws Exception {
    var _ = readSlowly();
    record Ended(List<SegmentPlan> plans, boolean isInterrupted) {}
    var thread = new CompletableFuture<Thread>();
    var search =
        run(
            () -> {
              thread.complete(Thread.currentThread());
              var plans = search(query(Condition.ANY), this::countAsWaiting);
              return new Ended(plans, Thread.currentThread().isInterrupted());
            },
            "searching");
    await(asked);

    thread.get().interrupt();

    var ended = search.get(3, TimeUnit.MINUTES);
    assertThat(ended.plans).extracting(SegmentPlan::way).containsExactly(Way.NO_GRAPH);
    assertThat(ended.isInterrupted).isTrue();
  }

  @Test
  void searchOfFewRowsDoesNotWait() throws Exception {
    var _ = readSlowly();

    var search = searching(query(Condition.share(5_000)), () -> false);

    assertThat(search.get()).extracting(SegmentPlan::way).containsExactly(Way.NO_GRAPH);
  }

  /// Else it would wait for minutes.
  @Test
  void searchDoesNotWaitForAGraphThatIsBuiltBecauseItsFileIsDamaged() throws Exception {
    String graph =
        points.storage().files().stream().filter(this::isGraph).findFirst().orElseThrow();
    points.store().close();
    byte[] content = points.storage().content(graph);
    content[content.length / 2] ^= 1;
    points.storage().overwrite(graph, content);
    var written = new CountDownLatch(1);
    var mayBeWritten = new CountDownLatch(1);
    var indexing =
        index(
            path -> {
              if (!path.endsWith(graph)) {
                written.countDown();
                await(mayBeWritten);
              }
            });
    await(written);

    var search = searching(query(Condition.ANY), () -> false);

    assertThat(search.get()).extracting(SegmentPlan::way).containsExactly(Way.NO_GRAPH);
    mayBeWritten.countDown();
    assertThat(indexing.get()).isEqualTo(1);
  }

  @Test
  void graphsInFilesAreReadBeforeALargerOneIsBuilt() throws Exception {
    points.add(2 * POINTS).checkpoint();
    var coverage = new ArrayList<Long>();
    var known = points.storage().files();
    var indexing =
        index(
            path -> {
              if (!known.contains(path)) {
                coverage.add(graphRows());
              }
            });

    assertThat(indexing.get()).isEqualTo(2);

    assertThat(coverage).isNotEmpty().first().isEqualTo((long) POINTS);
    assertThat(graphRows()).isEqualTo(3 * POINTS);
  }

  private long graphRows() {
    return points.store().stats().collections().getFirst().index().graphRows();
  }

  /// Begins to read the graph, and waits with it.
  private CompletableFuture<Integer> readSlowly() {
    var parts = new AtomicInteger();
    points.restart(
        files -> {
          var hooked = new HookedStorage(files);
          hooked.setBeforeRead(
              path -> {
                // The first is its header, which is read when it is opened.
                if (isOfIndexing(path) && parts.incrementAndGet() > 1) {
                  begun.countDown();
                  await(mayBeRead);
                }
              });
          return hooked;
        });
    var indexing = run(points::index, "indexing");
    await(begun);
    return indexing;
  }

  /// @param beforeGraph takes the path of a graph that is about to be opened or written
  private CompletableFuture<Integer> index(Consumer<String> beforeGraph) {
    points.restart(
        files -> {
          var hooked = new HookedStorage(files);
          hooked.setBeforeFile(
              path -> {
                if (isOfIndexing(path)) {
                  beforeGraph.accept(path);
                }
              });
          return hooked;
        });
    return run(points::index, "indexing");
  }

  private boolean isOfIndexing(String path) {
    return isGraph(path) && Thread.currentThread().getName().equals("indexing");
  }

  private boolean isGraph(String path) {
    return path.contains("/idx-");
  }

  private boolean countAsWaiting() {
    asked.countDown();
    return false;
  }

  private CompletableFuture<List<SegmentPlan>> searching(Query query, BooleanSupplier isUnwanted) {
    return run(() -> search(query, isUnwanted), "searching");
  }

  /// @return of the segments, without the rows that are in no file yet
  private List<SegmentPlan> search(Query query, BooleanSupplier isUnwanted) {
    var statistics = new QueryStatistics();
    var _ = points.search(query, statistics, isUnwanted);
    return statistics.plans().stream().filter(plan -> plan.segment().isPresent()).toList();
  }

  private <T> CompletableFuture<T> run(Supplier<T> task, String thread) {
    var done =
        CompletableFuture.supplyAsync(
            task, runnable -> Thread.ofPlatform().daemon().name(thread).start(runnable));
    running.add(done);
    return done;
  }

  private Query query(Condition condition) {
    return points.query(points.vectors().draw(), 10, condition, OptionalInt.of(20));
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(GUARD.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
