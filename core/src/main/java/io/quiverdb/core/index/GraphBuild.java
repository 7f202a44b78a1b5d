package io.quiverdb.core.index;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import org.apache.lucene.search.TaskExecutor;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.IORunnable;
import org.apache.lucene.util.hnsw.HnswBuilder;
import org.apache.lucene.util.hnsw.HnswConcurrentMergeBuilder;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.HnswGraphBuilder;
import org.apache.lucene.util.hnsw.InitializedHnswGraphBuilder;
import org.apache.lucene.util.hnsw.RandomVectorScorerSupplier;
import org.jspecify.annotations.Nullable;

/// Builds the graph of a segment: HNSW (Malkov and Yashunin, arXiv:1603.09320), as Lucene has it.
public final class GraphBuild {
  /// M: links of a row on the upper levels; twice as many on level 0.
  static final int CONNECTIONS = 16;

  /// efConstruction: candidates that are kept while the links of a row are chosen.
  static final int CANDIDATES = 100;

  private static final long SEED = 42;

  /// What a row takes on the heap while it is built: twice a node and a score for each link, and
  /// the objects around them.
  private static final long HEAP_BYTES_PER_ROW = 2L * CONNECTIONS * 2 * Integer.BYTES + 144;

  private final ResidentVectors vectors;
  private final HnswGraph graph;

  private GraphBuild(ResidentVectors vectors, HnswGraph graph) {
    this.vectors = vectors;
    this.graph = graph;
  }

  /// About what building takes on the heap.
  public static long heapBytes(int rowCount) {
    return rowCount * HEAP_BYTES_PER_ROW;
  }

  /// @param seed rows that have a graph already
  /// @param threads that build it; the calling one is among them
  /// @param isUnwanted asked now and then
  /// @throws CancellationException when that says so
  public static GraphBuild run(
      ResidentVectors vectors, Optional<GraphSeed> seed, int threads, BooleanSupplier isUnwanted)
      throws IOException {
    var supplier = new RowScorer.Supplier(vectors.indexed());
    int rowCount = vectors.indexed().rows().rowCount();
    IORunnable abortCheck =
        () -> {
          if (isUnwanted.getAsBoolean()) {
            throw new CancellationException("graph: not wanted any more");
          }
        };
    var begun =
        seed.isPresent()
            ? begunWith(seed.get(), supplier, rowCount, abortCheck)
            : begunEmpty(supplier, rowCount, abortCheck);
    return new GraphBuild(
        vectors,
        threads == 1
            ? complete(begun.builder, rowCount)
            : completeOn(threads, begun, supplier, rowCount, abortCheck));
  }

  /// @param done rows that are in the graph; null: none
  private record Begun(HnswGraphBuilder builder, @Nullable BitSet done) {}

  private static Begun begunEmpty(
      RandomVectorScorerSupplier supplier, int rowCount, IORunnable abortCheck) throws IOException {
    var builder = HnswGraphBuilder.create(supplier, CONNECTIONS, CANDIDATES, SEED, rowCount);
    builder.setAbortCheck(abortCheck);
    return new Begun(builder, null);
  }

  private static Begun begunWith(
      GraphSeed seed, RandomVectorScorerSupplier supplier, int rowCount, IORunnable abortCheck)
      throws IOException {
    int[] rows = seed.rows();
    var done = GraphSeed.kept(rows, rowCount);
    var builder =
        InitializedHnswGraphBuilder.fromGraph(
            supplier, CANDIDATES, SEED, seed.graph(), rows, done, rowCount, abortCheck);
    return new Begun(builder, done);
  }

  private static HnswGraph completeOn(
      int threads,
      Begun begun,
      RandomVectorScorerSupplier supplier,
      int rowCount,
      IORunnable abortCheck)
      throws IOException {
    var others =
        Executors.newFixedThreadPool(
            threads - 1, Thread.ofPlatform().daemon().name("graph-build-", 0).factory());
    try {
      var builder =
          new HnswConcurrentMergeBuilder(
              new TaskExecutor(others),
              threads,
              supplier,
              CONNECTIONS,
              CANDIDATES,
              begun.builder.getGraph(),
              begun.done);
      builder.setAbortCheck(abortCheck);
      return complete(builder, rowCount);
    } finally {
      others.shutdown();
    }
  }

  private static HnswGraph complete(HnswBuilder builder, int rowCount) throws IOException {
    var _ = builder.build(rowCount);
    return builder.getCompletedGraph();
  }

  /// Writes the graph as [GraphIndex#read] reads it.
  public void writeTo(OutputStream out) throws IOException {
    GraphFormat.write(graph, vectors.indexed().rows().dimension(), out);
  }
}
