package io.quiverdb.core.engine;

import io.quiverdb.core.op.Entry;
import io.quiverdb.core.op.Op;
import io.quiverdb.core.op.PreparedOp;
import io.quiverdb.core.op.SealedOp;
import java.util.Optional;

/// What a writer wants to be logged and applied.
///
/// @param prepared the operation that it consists of, if that was prepared here
record LogRequest(Entry entry, Optional<Op> prepared) {
  static LogRequest of(PreparedOp op) {
    return new LogRequest(entry(op.sealed()), Optional.of(op.op()));
  }

  static LogRequest of(SealedOp op) {
    return new LogRequest(entry(op), Optional.empty());
  }

  static LogRequest of(Entry entry) {
    return new LogRequest(entry, Optional.empty());
  }

  private static Entry entry(SealedOp op) {
    return Entry.newBuilder().addOps(op).build();
  }

  int bytes() {
    return entry.getSerializedSize();
  }
}
