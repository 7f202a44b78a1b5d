package io.quiverdb.core.op;

/// An operation as it was prepared, and as it goes to the log. Where it is applied by whoever
/// prepared it, it need not be opened again.
public record PreparedOp(Op op, SealedOp sealed) {}
