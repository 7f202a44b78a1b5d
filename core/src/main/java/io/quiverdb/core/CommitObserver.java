package io.quiverdb.core;

import io.quiverdb.core.op.SealedOp;

/// Hears of every operation of the log after it was applied, in the order of the log.
///
/// It is called while the next write waits: so it hands over what it hears and returns. It must
/// neither write to the store nor close it, take checkpoints, compact, verify or install snapshots,
/// nor wait for someone who does. What it throws is logged and harms nothing.
@FunctionalInterface
public interface CommitObserver {
  /// @param position of its entry
  /// @param op as [Store#applyReplicated] takes it
  /// @param outcome what became of it; it may be a refusal
  void committed(Position position, SealedOp op, Outcome outcome);
}
