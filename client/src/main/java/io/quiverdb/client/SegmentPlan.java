package io.quiverdb.client;

import java.time.Duration;
import java.util.OptionalLong;

/// How a search went over one run of rows of a shard.
///
/// @param segment empty for rows in memory that no checkpoint holds yet
/// @param rows in it, dead ones included
/// @param matchesEstimated how many live and match, as was thought before
/// @param rowsScanned whose vectors were compared one after the other
/// @param nodesVisited rows whose vectors were compared on the way through a graph
public record SegmentPlan(
    int shard,
    OptionalLong segment,
    Way way,
    long rows,
    long matchesEstimated,
    long rowsScanned,
    long nodesVisited,
    Duration time) {

  /// How the nearest rows were found.
  public enum Way {
    /// All were looked at, as the search asked for.
    EXACT,
    /// All were looked at, for there is no graph: there are few rows, or it is not built yet.
    NO_GRAPH,
    /// All that match were looked at, for they are few.
    FEW_MATCHES,
    /// By the graph.
    GRAPH,
    /// All that match were looked at after the graph had come back with too few, or had taken as
    /// long as that.
    GRAPH_THEN_SCAN,
    /// One that this client does not know.
    OTHER
  }

  static SegmentPlan of(io.quiverdb.api.v1.SegmentPlan message) {
    return new SegmentPlan(
        message.getShard(),
        message.hasSegment() ? OptionalLong.of(message.getSegment()) : OptionalLong.empty(),
        switch (message.getWay()) {
          case EXACT -> Way.EXACT;
          case NO_GRAPH -> Way.NO_GRAPH;
          case FEW_MATCHES -> Way.FEW_MATCHES;
          case GRAPH -> Way.GRAPH;
          case GRAPH_THEN_SCAN -> Way.GRAPH_THEN_SCAN;
          case WAY_UNSPECIFIED, UNRECOGNIZED -> Way.OTHER;
        },
        message.getRows(),
        message.getMatchesEstimated(),
        message.getRowsScanned(),
        message.getNodesVisited(),
        Duration.ofNanos(message.getNanos()));
  }
}
