package io.quiverdb.client;

import java.util.List;

/// An acknowledged write: durable on a majority of each shard it touched.
///
/// @param parts each atomic, in the order of their first points in the call
public record WriteResult(List<Part> parts) {
  public WriteResult {
    parts = List.copyOf(parts);
  }

  /// The points of one log entry.
  ///
  /// @param term of the log entry, as are epoch and index
  /// @param version that its points have now
  /// @param duplicate whether an earlier attempt had been applied and the last one changed nothing
  public record Part(
      String requestId,
      int shard,
      long epoch,
      long term,
      long index,
      long version,
      boolean duplicate,
      List<PointOutcome> points) {
    public Part {
      points = List.copyOf(points);
    }
  }

  /// @param ordinal which of the call's points or ids, counted from 0
  public record PointOutcome(int ordinal, String id, PointResult result) {}
}
