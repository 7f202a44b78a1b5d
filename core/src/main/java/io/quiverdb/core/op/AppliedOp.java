package io.quiverdb.core.op;

import io.quiverdb.core.Outcome;
import java.util.Optional;

/// What became of an operation.
///
/// @param op opened; empty where the outcome was clear without that
public record AppliedOp(Optional<Op> op, Outcome outcome) {}
