package io.quiverdb.client;

/// How much a read must see. Any replica of a shard may answer, at each level.
public enum Consistency {
  /// Every write that was acknowledged before the read began.
  LINEARIZABLE,
  /// At least what the client has seen: its own writes, and whatever its earlier reads showed. A
  /// replica that is behind waits. See [Session].
  SESSION,
  /// Whatever the replica has: the cheapest, and as old as that may be.
  ANY;

  io.quiverdb.api.v1.Consistency toWire() {
    return switch (this) {
      case LINEARIZABLE -> io.quiverdb.api.v1.Consistency.LINEARIZABLE;
      case SESSION -> io.quiverdb.api.v1.Consistency.SESSION;
      case ANY -> io.quiverdb.api.v1.Consistency.ANY;
    };
  }
}
