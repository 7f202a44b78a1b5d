package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.SearchedStore.Condition;
import io.quiverdb.core.SegmentPlan.Way;
import io.quiverdb.core.StoreStats.IndexCoverage;
import io.quiverdb.core.StoreStats.IndexWork;
import io.quiverdb.core.background.Background.Triggers;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.index.Indexing;
import io.quiverdb.core.index.VectorBudget;
import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.storage.Seed;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How segments come by their graphs, keep them and lose them.
final class SegmentIndexingTest {
  private static final int POINTS = 3_000;

  private final VectorSets vectors = VectorSets.clustered(Seed.draw(), 16, 10);

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void graphIsReadAfterARestartAndNothingIsBuilt(boolean encrypted) {
    try (var points = store(ringOf(encrypted), new VectorBudget(1L << 30))) {
      assertThat(points.add(POINTS).checkpoint().index()).isEqualTo(1);
      assertThat(work(points)).isEqualTo(new IndexWork(POINTS, POINTS, 0));
      assertThat(points.store().isIndexingDue()).isFalse();

      points.restart();
      assertThat(points.store().isIndexingDue()).isTrue();
      assertThat(points.index()).isEqualTo(1);

      assertThat(work(points)).isEqualTo(new IndexWork(0, POINTS, 0));
      assertThat(coverage(points).graphRows()).isEqualTo(POINTS);
      assertSearches(points, Way.GRAPH);
      assertThat(points.store().verify().damages()).isEmpty();
    }
  }

  @Test
  void graphIsReadAfterAKill() {
    try (var points = store(TestKeys.SHARED.keyRing(), new VectorBudget(1L << 30))) {
      points.add(POINTS).checkpoint();
      assertThat(points.index()).isEqualTo(1);
      points.add(10);

      points.kill();

      assertThat(points.index()).isEqualTo(1);
      assertThat(work(points).rowsBuilt()).isZero();
      assertSearches(points, Way.GRAPH);
    }
  }

  @Test
  void logOfAStartTellsHowManyRowsHaveGraphsInFilesAndHowManyAreToBeBuilt() {
    try (var points = store(TestKeys.SHARED.keyRing(), new VectorBudget(1L << 30));
        var logged = LoggedLines.of(Store.class)) {
      assertThat(points.add(POINTS).checkpoint().index()).isEqualTo(1);
      points.add(POINTS / 2).checkpoint().add(SearchedStore.GRAPH_ROWS_MIN - 1).checkpoint();

      points.restart();

      assertThat(logged.last("store opened"))
          .contains("graphRowsInFiles=" + POINTS, "graphRowsToBuild=" + POINTS / 2);
      assertThat(points.index()).isEqualTo(2);
      // What was built is read again, of its file.
      assertThat(logged.last("segments indexed"))
          .contains("graphs=2", "rowsRead=" + (POINTS + POINTS / 2), "rowsBuilt=" + POINTS / 2);
    }
  }

  @Test
  void smallSegmentsAndBuffersHaveNone() {
    try (var points = store(TestKeys.SHARED.keyRing(), new VectorBudget(1L << 30))) {
      points.add(SearchedStore.GRAPH_ROWS_MIN - 1).checkpoint().add(POINTS);

      assertThat(points.store().isIndexingDue()).isFalse();
      assertThat(points.index()).isZero();
      assertThat(coverage(points))
          .isEqualTo(new IndexCoverage(0, 0, 0, SearchedStore.GRAPH_ROWS_MIN - 1, 0, 0));
      assertSearches(points, Way.NO_GRAPH);
    }
  }

  @Test
  void segmentThatCompactionWritesIsIndexedAndTheOldGraphsAreGone() {
    var budget = new VectorBudget(1L << 30);
    try (var points = store(TestKeys.SHARED.keyRing(), budget)) {
      points.add(POINTS / 2).checkpoint().add(POINTS / 2).checkpoint();
      assertThat(points.index()).isEqualTo(2);

      points.store().compact();
      assertThat(coverage(points)).isEqualTo(new IndexCoverage(0, POINTS, 0, 0, 0, 0));
      assertSearches(points, Way.NO_GRAPH);
      assertThat(points.index()).isEqualTo(1);

      assertThat(coverage(points).waitingRows()).isZero();
      assertThat(coverage(points).memoryBytes()).isPositive().isEqualTo(budget.bytes());
      assertThat(graphFiles(points)).hasSize(1);
      assertSearches(points, Way.GRAPH);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void compactionTakesTheGraphOfMostRowsOverAndOnlyTheOthersAreInserted(int threads) {
    var budget = new VectorBudget(1L << 30);
    try (var points = store(TestKeys.SHARED.keyRing(), threads, budget)) {
      points.add(POINTS).checkpoint().add(POINTS / 2).checkpoint();
      assertThat(points.index()).isEqualTo(2);

      points.delete(0.1).store().compact();
      int kept = points.sizeOfFirst(POINTS);
      long builtBefore = work(points).rowsBuilt();
      assertThat(points.index()).isEqualTo(1);

      assertThat(work(points).rowsBuilt() - builtBefore).isEqualTo(points.size() - kept);
      assertThat(coverage(points).memoryBytes()).isPositive().isEqualTo(budget.bytes());
      assertSearches(points, Way.GRAPH);
      points.restart();
      assertThat(points.index()).isEqualTo(1);
      assertSearches(points, Way.GRAPH);
    }
  }

  @Test
  void graphOfWhichMuchIsDeletedIsBuiltAnew() {
    try (var points = store(TestKeys.SHARED.keyRing(), new VectorBudget(1L << 30))) {
      assertThat(points.add(POINTS).checkpoint().index()).isEqualTo(1);

      points.delete(0.5).store().compact();
      assertThat(points.index()).isEqualTo(1);

      assertThat(work(points).rowsBuilt()).isEqualTo(POINTS + points.size());
      assertSearches(points, Way.GRAPH);
    }
  }

  @Test
  void graphThatWasTakenOverGivesWayWhereTheVectorsNeedItsRoom() {
    var budget = new VectorBudget(POINTS * 330L);
    try (var points = store(TestKeys.SHARED.keyRing(), budget)) {
      assertThat(points.add(POINTS).checkpoint().index()).isEqualTo(1);
      points.add(POINTS / 2).checkpoint().store().compact();
      assertThat(budget.bytes()).isPositive();

      assertThat(points.index()).isEqualTo(1);

      assertThat(work(points).rowsBuilt()).isEqualTo(POINTS + points.size());
      assertSearches(points, Way.GRAPH);
    }
    assertThat(budget.bytes()).isZero();
  }

  @Test
  void graphThatASegmentIsTooSmallForIsFreed() {
    var budget = new VectorBudget(1L << 30);
    try (var points = store(TestKeys.SHARED.keyRing(), budget)) {
      assertThat(points.add(SearchedStore.GRAPH_ROWS_MIN).checkpoint().index()).isEqualTo(1);

      points.delete(0.1).store().compact();
      assertThat(points.store().isIndexingDue()).isFalse();

      assertThat(budget.bytes()).isZero();
    }
  }

  @Test
  void graphThatWasTakenOverAndNotUsedIsFreed() {
    var budget = new VectorBudget(1L << 30);
    try (var points = store(TestKeys.SHARED.keyRing(), budget)) {
      assertThat(points.add(POINTS).checkpoint().index()).isEqualTo(1);
      points.delete(0.1).store().compact();
      assertThat(budget.bytes()).isPositive();
    }
    assertThat(budget.bytes()).isZero();
  }

  @Test
  void memoryIsFreedWhenTheLastViewOfASegmentIsClosed() {
    var budget = new VectorBudget(1L << 30);
    var points = store(TestKeys.SHARED.keyRing(), budget);
    assertThat(points.add(POINTS).checkpoint().index()).isEqualTo(1);
    var query = points.query(vectors.draw(), 10, Condition.ANY, OptionalInt.empty());
    List<Hit> before;
    try (var view = points.store().view()) {
      before = view.collections().getFirst().search(query);
      points.delete(0.5).checkpoint().store().compact();
      points.close();

      assertThat(budget.bytes()).isPositive();
      assertThat(view.collections().getFirst().search(query)).isEqualTo(before);
    }

    assertThat(budget.bytes()).isZero();
  }

  @Test
  void withoutRoomAllRowsAreLookedAtAndWithRoomTheGraphIsBuilt() {
    var budget = new VectorBudget(POINTS * 300L);
    var other = store(TestKeys.SHARED.keyRing(), budget);
    assertThat(other.add(POINTS).checkpoint().index()).isEqualTo(1);
    try (var points = store(TestKeys.SHARED.keyRing(), budget)) {
      points.add(POINTS).checkpoint();
      assertThat(points.index()).isZero();
      assertThat(points.store().isIndexingDue()).isFalse();
      var refused = coverage(points);
      assertThat(refused).isEqualTo(new IndexCoverage(0, 0, POINTS, 0, refused.neededBytes(), 0));
      assertThat(budget.hasRoomFor(refused.neededBytes())).isFalse();
      assertSearches(points, Way.NO_GRAPH);

      other.close();

      assertThat(coverage(points)).isEqualTo(new IndexCoverage(0, POINTS, 0, 0, 0, 0));
      assertThat(points.store().isIndexingDue()).isTrue();
      assertThat(points.index()).isEqualTo(1);
      assertSearches(points, Way.GRAPH);
    }
    assertThat(budget.bytes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void damagedGraphIsBuiltAgainAndMeanwhileAllRowsAreLookedAt(boolean encrypted) {
    try (var points = store(ringOf(encrypted), new VectorBudget(1L << 30))) {
      assertThat(points.add(POINTS).checkpoint().index()).isEqualTo(1);
      points.store().close();
      String file = graphFiles(points).getFirst();
      byte[] content = points.storage().content(file);
      content[content.length / 2] ^= 1;
      points.storage().overwrite(file, content);

      points.restart();
      assertThat(points.store().verify().damages())
          .singleElement()
          .satisfies(damage -> assertThat(damage.file()).endsWith(file));
      assertSearches(points, Way.NO_GRAPH);
      assertThat(points.index()).isEqualTo(1);

      assertThat(work(points)).isEqualTo(new IndexWork(POINTS, POINTS, 1));
      assertSearches(points, Way.GRAPH);
      assertThat(points.store().verify().damages()).isEmpty();
      assertThat(graphFiles(points)).hasSize(1).doesNotContain(file);
    }
  }

  @Test
  void damageThatVerifyFindsIsWrittenAgainOfMemory() {
    try (var points = store(TestKeys.SHARED.keyRing(), new VectorBudget(1L << 30))) {
      assertThat(points.add(POINTS).checkpoint().index()).isEqualTo(1);
      String file = graphFiles(points).getFirst();
      byte[] content = points.storage().content(file);
      content[content.length / 2] ^= 1;
      points.storage().overwrite(file, content);

      assertThat(points.store().verify().damages()).singleElement().matches(Damage::isOfIndex);
      assertThat(points.store().isIndexingDue()).isTrue();
      assertThat(points.index()).isZero();

      assertThat(points.store().isIndexingDue()).isFalse();
      assertThat(work(points)).isEqualTo(new IndexWork(POINTS, POINTS, 1));
      assertThat(points.store().verify().damages()).isEmpty();
      points.restart();
      assertThat(points.index()).isEqualTo(1);
      assertThat(work(points)).isEqualTo(new IndexWork(0, POINTS, 0));
      assertSearches(points, Way.GRAPH);
    }
  }

  @Test
  void missingGraphIsBuiltAgain() throws IOException {
    try (var points = store(TestKeys.SHARED.keyRing(), new VectorBudget(1L << 30))) {
      assertThat(points.add(POINTS).checkpoint().index()).isEqualTo(1);
      points.store().close();
      points.storage().delete(graphFiles(points).getFirst());

      points.restart();
      assertThat(points.index()).isEqualTo(1);

      assertThat(work(points)).isEqualTo(new IndexWork(POINTS, POINTS, 1));
      assertSearches(points, Way.GRAPH);
      assertThat(points.store().verify().damages()).isEmpty();
    }
  }

  @Test
  void missingGraphThatVerifyFindsIsWrittenAgainOfMemory() throws IOException {
    try (var points = store(TestKeys.SHARED.keyRing(), new VectorBudget(1L << 30))) {
      assertThat(points.add(POINTS).checkpoint().index()).isEqualTo(1);
      points.storage().delete(graphFiles(points).getFirst());

      assertThat(points.store().verify().damages()).isNotEmpty().allMatch(Damage::isOfIndex);
      assertSearches(points, Way.GRAPH);
      assertThat(points.index()).isZero();

      assertThat(points.store().verify().damages()).isEmpty();
      assertThat(work(points)).isEqualTo(new IndexWork(POINTS, POINTS, 1));
    }
  }

  @Test
  void verificationTellsCoverageAndTheDigestOfEachSoundStream() {
    try (var points = store(TestKeys.SHARED.keyRing(), new VectorBudget(1L << 30))) {
      assertThat(points.add(POINTS).checkpoint().add(10).checkpoint().index()).isEqualTo(1);

      var before = points.store().verify();
      assertThat(before.index().graphRows()).isEqualTo(POINTS);
      assertThat(before.index().smallRows()).isEqualTo(10);
      var digest = before.indexes().getFirst();
      assertThat(before.indexes()).hasSize(1);
      assertThat(digest.name()).isEqualTo("quiver.graph");
      assertThat(digest.sha256()).hasSize(64);
      assertThat(digest.bytes()).isPositive();
      assertThat(points.store().verify(digest.collectionId()).indexes()).containsExactly(digest);

      points.restart();
      assertThat(points.store().verify().indexes()).containsExactly(digest);

      byte[] content = points.storage().content(digest.file());
      content[content.length / 2] ^= 1;
      points.storage().overwrite(digest.file(), content);
      assertThat(points.store().verify().indexes()).isEmpty();
    }
  }

  @Test
  void rowsAwaitGraphsUntilTheyAreBuiltAndNotAgainAfterAMergeOrARestart() {
    try (var points = store(TestKeys.SHARED.keyRing(), new VectorBudget(1L << 30))) {
      points.add(POINTS).checkpoint().add(10).checkpoint();
      assertThat(awaiting(points)).isEqualTo(POINTS);

      points.store().compact();
      assertThat(awaiting(points)).isEqualTo(POINTS + 10);

      points.restart();
      assertThat(awaiting(points)).isZero();
      points.add(POINTS).checkpoint();
      assertThat(awaiting(points)).isEqualTo(POINTS);

      assertThat(points.index()).isEqualTo(2);
      assertThat(awaiting(points)).isZero();
      points.store().compact();
      assertThat(coverage(points).waitingRows()).isEqualTo(2 * POINTS + 10);
      assertThat(awaiting(points)).isZero();
    }
  }

  /// Every write asks how many there are: it would wait for the checkpoint.
  @Test
  void rowsThatAwaitGraphsAreCountedWhileACheckpointIsWritten() throws Exception {
    try (var points = store(TestKeys.SHARED.keyRing(), new VectorBudget(1L << 30))) {
      points.add(POINTS).checkpoint();
      var counted = new CompletableFuture<Long>();
      var due = new CompletableFuture<Boolean>();
      var checkpointing = Thread.currentThread();
      points.restart(
          files -> {
            var hooked = new HookedStorage(files);
            hooked.setBeforeSegmentWrite(
                () -> {
                  if (Thread.currentThread() == checkpointing && !due.isDone()) {
                    counted.complete(elsewhere(points.store()::rowsAwaitingGraphs));
                    due.complete(elsewhere(points.store()::isIndexingDue));
                  }
                });
            return hooked;
          });

      points.add(POINTS).checkpoint();

      assertThat(counted).isCompletedWithValue(0L);
      assertThat(due).isCompletedWithValue(true);
    }
  }

  private static <T> T elsewhere(Supplier<T> question) {
    return CompletableFuture.supplyAsync(question).orTimeout(3, TimeUnit.MINUTES).join();
  }

  /// Else writers would be held back for ever.
  @Test
  void rowsThatTheBudgetHasNoRoomForAwaitNoGraph() {
    try (var points = store(TestKeys.SHARED.keyRing(), new VectorBudget(POINTS * 300L))) {
      points.add(POINTS).checkpoint().add(POINTS + 1).checkpoint();
      assertThat(awaiting(points)).isEqualTo(POINTS + 1);

      assertThat(points.index()).isEqualTo(1);
      assertThat(awaiting(points)).isZero();
      assertThat(coverage(points).refusedRows()).isEqualTo(POINTS);
    }
  }

  /// What is counted is a moment old.
  private static long awaiting(SearchedStore points) {
    long end = System.nanoTime() + Duration.ofMillis(60).toNanos();
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    return points.store().rowsAwaitingGraphs();
  }

  /// The stream is sound, but of another segment: as when a program writes what it should not.
  @Test
  void graphOfOtherRowsIsBuiltAgain() {
    try (var points = store(TestKeys.SHARED.keyRing(), new VectorBudget(1L << 30))) {
      points.add(POINTS).checkpoint();
      try (var view = points.store().view()) {
        var collection = view.collections().getFirst();
        long segment = segment(points);
        assertThat(
                points
                    .store()
                    .attachIndexSnapshot(
                        view.generation(),
                        collection.id(),
                        segment,
                        "quiver.graph",
                        (out, _) -> out.write(new byte[100])))
            .isTrue();
      }

      assertThat(points.index()).isEqualTo(1);
      assertThat(work(points)).isEqualTo(new IndexWork(POINTS, POINTS, 1));
      assertSearches(points, Way.GRAPH);
    }
  }

  private static long segment(SearchedStore points) {
    var query = points.query(new float[16], 1, Condition.ANY, OptionalInt.empty());
    return points.plans(query).getFirst().segment().orElseThrow();
  }

  @Test
  void closingGivesUpAGraphThatIsBeingBuilt() {
    var budget = new VectorBudget(1L << 30);
    var points = store(TestKeys.SHARED.keyRing(), budget);
    points.add(POINTS).checkpoint();
    var indexing = CompletableFuture.runAsync(points::index);

    points.close();

    assertThat(indexing)
        .satisfiesAnyOf(
            done -> assertThat(done).succeedsWithin(Duration.ofMinutes(3)),
            done ->
                assertThat(done)
                    .failsWithin(Duration.ofMinutes(3))
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(StoreClosedException.class));
    assertThat(budget.bytes()).isZero();
  }

  @Test
  void installedSnapshotBringsItsGraphsAndNothingIsBuilt() {
    try (var source = new TestShard(new SimulatedStorage(), RequestWindow.BYTES_MAX, options());
        var target = replicated()) {
      for (int from = 0; from < POINTS; from += 500) {
        var batch = new Point[500];
        for (int index = 0; index < batch.length; index++) {
          batch[index] = TestShard.point("p" + (from + index), from + index);
        }
        var _ = source.upsert(batch);
      }
      var _ = source.store.checkpoint();
      assertThat(source.store.indexSegments()).isEqualTo(1);

      try (var snapshot = source.store.replicationSnapshot()) {
        target.installSnapshot(snapshot.files());
      }
      assertThat(target.indexSegments()).isEqualTo(1);

      assertThat(target.stats().indexWork()).isEqualTo(new IndexWork(0, POINTS, 0));
      assertThat(target.stats().collections().getFirst().index().graphRows()).isEqualTo(POINTS);
      assertThat(target.stateHash()).isEqualTo(source.store.stateHash());
      assertThat(target.verify().damages()).isEmpty();
    }
  }

  private static Store replicated() {
    return Store.open(
        new SimulatedStorage(),
        options(),
        TestKeys.SHARED.keyRing(),
        Optional.empty(),
        RequestWindow.BYTES_MAX);
  }

  private static StoreOptions options() {
    return new StoreOptions(
        new SecureRandom(),
        System::nanoTime,
        Triggers.STANDARD,
        new PageCache(1 << 20),
        new Indexing(new VectorBudget(1L << 30), 1, SearchedStore.GRAPH_ROWS_MIN));
  }

  private static KeyRing ringOf(boolean encrypted) {
    return encrypted ? TestKeys.SHARED.keyRing() : TestKeys.PLAIN;
  }

  private SearchedStore store(KeyRing keyRing, VectorBudget budget) {
    return store(keyRing, 1, budget);
  }

  private SearchedStore store(KeyRing keyRing, int threads, VectorBudget budget) {
    return new SearchedStore(Metric.L2_SQUARED, vectors, keyRing, threads, budget);
  }

  private static IndexWork work(SearchedStore points) {
    return points.store().stats().indexWork();
  }

  private static IndexCoverage coverage(SearchedStore points) {
    return points.store().stats().collections().getFirst().index();
  }

  private static List<String> graphFiles(SearchedStore points) {
    return points.storage().files().stream().filter(path -> path.contains("/idx-")).toList();
  }

  /// That what is found is right, and how.
  private void assertSearches(SearchedStore points, Way way) {
    float[] vector = vectors.draw();
    var query = points.query(vector, 10, Condition.ANY, OptionalInt.of(20));
    assertThat(points.plans(query))
        .filteredOn(plan -> plan.rows() >= SearchedStore.GRAPH_ROWS_MIN)
        .isNotEmpty()
        .allMatch(plan -> plan.way() == way);
    assertThat(points.search(points.exact(query)))
        .isEqualTo(points.nearest(vector, 10, Condition.ANY));
    assertThat(points.recallAtTen(20, Condition.ANY)).isGreaterThanOrEqualTo(0.95);
  }
}
