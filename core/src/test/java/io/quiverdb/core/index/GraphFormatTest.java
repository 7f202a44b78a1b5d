package io.quiverdb.core.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.Metric;
import io.quiverdb.core.Vector;
import io.quiverdb.core.storage.Seed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.junit.jupiter.api.Test;

final class GraphFormatTest {
  private static final int ROWS = 700;
  private static final int DIMENSION = 4;

  private final Random random = new Random(Seed.draw());
  private final VectorBudget budget = new VectorBudget(1 << 20);

  @Test
  void graphIsReadAsItWasWritten() throws IOException {
    try (var vectors = vectors();
        var arena = Arena.ofConfined()) {
      byte[] written = written(vectors);

      var graph = GraphFormat.read(new ByteArrayInputStream(written), DIMENSION, ROWS, arena);
      var again = new ByteArrayOutputStream();
      GraphFormat.write(graph.cursor(), DIMENSION, again);

      assertThat(again.toByteArray()).isEqualTo(written);
      assertThat(graph.upper()).isNotEmpty();
      assertThat(reached(graph.cursor())).hasSize(ROWS);
    }
  }

  @Test
  void graphThatWasReadFindsEachRowByItsVector() throws IOException {
    var vectors = vectors();
    var rows = vectors.indexed().rows();
    try (var index = GraphIndex.read(new ByteArrayInputStream(written(vectors)), vectors)) {
      for (int row = 0; row < ROWS; row++) {
        var vector = Vector.ofStored(rows.memory(), rows.offset(row), DIMENSION);
        var found =
            index.search(
                vector, 20, Long.MAX_VALUE, new AcceptedRows(ROWS, true, _ -> true), () -> false);
        assertThat(found.complete()).isTrue();
        assertThat(found.rows()).hasSize(20).contains(row);
        assertThat(found.visited()).isBetween(20L, (long) ROWS);
      }
    }
    assertThat(budget.bytes()).isZero();
  }

  @Test
  void searchStopsAtItsLimitAndFindsAcceptedRowsOnly() throws IOException {
    var vectors = vectors();
    try (var index = GraphIndex.read(new ByteArrayInputStream(written(vectors)), vectors)) {
      var query = Vector.of(0, 0, 0, 0);
      var odd = new AcceptedRows(ROWS / 2, false, row -> row % 2 == 1);

      assertThat(index.search(query, 50, 10, odd, () -> false).complete()).isFalse();
      assertThat(
              IntStream.of(index.search(query, 50, Long.MAX_VALUE, odd, () -> false).rows())
                  .boxed())
          .hasSize(50)
          .allMatch(row -> row % 2 == 1);
    }
  }

  @Test
  void everyCutIsFound() throws IOException {
    try (var vectors = vectors()) {
      byte[] written = written(vectors);
      for (int length = 0; length < written.length; length++) {
        byte[] cut = Arrays.copyOf(written, length);
        assertThatThrownBy(() -> read(cut)).isInstanceOf(GraphDamagedException.class);
      }
      byte[] longer = Arrays.copyOf(written, written.length + 1);
      assertThatThrownBy(() -> read(longer))
          .isInstanceOf(GraphDamagedException.class)
          .hasMessage("graph: end is not the end (expected: the end)");
    }
  }

  @Test
  void graphOfAnotherSegmentIsRefused() throws IOException {
    try (var vectors = vectors();
        var arena = Arena.ofConfined()) {
      byte[] written = written(vectors);

      assertThatThrownBy(
              () -> GraphFormat.read(new ByteArrayInputStream(written), DIMENSION, ROWS + 1, arena))
          .hasMessage("graph: rows is 700 (expected: 701)");
      assertThatThrownBy(() -> GraphFormat.read(new ByteArrayInputStream(written), 5, ROWS, arena))
          .hasMessage("graph: dimension is 4 (expected: 5)");
    }
  }

  private static void read(byte[] bytes) throws IOException {
    try (var arena = Arena.ofConfined()) {
      var _ = GraphFormat.read(new ByteArrayInputStream(bytes), DIMENSION, ROWS, arena);
    }
  }

  private static byte[] written(ResidentVectors vectors) throws IOException {
    var out = new ByteArrayOutputStream();
    GraphBuild.run(vectors, Optional.empty(), 1, () -> false).writeTo(out);
    return out.toByteArray();
  }

  private ResidentVectors vectors() throws IOException {
    var column = new DrawnColumn(random, ROWS, DIMENSION);
    return ResidentVectors.load(column, Metric.L2_SQUARED, budget, 1).orElseThrow();
  }

  /// From the entry, over level 0.
  private static Set<Integer> reached(HnswGraph graph) throws IOException {
    var reached = new HashSet<Integer>();
    var open = new ArrayDeque<Integer>();
    open.add(graph.entryNode());
    reached.add(graph.entryNode());
    while (!open.isEmpty()) {
      graph.seek(0, open.remove());
      for (int link = graph.nextNeighbor();
          link != DocIdSetIterator.NO_MORE_DOCS;
          link = graph.nextNeighbor()) {
        if (reached.add(link)) {
          open.add(link);
        }
      }
    }
    return reached;
  }
}
