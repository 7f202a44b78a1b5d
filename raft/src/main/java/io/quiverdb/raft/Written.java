package io.quiverdb.raft;

import io.quiverdb.core.Outcome;
import io.quiverdb.core.Position;

/// A write that is committed and applied, with what became of it.
///
/// @param position of its log entry; for an outcome that nothing was logged for, the position that
///   it reflects
public record Written(Outcome outcome, Position position) {}
