package io.quiverdb.core.compaction;

import io.quiverdb.core.index.GraphSeed;
import io.quiverdb.core.rows.SegmentRows;
import io.quiverdb.core.segment.Segment;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What the output of a merge keeps of its inputs' graphs: the one with most rows that live. The
/// rows of the others are inserted into it, when its turn comes to be indexed.
final class GraphInheritance {
  private GraphInheritance() {}

  /// @param version as of which `output` was made
  static Optional<GraphSeed> of(List<SegmentRows> inputs, long version, Segment output) {
    return inputs.stream()
        .filter(input -> input.vectorIndex().isPresent())
        .filter(
            input -> GraphSeed.isWorthIt(input.rowCount() - input.deadCount(), input.rowCount()))
        .max(Comparator.comparingInt(input -> input.rowCount() - input.deadCount()))
        .flatMap(input -> seed(input, version, output));
  }

  private static Optional<GraphSeed> seed(SegmentRows input, long version, Segment output) {
    return places(input, version, output)
        .flatMap(places -> input.vectorIndex().flatMap(index -> index.seed(places)));
  }

  /// Where the rows of an input are in the output. Both are in the order of the ids. Empty if they
  /// do not fit together, which whoever reads the output will find: a merge does not fail for it.
  private static Optional<int[]> places(SegmentRows input, long version, Segment output) {
    var places = new int[input.rowCount()];
    Arrays.fill(places, GraphSeed.GONE);
    var there = output.cursor(0);
    var kept = input.inIdOrder(Optional.empty(), version);
    while (kept.next()) {
      byte[] id = kept.id();
      boolean found;
      do {
        found = there.next();
      } while (found && !Arrays.equals(there.id(), id));
      if (!found) {
        return Optional.empty();
      }
      places[kept.row()] = there.row();
    }
    return Optional.of(places);
  }
}
