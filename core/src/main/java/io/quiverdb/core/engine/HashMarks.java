package io.quiverdb.core.engine;

import io.quiverdb.core.Position;
import io.quiverdb.core.StateHash;
import java.util.LinkedHashMap;
import java.util.Optional;

/// The state hashes at the last hash marks. For one thread at a time.
final class HashMarks {
  private static final int KEPT_MAX = 64;

  private final LinkedHashMap<Position, StateHash> hashes = new LinkedHashMap<>();

  void remember(Position position, StateHash hash) {
    hashes.put(position, hash);
    if (hashes.size() > KEPT_MAX) {
      var _ = hashes.pollFirstEntry();
    }
  }

  Optional<StateHash> at(Position position) {
    return Optional.ofNullable(hashes.get(position));
  }
}
