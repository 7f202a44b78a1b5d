package io.quiverdb.core.search;

/// What looking at all rows that match costs beside a search by a graph. The unit is the comparison
/// of one vector in a scan, which goes through memory in order.
final class SearchCosts {
  /// Up to this part of the rows a scan of those that match is faster than a graph that has to find
  /// its way between the others: where matches lie together and away from the query, by far.
  private static final double FEW = 0.06;

  /// Comparisons on the way through a graph wait for memory, and each has its share of the queues.
  private static final int VISIT = 2;

  private SearchCosts() {}

  /// Whether all rows that match are to be looked at instead of asking a graph.
  ///
  /// @param candidates that the graph would keep
  static boolean scanPays(int rows, int matches, int candidates) {
    return matches <= FEW * rows || matches <= VISIT * expectedVisits(rows, candidates);
  }

  /// A graph that has compared so many has cost as much as a scan would have.
  static long visitsMax(int matches) {
    return matches / VISIT;
  }

  /// How many a search by a graph compares where all rows are accepted.
  private static double expectedVisits(int rows, int candidates) {
    return Math.log(Math.max(2, rows)) * candidates;
  }
}
