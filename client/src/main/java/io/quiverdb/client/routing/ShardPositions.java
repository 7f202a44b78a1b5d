package io.quiverdb.client.routing;

import io.quiverdb.api.v1.ShardPosition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The newest position of each shard that any reply has shown.
final class ShardPositions {
  private final Map<Integer, ShardPosition> newest = new ConcurrentHashMap<>();

  void saw(List<ShardPosition> positions) {
    for (ShardPosition position : positions) {
      newest.merge(position.getShard(), position, ShardPositions::newer);
    }
  }

  /// Of all shards, as a token.
  String token() {
    return SessionTokenFormat.write(newest.values());
  }

  /// Of one shard, as a token.
  String tokenOf(int shard) {
    return SessionTokenFormat.write(of(shard).stream().toList());
  }

  Optional<ShardPosition> of(int shard) {
    return Optional.ofNullable(newest.get(shard));
  }

  private static ShardPosition newer(ShardPosition known, ShardPosition seen) {
    int epochs = Long.compareUnsigned(seen.getEpoch(), known.getEpoch());
    if (epochs != 0) {
      return epochs > 0 ? seen : known;
    }
    return Long.compareUnsigned(seen.getIndex(), known.getIndex()) > 0 ? seen : known;
  }
}
