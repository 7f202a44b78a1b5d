package io.quiverdb.core.index;

import io.quiverdb.core.fuzz.Bounded;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;

/// What a stream of a graph holds.
public final class GraphFuzzTarget {
  static final int ROWS = 200;
  static final int DIMENSION = 4;

  private GraphFuzzTarget() {}

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    Bounded.run(input, () -> decode(input));
  }

  private static void decode(byte[] input) throws Exception {
    try (var arena = Arena.ofConfined()) {
      var graph = GraphFormat.read(new ByteArrayInputStream(input), DIMENSION, ROWS, arena);
      // Whatever was taken can be walked, and written again.
      var written = new ByteArrayOutputStream();
      GraphFormat.write(graph.cursor(), DIMENSION, written);
      var again =
          GraphFormat.read(new ByteArrayInputStream(written.toByteArray()), DIMENSION, ROWS, arena);
      if (again.bytes() != graph.bytes() || again.entry() != graph.entry()) {
        throw new AssertionError(again.bytes() + " of " + graph.bytes());
      }
    } catch (GraphDamagedException _) {
      // As it should be.
    }
  }
}
