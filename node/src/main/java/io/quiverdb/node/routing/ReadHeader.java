package io.quiverdb.node.routing;

import io.quiverdb.core.Position;
import io.quiverdb.raft.Consistency;
import java.util.Map;

/// What a read must see.
///
/// @param seen what the session of the caller has seen, by shard
/// @param direct whether to refuse, rather than ask another node
public record ReadHeader(Level level, Map<Integer, Position> seen, boolean direct) {
  /// As the contract names them.
  public enum Level {
    LINEARIZABLE,
    SESSION,
    ANY
  }

  public static final ReadHeader LINEARIZABLE = new ReadHeader(Level.LINEARIZABLE, Map.of(), false);

  public ReadHeader {
    seen = Map.copyOf(seen);
  }

  /// @throws IllegalArgumentException if the session has seen what this cluster does not have
  void requireShards(int count) {
    for (int shard : seen.keySet()) {
      if (shard >= count) {
        throw new IllegalArgumentException(
            "session_token: names shard %d (expected: 0 to %d)".formatted(shard, count - 1));
      }
    }
  }

  /// Of one shard: a session that has seen nothing of it is content with anything.
  Consistency of(int shard) {
    return switch (level) {
      case LINEARIZABLE -> Consistency.LINEARIZABLE;
      case SESSION -> {
        var position = seen.get(shard);
        yield position == null ? Consistency.ANY : new Consistency.Session(position);
      }
      case ANY -> Consistency.ANY;
    };
  }

  /// For what the replicas that were asked do not have yet, and others do.
  ReadHeader linearizable() {
    return new ReadHeader(Level.LINEARIZABLE, seen, direct);
  }

  /// As a later page of a scan whose first page showed `start`, of each shard the later of what it
  /// showed and what the session has seen.
  ReadHeader notBefore(Map<Integer, Position> start) {
    return level == Level.ANY
        ? this
        : new ReadHeader(
            Level.SESSION,
            level == Level.SESSION ? SessionToken.merged(seen, start) : start,
            direct);
  }
}
