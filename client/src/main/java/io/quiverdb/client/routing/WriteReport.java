package io.quiverdb.client.routing;

import io.quiverdb.api.v1.PointResult;
import io.quiverdb.api.v1.ShardPosition;
import java.util.List;
import java.util.Optional;

/// What became of a write, and all that is needed to send the rest of it again.
public record WriteReport(WriteContent content, List<BatchReport> batches) {
  public WriteReport {
    batches = List.copyOf(batches);
  }

  /// What is sent to one shard under one request id, always whole and in this order: the node
  /// derives the ids of its parts from that.
  ///
  /// @param ordinals which of the content's points, in its order, counted from 0
  /// @param seen what was known of the shard when the request id was drawn
  public record Batch(
      int shard, List<Integer> ordinals, String requestId, Optional<ShardPosition> seen) {
    public Batch {
      ordinals = List.copyOf(ordinals);
    }
  }

  /// @param open those not known to be applied
  public record BatchReport(Batch batch, List<AppliedPart> applied, List<OpenPoint> open) {
    public BatchReport {
      applied = List.copyOf(applied);
      open = List.copyOf(open);
    }
  }

  /// @param results one for each of `ordinals`, or none
  public record AppliedPart(
      String requestId,
      ShardPosition position,
      long version,
      boolean duplicate,
      List<Integer> ordinals,
      List<PointResult> results) {
    public AppliedPart {
      ordinals = List.copyOf(ordinals);
      results = List.copyOf(results);
    }
  }

  /// @param mayBeApplied whether any attempt may have been applied or may still be
  public record OpenPoint(int ordinal, CallFailure failure, boolean mayBeApplied) {}
}
