package io.quiverdb.core.search;

/// What looking at all rows that match costs beside a search by a graph. The unit is the comparison
/// of one vector in a scan, which goes through memory in order.
///
/// The constants are fitted to searches of 50,000 sentence embeddings of 384 dimensions with
/// filters by their real categories and by drawn ones, of 6 to 70 % of the rows, with 10 to 500
/// candidates. Real categories lie together: a graph compares up to six times as many rows then as
/// where as many were drawn, and which it will be is not known beforehand. The constants are those
/// of the better of the real ones; for the others there is [#visitsMax].
final class SearchCosts {
  /// A comparison on the way through a graph waits for memory, and has its share of the queues.
  /// Four times as much, where the rows that match fit into the processor's cache, and twice as
  /// much where they do not.
  private static final int VISIT = 3;

  /// How many rows a search by a graph compares is this times the logarithm of the rows,
  private static final double VISITS = 7.75;

  /// times its candidates to this power, where all match,
  private static final double CANDIDATES = 0.7;

  /// and the more, the fewer match: by the part of them to this power.
  private static final double SPARSENESS = 0.7;

  /// Where one of so many rows matches, wherever they lie, most pages of vectors have one.
  private static final int ROWS_OF_MOST_PAGES = 8;

  private SearchCosts() {}

  /// Whether a scan of the rows that match reads most pages of vectors.
  static boolean readsMost(int rows, int matches) {
    return matches >= rows / ROWS_OF_MOST_PAGES;
  }

  /// Whether all rows that match are to be looked at instead of asking a graph.
  ///
  /// @param candidates that the graph would keep
  static boolean scanPays(int rows, int matches, int candidates) {
    return matches <= VISIT * expectedVisits(rows, matches, candidates);
  }

  /// A graph that has compared so many has cost as much as a scan would have.
  static long visitsMax(int matches) {
    return matches / VISIT;
  }

  private static double expectedVisits(int rows, int matches, int candidates) {
    double part = (double) Math.max(1, matches) / Math.max(1, rows);
    return VISITS
        * Math.log(Math.max(2, rows))
        * Math.pow(candidates, CANDIDATES)
        / Math.pow(part, SPARSENESS);
  }
}
