package io.quiverdb.bench.search;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.lucene.codecs.hnsw.DefaultFlatVectorScorer;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.TaskExecutor;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.apache.lucene.util.hnsw.HnswConcurrentMergeBuilder;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.HnswGraphBuilder;
import org.apache.lucene.util.hnsw.HnswGraphSearcher;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/// The graph library that the engine's index uses, alone: over arrays, with its own scorer, builder
/// and searcher, and the parameters of the engine. Where there is a filter, it looks at all rows
/// that match, of which it has a list: the library's own searcher may come back with fewer than
/// there are.
final class LibraryRows implements Searched {
  private static final int CONNECTIONS = 16;
  private static final int CANDIDATES = 100;
  private static final long SEED = 42;

  private final VectorSimilarityFunction similarity;
  private final FloatVectorValues vectors;
  private final Map<Filter, int[]> matching;
  private final HnswGraph graph;
  private final long graphNanos;

  LibraryRows(Rows rows) throws IOException {
    this.similarity = LuceneRows.similarity(rows.metric());
    this.vectors = FloatVectorValues.fromFloats(Arrays.asList(rows.base()), rows.dimension());
    this.matching =
        rows.filters().stream().collect(Collectors.toMap(Function.identity(), rows::matching));
    long begun = System.nanoTime();
    this.graph = build(Runtime.getRuntime().availableProcessors());
    this.graphNanos = System.nanoTime() - begun;
  }

  private HnswGraph build(int threads) throws IOException {
    var scorers =
        DefaultFlatVectorScorer.INSTANCE.getRandomVectorScorerSupplier(similarity, vectors);
    var builder = HnswGraphBuilder.create(scorers, CONNECTIONS, CANDIDATES, SEED, vectors.size());
    if (threads == 1) {
      return builder.build(vectors.size());
    }
    try (var others = Executors.newFixedThreadPool(threads - 1)) {
      return new HnswConcurrentMergeBuilder(
              new TaskExecutor(others),
              threads,
              scorers,
              CONNECTIONS,
              CANDIDATES,
              builder.getGraph(),
              null)
          .build(vectors.size());
    }
  }

  @Override
  public long graphNanos() {
    return graphNanos;
  }

  @Override
  public int[] nearest(float[] query, Asked asked) throws IOException {
    var scorer = DefaultFlatVectorScorer.INSTANCE.getRandomVectorScorer(similarity, vectors, query);
    if (asked.filter().isPresent()) {
      return scan(scorer, requireNonNull(matching.get(asked.filter().get())));
    }
    return asked.ef().isPresent()
        ? search(scorer, asked.ef().getAsInt())
        : scan(scorer, IntStream.range(0, vectors.size()).toArray());
  }

  private int[] search(RandomVectorScorer scorer, int ef) throws IOException {
    var collector = new TopKnnCollector(ef, Integer.MAX_VALUE, KnnSearchStrategy.Hnsw.DEFAULT);
    HnswGraphSearcher.search(scorer, collector, graph, null, vectors.size());
    return found(collector);
  }

  private static int[] scan(RandomVectorScorer scorer, int[] rows) throws IOException {
    var collector = new TopKnnCollector(Asked.K, Integer.MAX_VALUE);
    for (int row : rows) {
      var _ = collector.collect(row, scorer.score(row));
    }
    return found(collector);
  }

  private static int[] found(TopKnnCollector collector) {
    return Arrays.stream(collector.topDocs().scoreDocs)
        .limit(Asked.K)
        .mapToInt(found -> found.doc)
        .toArray();
  }

  @Override
  public void close() {}
}
