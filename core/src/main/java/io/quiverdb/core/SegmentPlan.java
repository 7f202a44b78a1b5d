package io.quiverdb.core;

import java.util.OptionalLong;

/// How a search went over one run of rows, and what it took.
///
/// @param segment empty for rows in memory that no checkpoint holds yet
/// @param rows in it, dead ones included
/// @param matchesEstimated how many of them live and match, as was thought before
/// @param rowsScanned whose vectors were compared one after the other
/// @param nodesVisited rows whose vectors were compared on the way through a graph
public record SegmentPlan(
    OptionalLong segment,
    Way way,
    long rows,
    long matchesEstimated,
    long rowsScanned,
    long nodesVisited,
    long nanos) {

  /// How the nearest rows were found.
  public enum Way {
    /// All were looked at, as the query asked for.
    EXACT,
    /// All were looked at, for there is no graph: there are few rows, or it is not built yet.
    NO_GRAPH,
    /// All that match were looked at, for they are few.
    FEW_MATCHES,
    /// By the graph.
    GRAPH,
    /// All that match were looked at after the graph had come back with too few, or had taken as
    /// long as that.
    GRAPH_THEN_SCAN
  }
}
