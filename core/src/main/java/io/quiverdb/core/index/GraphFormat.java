package io.quiverdb.core.index;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.hnsw.HnswGraph;

/// The graph of a segment as the bytes of an index stream of that segment.
///
/// All numbers are unsigned LEB128, at most five bytes each.
///
/// | what                         |                                                               |
/// |------------------------------|---------------------------------------------------------------|
/// | magic                        | `QVRG`                                                        |
/// | version                      | 1                                                             |
/// | dimension, rows              | of the segment                                                |
/// | levels                       | 1 at least                                                    |
/// | entry                        | a row of the highest level                                    |
/// | links of level 0             | how many in all                                               |
/// | of each row                  | how many links, the first, the differences of the others      |
/// | of each level from 1 on:     |                                                               |
/// | – rows, links                | how many                                                      |
/// | – of each row                | its difference to the one before, then its links as above     |
/// | end                          | the magic again                                               |
///
/// The links of a row ascend and stand on the same level. There is no checksum: the pages of the
/// stream have theirs.
final class GraphFormat {
  /// The name of the stream in the manifest.
  static final String STREAM = "quiver.graph";

  static final int LINKS_MAX = 2 * GraphBuild.CONNECTIONS + 1;

  private static final byte[] MAGIC = {'Q', 'V', 'R', 'G'};
  private static final int VERSION = 1;

  /// More than a graph of 2^31 rows has.
  private static final int LEVELS_MAX = 64;

  private GraphFormat() {}

  /// The most that a graph takes in memory.
  static long bytesMax(int rowCount) {
    // One row of sixteen stands on level 1, one of these on level 2, and so on; taken as one of
    // eight, for it is drawn by lot.
    long lower = Integer.BYTES * (rowCount * (1L + LINKS_MAX) + 1);
    long upper = Integer.BYTES * (rowCount / 8L * (2 + GraphBuild.CONNECTIONS) + 1024);
    return lower + upper;
  }

  // --- writing

  static void write(HnswGraph graph, int dimension, OutputStream stream) throws IOException {
    var out = new BufferedOutputStream(stream, 1 << 14);
    out.write(MAGIC);
    writeNumber(out, VERSION);
    writeNumber(out, dimension);
    writeNumber(out, graph.size());
    writeNumber(out, graph.numLevels());
    writeNumber(out, graph.entryNode());
    for (int level = 0; level < graph.numLevels(); level++) {
      writeLevel(out, graph, level);
    }
    out.write(MAGIC);
    out.flush();
  }

  private static void writeLevel(OutputStream out, HnswGraph graph, int level) throws IOException {
    var links = new int[LINKS_MAX];
    int[] nodes = nodes(graph, level);
    int linkCount = 0;
    for (int node : nodes) {
      linkCount = Math.addExact(linkCount, links(graph, level, node, links));
    }
    if (level > 0) {
      writeNumber(out, nodes.length);
    }
    writeNumber(out, linkCount);
    int before = 0;
    for (int node : nodes) {
      if (level > 0) {
        writeNumber(out, node - before);
        before = node;
      }
      int count = links(graph, level, node, links);
      Arrays.sort(links, 0, count);
      writeNumber(out, count);
      int last = 0;
      for (int index = 0; index < count; index++) {
        writeNumber(out, links[index] - last);
        last = links[index];
      }
    }
  }

  /// Ascending.
  private static int[] nodes(HnswGraph graph, int level) throws IOException {
    var iterator = graph.getNodesOnLevel(level);
    var nodes = new int[iterator.size()];
    for (int index = 0; index < nodes.length; index++) {
      nodes[index] = iterator.nextInt();
    }
    Arrays.sort(nodes);
    return nodes;
  }

  private static int links(HnswGraph graph, int level, int node, int[] links) throws IOException {
    graph.seek(level, node);
    int count = 0;
    for (int link = graph.nextNeighbor();
        link != DocIdSetIterator.NO_MORE_DOCS;
        link = graph.nextNeighbor()) {
      links[count++] = link;
    }
    return count;
  }

  private static void writeNumber(OutputStream out, int number) throws IOException {
    int rest = number;
    while ((rest & ~0x7f) != 0) {
      out.write((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
  }

  // --- reading

  /// @param arena takes level 0
  /// @throws GraphDamagedException if it is none of a segment of this size
  static FlatGraph read(InputStream stream, int dimension, int rowCount, Arena arena)
      throws IOException {
    return new Reader(stream, rowCount).graph(dimension, arena);
  }

  private static final class Reader {
    private final InputStream stream;
    private final int rowCount;
    private final byte[] buffer = new byte[1 << 14];
    private int position;
    private int end;

    Reader(InputStream stream, int rowCount) {
      this.stream = stream;
      this.rowCount = rowCount;
    }

    FlatGraph graph(int dimension, Arena arena) throws IOException {
      requireMagic("magic");
      requireEqual("version", number("version", VERSION), VERSION);
      requireEqual("dimension", number("dimension", Integer.MAX_VALUE), dimension);
      requireEqual("rows", number("rows", Integer.MAX_VALUE), rowCount);
      int levels = numberFrom("levels", 1, LEVELS_MAX);
      int entry = number("entry", rowCount - 1);
      int linkCount = number("links", (long) rowCount * LINKS_MAX);
      var starts = arena.allocate((rowCount + 1L) * Integer.BYTES, Integer.BYTES);
      var links = arena.allocate(Math.max(1, linkCount) * (long) Integer.BYTES, Integer.BYTES);
      readLowest(starts, links, linkCount);
      var upper = new ArrayList<FlatGraph.UpperLevel>();
      for (int level = 1; level < levels; level++) {
        upper.add(upperLevel(level == 1 ? rowCount : upper.getLast().nodes().length));
      }
      requireLinksToStandOnTheirLevel(upper);
      if (!upper.isEmpty() && Arrays.binarySearch(upper.getLast().nodes(), entry) < 0) {
        throw new GraphDamagedException("entry", entry, "on the highest level");
      }
      requireMagic("end");
      if (position < end || stream.read() >= 0) {
        throw new GraphDamagedException("end", "not the end", "the end");
      }
      return new FlatGraph(rowCount, entry, starts.asReadOnly(), links.asReadOnly(), upper);
    }

    private void readLowest(MemorySegment starts, MemorySegment links, int linkCount)
        throws IOException {
      var ofRow = new int[LINKS_MAX];
      int place = 0;
      for (int row = 0; row < rowCount; row++) {
        starts.setAtIndex(ValueLayout.JAVA_INT, row, place);
        int count = readLinks(ofRow, linkCount - place);
        MemorySegment.copy(
            ofRow, 0, links, ValueLayout.JAVA_INT, (long) place * Integer.BYTES, count);
        place += count;
      }
      starts.setAtIndex(ValueLayout.JAVA_INT, rowCount, place);
      requireEqual("links", place, linkCount);
    }

    /// @param nodesMax of the level below
    private FlatGraph.UpperLevel upperLevel(int nodesMax) throws IOException {
      int nodeCount = numberFrom("rows of a level", 1, nodesMax);
      int linkCount = number("links", (long) nodeCount * LINKS_MAX);
      var nodes = new int[nodeCount];
      var starts = new int[nodeCount + 1];
      var links = new int[linkCount];
      var ofNode = new int[LINKS_MAX];
      int node = 0;
      int place = 0;
      for (int index = 0; index < nodeCount; index++) {
        int difference = number("row", rowCount - 1 - node);
        if (index > 0 && difference == 0) {
          throw new GraphDamagedException("row", "the one before", "a greater one");
        }
        node += difference;
        nodes[index] = node;
        starts[index] = place;
        int count = readLinks(ofNode, linkCount - place);
        System.arraycopy(ofNode, 0, links, place, count);
        place += count;
      }
      starts[nodeCount] = place;
      requireEqual("links", place, linkCount);
      return new FlatGraph.UpperLevel(nodes, starts, links);
    }

    private static void requireLinksToStandOnTheirLevel(List<FlatGraph.UpperLevel> upper)
        throws GraphDamagedException {
      for (int index = 0; index < upper.size(); index++) {
        var level = upper.get(index);
        for (int link : level.links()) {
          if (Arrays.binarySearch(level.nodes(), link) < 0) {
            throw new GraphDamagedException("link", link, "a row of level " + (index + 1));
          }
        }
        if (index > 0) {
          var below = upper.get(index - 1);
          for (int node : level.nodes()) {
            if (Arrays.binarySearch(below.nodes(), node) < 0) {
              throw new GraphDamagedException("row", node, "a row of level " + index);
            }
          }
        }
      }
    }

    /// @return how many
    private int readLinks(int[] links, int countMax) throws IOException {
      int count = number("links of a row", Math.min(LINKS_MAX, countMax));
      int link = 0;
      for (int index = 0; index < count; index++) {
        int difference = number("link", rowCount - 1 - link);
        if (index > 0 && difference == 0) {
          throw new GraphDamagedException("link", "the one before", "a greater one");
        }
        link += difference;
        links[index] = link;
      }
      return count;
    }

    private int numberFrom(String what, int min, int max) throws IOException {
      int number = number(what, max);
      if (number < min) {
        throw new GraphDamagedException(what, number, min + " at least");
      }
      return number;
    }

    private int number(String what, long max) throws IOException {
      long number = 0;
      int shift = 0;
      int octet;
      do {
        octet = octet(what);
        number |= (long) (octet & 0x7f) << shift;
        shift += 7;
      } while (octet >= 0x80 && shift < 35);
      if (octet >= 0x80 || number > Math.min(max, Integer.MAX_VALUE)) {
        throw new GraphDamagedException(what, number, "at most " + max);
      }
      return (int) number;
    }

    private int octet(String what) throws IOException {
      if (position == end) {
        position = 0;
        end = Math.max(0, stream.read(buffer, 0, buffer.length));
        if (end == 0) {
          throw new GraphDamagedException(what, "missing", "there");
        }
      }
      return Byte.toUnsignedInt(buffer[position++]);
    }

    private void requireMagic(String what) throws IOException {
      for (byte expected : MAGIC) {
        requireEqual(what, octet(what), expected);
      }
    }

    private static void requireEqual(String what, int found, int expected)
        throws GraphDamagedException {
      if (found != expected) {
        throw new GraphDamagedException(what, found, expected);
      }
    }
  }
}
