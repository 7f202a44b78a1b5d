package io.quiverdb.core.index;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import org.apache.lucene.search.TaskExecutor;
import org.apache.lucene.util.hnsw.HnswBuilder;
import org.apache.lucene.util.hnsw.HnswConcurrentMergeBuilder;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.HnswGraphBuilder;
import org.apache.lucene.util.hnsw.RandomVectorScorerSupplier;

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

  /// @param threads that build it; the calling one is among them
  /// @param isUnwanted asked now and then
  /// @throws CancellationException when that says so
  public static GraphBuild run(ResidentVectors vectors, int threads, BooleanSupplier isUnwanted)
      throws IOException {
    var supplier = new RowScorer.Supplier(vectors.indexed());
    int rowCount = vectors.indexed().rows().rowCount();
    var single = HnswGraphBuilder.create(supplier, CONNECTIONS, CANDIDATES, SEED, rowCount);
    return new GraphBuild(
        vectors,
        threads == 1
            ? complete(single, rowCount, isUnwanted)
            : buildOn(threads, single, supplier, rowCount, isUnwanted));
  }

  private static HnswGraph buildOn(
      int threads,
      HnswGraphBuilder single,
      RandomVectorScorerSupplier supplier,
      int rowCount,
      BooleanSupplier isUnwanted)
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
              single.getGraph(),
              null);
      return complete(builder, rowCount, isUnwanted);
    } finally {
      others.shutdown();
    }
  }

  private static HnswGraph complete(HnswBuilder builder, int rowCount, BooleanSupplier isUnwanted)
      throws IOException {
    builder.setAbortCheck(
        () -> {
          if (isUnwanted.getAsBoolean()) {
            throw new CancellationException("graph: not wanted any more");
          }
        });
    var _ = builder.build(rowCount);
    return builder.getCompletedGraph();
  }

  /// Writes the graph as [GraphIndex#read] reads it.
  public void writeTo(OutputStream out) throws IOException {
    GraphFormat.write(graph, vectors.indexed().rows().dimension(), out);
  }
}
