package io.quiverdb.core.index;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.hnsw.HnswGraph;

/// A graph as it is searched. All rows stand on level 0, fewer on each above it.
///
/// @param entry a row of the highest level, from which searches set out
/// @param starts of level 0: an int per row and one more, where its links begin
/// @param links of level 0: rows
/// @param upper the levels from 1 on
record FlatGraph(
    int rowCount, int entry, MemorySegment starts, MemorySegment links, List<UpperLevel> upper) {

  /// @param nodes the rows on it, ascending
  /// @param starts by place among them, and one more
  /// @param links rows
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record UpperLevel(int[] nodes, int[] starts, int[] links) {}

  long bytes() {
    long bytes = starts.byteSize() + links.byteSize();
    for (var level : upper) {
      bytes +=
          (long) Integer.BYTES * (level.nodes.length + level.starts.length + level.links.length);
    }
    return bytes;
  }

  /// @param arena takes level 0
  FlatGraph copy(Arena arena) {
    return new FlatGraph(rowCount, entry, copy(starts, arena), copy(links, arena), upper);
  }

  private static MemorySegment copy(MemorySegment from, Arena arena) {
    return arena.allocate(from.byteSize(), Integer.BYTES).copyFrom(from).asReadOnly();
  }

  /// For one search.
  HnswGraph cursor() {
    return new Cursor(this);
  }

  private static final class Cursor extends HnswGraph {
    private final FlatGraph graph;
    private final int[] neighbors = new int[GraphFormat.LINKS_MAX];
    private int count;
    private int next;

    Cursor(FlatGraph graph) {
      this.graph = graph;
    }

    @Override
    public void seek(int level, int row) {
      next = 0;
      if (level == 0) {
        int from = graph.starts.getAtIndex(ValueLayout.JAVA_INT, row);
        count = graph.starts.getAtIndex(ValueLayout.JAVA_INT, row + 1L) - from;
        MemorySegment.copy(
            graph.links, ValueLayout.JAVA_INT, (long) from * Integer.BYTES, neighbors, 0, count);
      } else {
        var upper = graph.upper.get(level - 1);
        int place = Arrays.binarySearch(upper.nodes, row);
        count = upper.starts[place + 1] - upper.starts[place];
        System.arraycopy(upper.links, upper.starts[place], neighbors, 0, count);
      }
    }

    @Override
    public int nextNeighbor() {
      return next < count ? neighbors[next++] : DocIdSetIterator.NO_MORE_DOCS;
    }

    @Override
    public int neighborCount() {
      return count;
    }

    @Override
    public int size() {
      return graph.rowCount;
    }

    @Override
    public int numLevels() {
      return graph.upper.size() + 1;
    }

    @Override
    public int maxConn() {
      return GraphBuild.CONNECTIONS;
    }

    @Override
    public int entryNode() {
      return graph.entry;
    }

    @Override
    public NodesIterator getNodesOnLevel(int level) {
      int[] nodes =
          level == 0
              ? IntStream.range(0, graph.rowCount).toArray()
              : graph.upper.get(level - 1).nodes;
      return new ArrayNodesIterator(nodes, nodes.length);
    }
  }
}
