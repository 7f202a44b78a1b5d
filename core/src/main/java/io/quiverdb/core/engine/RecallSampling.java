package io.quiverdb.core.engine;

import io.quiverdb.core.Hit;
import io.quiverdb.core.Metric;
import io.quiverdb.core.Query;
import io.quiverdb.core.ReadFailedException;
import io.quiverdb.core.Recall;
import io.quiverdb.core.RecallSample;
import io.quiverdb.core.Vector;
import io.quiverdb.core.rows.RowSource;
import io.quiverdb.core.search.QueryStatistics;
import io.quiverdb.core.search.VectorSearch;
import io.quiverdb.core.state.CollectionSnapshot;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/// Compares a search by graphs with an exact one of the same view: for the neighbours of a stored
/// point that lives, drawn from the segments that have a graph. The point itself does not count, as
/// it is found too easily.
public final class RecallSampling {
  private static final int NEIGHBOURS = 10;

  /// Of a segment most of whose rows are dead.
  private static final int DRAWS_MAX = 64;

  private final LiveState live;
  private final BooleanSupplier isUnwanted;

  RecallSampling(LiveState live, BooleanSupplier isUnwanted) {
    this.live = live;
    this.isUnwanted = isUnwanted;
  }

  /// How many rows a sample of any collection that has a graph looks at, at most. 0 if none has.
  public long rowsNeeded() {
    return live.head().snapshots().stream()
        .filter(collection -> !searchedByGraph(collection).isEmpty())
        .mapToLong(RecallSampling::cost)
        .max()
        .orElse(0);
  }

  /// @param rowsMax that are looked at
  /// @return empty if no collection with a graph is searched for so few rows, or nothing lives in
  ///   it
  public Optional<RecallSample> run(RandomGenerator random, long rowsMax) {
    try (var view = live.view()) {
      List<CollectionSnapshot> candidates = new ArrayList<>();
      for (var collection : view.snapshots()) {
        if (!searchedByGraph(collection).isEmpty() && cost(collection) <= rowsMax) {
          candidates.add(collection);
        }
      }
      return candidates.isEmpty()
          ? Optional.empty()
          : sample(candidates.get(random.nextInt(candidates.size())), random);
    } catch (InternalError e) {
      // So the JVM reports a mapped page that the disk cannot give.
      throw new ReadFailedException("recall: a page cannot be read", e);
    }
  }

  private Optional<RecallSample> sample(CollectionSnapshot collection, RandomGenerator random) {
    var graphed = searchedByGraph(collection);
    long rows = graphed.stream().mapToLong(RowSource::rowCount).sum();
    for (int draw = 0; draw < DRAWS_MAX; draw++) {
      long drawn = random.nextLong(rows);
      for (var source : graphed) {
        if (drawn < source.rowCount()) {
          int row = (int) drawn;
          if (source.isLiveAt(row, collection.version())) {
            return Optional.of(new RecallSample(recall(collection, source, row), cost(collection)));
          }
          break;
        }
        drawn -= source.rowCount();
      }
    }
    return Optional.empty();
  }

  private Recall recall(CollectionSnapshot collection, RowSource source, int row) {
    var vector = Vector.fromLittleEndian(source.vector(row).asByteBuffer());
    String self = new String(source.id(row), StandardCharsets.UTF_8);
    var exact = neighbours(collection, vector, self, true);
    if (exact.isEmpty()) {
      return new Recall(1, 0, 0);
    }
    // Scores are exact on both sides: what is as near as the last of the nearest is as good.
    float worst = exact.getLast().score();
    boolean less = collection.head().descriptor().metric() == Metric.L2_SQUARED;
    long found =
        neighbours(collection, vector, self, false).stream()
            .filter(hit -> less ? hit.score() <= worst : hit.score() >= worst)
            .count();
    return new Recall(1, exact.size(), Math.min(found, exact.size()));
  }

  private List<Hit> neighbours(
      CollectionSnapshot collection, Vector vector, String self, boolean exact) {
    var query =
        new Query(
            vector,
            NEIGHBOURS + 1,
            Optional.empty(),
            false,
            false,
            exact,
            OptionalInt.empty(),
            Optional.empty());
    var search =
        new VectorSearch(
            query, collection.head().descriptor().metric(), new QueryStatistics(), isUnwanted);
    return search.run(collection.sources(), collection.version()).stream()
        .filter(hit -> !hit.id().equals(self))
        .limit(NEIGHBOURS)
        .toList();
  }

  private static List<? extends RowSource> searchedByGraph(CollectionSnapshot collection) {
    return collection.sources().stream()
        .filter(source -> source.vectorIndex().isPresent())
        .toList();
  }

  /// In rows: the exact search looks at all of them, and the other at those without a graph.
  private static long cost(CollectionSnapshot collection) {
    return collection.sources().stream()
        .mapToLong(
            source -> source.vectorIndex().isPresent() ? source.rowCount() : 2L * source.rowCount())
        .sum();
  }
}
