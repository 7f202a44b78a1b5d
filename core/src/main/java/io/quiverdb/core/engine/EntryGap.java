package io.quiverdb.core.engine;

import java.util.Optional;
import java.util.function.Supplier;

/// The place between two entries of the log: all that is in the own log has been applied, and
/// nobody else logs or changes the state.
///
/// @param ownLog of a stand-alone store
record EntryGap(Optional<OwnLog> ownLog, LiveState live) {
  <V> V run(Supplier<V> action) {
    if (ownLog.isPresent()) {
      return ownLog.get().betweenGroups(action);
    }
    live.lock().lock();
    try {
      return action.get();
    } finally {
      live.lock().unlock();
    }
  }
}
