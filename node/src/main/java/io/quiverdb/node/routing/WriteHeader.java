package io.quiverdb.node.routing;

import io.quiverdb.core.Position;
import io.quiverdb.core.RequestId;
import java.util.Map;

/// What a write of points carries besides its content.
///
/// @param seen the positions that the client had seen when it drew the id, by shard
/// @param direct whether to refuse, rather than forward, what this node does not lead
public record WriteHeader(RequestId id, Map<Integer, Position> seen, boolean direct) {
  public WriteHeader {
    seen = Map.copyOf(seen);
  }
}
