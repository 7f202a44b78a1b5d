package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.SearchedStore.Condition;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.index.VectorBudget;
import io.quiverdb.core.storage.Seed;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What samples of searches tell of the graphs of a store.
final class RecallSamplingTest {
  private static final int POINTS = 2_000;

  /// So many that asking a graph pays.
  private static final int MANY = 10_000;

  private static final int SAMPLES = 40;
  private static final String GRAPH = "quiver.graph";

  private final long seed = Seed.draw();
  private final Random random = new Random(seed);

  @Test
  void graphOfFewDimensionsFindsNearlyAll() {
    try (var points = graphed(MANY, VectorSets.uniform(seed, 2))) {
      var recall = recall(points);

      assertThat(recall.queries()).isEqualTo(SAMPLES);
      assertThat(recall.expected()).isEqualTo(10 * SAMPLES);
      assertThat(recall.atTen()).isGreaterThanOrEqualTo(0.99);
    }
  }

  /// Of points that are equally near, any ten are the nearest.
  @Test
  void recallOfPointsThatAreAllAlikeIsOne() {
    try (var points = store(VectorSets.uniform(seed, 4))) {
      assertThat(points.addAlike(MANY, new float[] {1, 2, 3, 4}).checkpoint().index()).isEqualTo(1);

      assertThat(recall(points)).isEqualTo(new Recall(SAMPLES, 10 * SAMPLES, 10 * SAMPLES));
    }
  }

  @Test
  void graphThatWasBuiltOfOtherVectorsTellsALowRecall() throws IOException {
    byte[] poor;
    try (var others = graphed(MANY, VectorSets.uniform(seed, 16))) {
      poor = graph(others);
    }
    try (var points = store(VectorSets.uniform(seed + 1, 16))) {
      points.add(MANY).checkpoint();
      try (var view = points.store().view()) {
        assertThat(
                points
                    .store()
                    .attachIndexSnapshot(
                        view.generation(),
                        view.collections().getFirst().id(),
                        segment(points),
                        GRAPH,
                        (out, _) -> out.write(poor)))
            .isTrue();
      }
      assertThat(points.index()).isEqualTo(1);
      assertThat(points.store().stats().indexWork().rowsBuilt()).isZero();

      assertThat(recall(points).atTen()).isLessThan(0.5);
    }
    try (var points = graphed(MANY, VectorSets.uniform(seed + 1, 16))) {
      assertThat(recall(points).atTen()).isGreaterThanOrEqualTo(0.9);
    }
  }

  @Test
  void pointItselfDoesNotCount() {
    try (var points = graphed(VectorSets.uniform(seed, 4))) {
      leave(points, 10);
      var sample = sample(points, Long.MAX_VALUE);
      while (sample.isEmpty()) { // Most rows that are drawn are dead.
        sample = sample(points, Long.MAX_VALUE);
      }

      assertThat(sample.get()).isEqualTo(new Recall(1, 9, 9));
    }
  }

  @Test
  void nothingIsToldWhereNothingLives() {
    try (var points = graphed(VectorSets.uniform(seed, 4))) {
      points.delete(1);

      assertThat(sample(points, Long.MAX_VALUE)).isEmpty();
    }
  }

  @Test
  void withoutAGraphNothingIsLookedAt() {
    try (var points = store(VectorSets.uniform(seed, 4))) {
      assertNothing(points);
      points.add(SearchedStore.GRAPH_ROWS_MIN - 1).checkpoint().add(POINTS);
      assertThat(points.index()).isZero();
      assertNothing(points);
      points.checkpoint();
      assertNothing(points); // It waits for its graph.

      assertThat(points.index()).isEqualTo(1);
      assertThat(sample(points, Long.MAX_VALUE)).isPresent();
    }
  }

  private void assertNothing(SearchedStore points) {
    assertThat(points.store().recallRowsNeeded()).isZero();
    assertThat(sample(points, Long.MAX_VALUE)).isEmpty();
  }

  @Test
  void rowsWithoutAGraphAreLookedAtTwiceAndNoSampleTakesMoreThanItMay() {
    try (var points = graphed(VectorSets.uniform(seed, 4))) {
      assertThat(points.store().recallRowsNeeded()).isEqualTo(POINTS);
      points.add(100).checkpoint().add(10);
      long needed = POINTS + 2 * 110;
      assertThat(points.store().recallRowsNeeded()).isEqualTo(needed);

      assertThat(sample(points, needed - 1)).isEmpty();
      assertThat(points.store().sampleRecall(random, needed))
          .hasValueSatisfying(sample -> assertThat(sample.rows()).isEqualTo(needed));
    }
  }

  @Test
  void collectionThatIsTooLargeIsLeftOut() {
    try (var points = graphed(VectorSets.uniform(seed, 4))) {
      addSmaller(points, SearchedStore.GRAPH_ROWS_MIN);
      assertThat(points.checkpoint().index()).isEqualTo(1);
      assertThat(points.store().recallRowsNeeded()).isEqualTo(POINTS);

      for (int index = 0; index < SAMPLES; index++) {
        assertThat(points.store().sampleRecall(random, POINTS - 1))
            .hasValueSatisfying(
                sample -> assertThat(sample.rows()).isEqualTo(SearchedStore.GRAPH_ROWS_MIN));
      }
    }
  }

  private void addSmaller(SearchedStore points, int count) {
    long _ =
        points.store().createCollection("smaller", new Descriptor(2, Metric.COSINE), Settings.NONE);
    var batch = new ArrayList<Point>();
    for (int index = 0; index < count; index++) {
      batch.add(
          new Point(
              "p" + index,
              Vector.of((float) random.nextGaussian(), (float) random.nextGaussian()),
              Payload.EMPTY));
    }
    long _ = points.store().upsertBatch("smaller", batch);
  }

  private Recall recall(SearchedStore points) {
    var sum = Recall.NOTHING;
    for (int index = 0; index < SAMPLES; index++) {
      sum = sum.plus(sample(points, Long.MAX_VALUE).orElseThrow());
    }
    return sum;
  }

  private Optional<Recall> sample(SearchedStore points, long rowsMax) {
    return points.store().sampleRecall(random, rowsMax).map(sample -> sample.recall());
  }

  private static SearchedStore graphed(VectorSets vectors) {
    return graphed(POINTS, vectors);
  }

  private static SearchedStore graphed(int count, VectorSets vectors) {
    var points = store(vectors);
    assertThat(points.add(count).checkpoint().index()).isEqualTo(1);
    return points;
  }

  private static SearchedStore store(VectorSets vectors) {
    return new SearchedStore(
        Metric.L2_SQUARED, vectors, TestKeys.SHARED.keyRing(), 1, new VectorBudget(1L << 30));
  }

  private static void leave(SearchedStore points, int count) {
    int _ =
        points
            .store()
            .deleteBatch(
                SearchedStore.COLLECTION,
                IntStream.range(count, POINTS)
                    .mapToObj(index -> new Deletion("p" + index, Optional.empty()))
                    .toList());
  }

  private static byte[] graph(SearchedStore points) throws IOException {
    try (var view = points.store().view();
        InputStream stream =
            points
                .store()
                .readIndexSnapshot(view.collections().getFirst().id(), segment(points), GRAPH)
                .orElseThrow()) {
      return stream.readAllBytes();
    }
  }

  private static long segment(SearchedStore points) {
    var query =
        points.query(
            new float[points.vectors().dimension()], 1, Condition.ANY, OptionalInt.empty());
    return points.plans(query).getFirst().segment().orElseThrow();
  }
}
