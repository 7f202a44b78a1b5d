package io.quiverdb.core.index;

import io.quiverdb.core.Vector;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.hnsw.HnswGraphSearcher;

/// A [VectorIndex] by a graph over vectors in memory.
///
/// Where few rows are accepted, the search looks at the neighbours of neighbours and compares
/// accepted ones only (after ACORN-1, arXiv:2403.04871, as Lucene has it). That may come back with
/// fewer than there are: whoever asks sees to that.
public final class GraphIndex implements VectorIndex {
  /// The name under which a segment's graph is attached to it.
  public static final String STREAM = GraphFormat.STREAM;

  private static final int SCANNED_AT_ONCE = 64;

  private final ResidentVectors vectors;
  private final FlatGraph graph;

  private GraphIndex(ResidentVectors vectors, FlatGraph graph) {
    this.vectors = vectors;
    this.graph = graph;
  }

  /// Reads what [GraphBuild#writeTo] wrote.
  ///
  /// @param vectors of the segment; closed with the index, or by the caller if there is none
  /// @throws GraphDamagedException if it is no graph of these
  public static GraphIndex read(InputStream stream, ResidentVectors vectors) throws IOException {
    var rows = vectors.indexed().rows();
    var graph = GraphFormat.read(stream, rows.dimension(), rows.rowCount(), vectors.arena());
    var index = new GraphIndex(vectors, graph);
    var reservation = vectors.reservation();
    long unusedBytes = GraphFormat.bytesMax(rows.rowCount()) - graph.bytes();
    reservation.shrinkTo(reservation.bytes() - Math.max(0, unusedBytes));
    return index;
  }

  @Override
  public int rowCount() {
    return graph.rowCount();
  }

  @Override
  public RowVectors vectors() {
    return vectors.indexed().rows();
  }

  @Override
  public long bytes() {
    return vectors.reservation().bytes();
  }

  @Override
  public FoundRows search(
      Vector query, int ef, long visitsMax, AcceptedRows accepted, BooleanSupplier isUnwanted) {
    int limit = (int) Math.min(Integer.MAX_VALUE, visitsMax);
    var collector = new TopKnnCollector(ef, limit, KnnSearchStrategy.Hnsw.DEFAULT);
    var stoppable = new StoppableCollector(collector, isUnwanted);
    var scorer = new RowScorer(vectors.indexed(), query.toArray());
    Bits bits = accepted.all() ? null : new RowBits(accepted, graph.rowCount());
    try {
      HnswGraphSearcher.search(scorer, stoppable, graph.cursor(), bits, accepted.count());
    } catch (IOException e) {
      throw new UncheckedIOException(e); // All is in memory.
    }
    requireWanted(isUnwanted);
    return found(collector, scorer, !collector.earlyTerminated());
  }

  @Override
  public FoundRows scan(Vector query, int count, RowNumbers rows, BooleanSupplier isUnwanted) {
    var collector = new TopKnnCollector(count, Integer.MAX_VALUE);
    var scorer = new RowScorer(vectors.indexed(), query.toArray());
    var some = new int[SCANNED_AT_ONCE];
    var scores = new float[SCANNED_AT_ONCE];
    for (int taken = rows.next(some); taken > 0; taken = rows.next(some)) {
      requireWanted(isUnwanted);
      scorer.scanScore(some, scores, taken);
      collector.incVisitedCount(taken);
      collect(some, scores, taken, collector);
    }
    return found(collector, scorer, true);
  }

  private static void collect(int[] rows, float[] scores, int count, KnnCollector collector) {
    float least = collector.minCompetitiveSimilarity();
    for (int index = 0; index < count; index++) {
      // Of equal ones those that come first are kept.
      if (scores[index] > least) {
        boolean _ = collector.collect(rows[index], scores[index]);
        least = collector.minCompetitiveSimilarity();
      }
    }
  }

  private static void requireWanted(BooleanSupplier isUnwanted) {
    if (isUnwanted.getAsBoolean()) {
      throw new CancellationException("search: not wanted any more");
    }
  }

  /// Ends a search that is not wanted any more: asked for each row whose neighbours are compared.
  private static final class StoppableCollector extends KnnCollector.Decorator {
    private final BooleanSupplier isUnwanted;

    StoppableCollector(KnnCollector collector, BooleanSupplier isUnwanted) {
      super(collector);
      this.isUnwanted = isUnwanted;
    }

    @Override
    public boolean earlyTerminated() {
      return super.earlyTerminated() || isUnwanted.getAsBoolean();
    }
  }

  private static FoundRows found(TopKnnCollector collector, RowScorer scorer, boolean complete) {
    var found = collector.topDocs().scoreDocs;
    var rows = new int[found.length];
    var limits = new double[found.length];
    var scoreLimits = scorer.limits();
    for (int index = 0; index < rows.length; index++) {
      rows[index] = found[index].doc;
      limits[index] = scoreLimits.limit(found[index].score);
    }
    return new FoundRows(rows, limits, collector.visitedCount(), complete);
  }

  private record RowBits(AcceptedRows accepted, int length) implements Bits {
    @Override
    public boolean get(int row) {
      return accepted.test().test(row);
    }
  }

  @Override
  public Optional<GraphSeed> seed(int[] rows) {
    return GraphSeed.of(graph, rows, vectors.reservation().budget());
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    GraphFormat.write(graph.cursor(), vectors().dimension(), out);
  }

  @Override
  public void close() {
    vectors.close();
  }
}
