package io.quiverdb.core;

import io.quiverdb.core.storage.SimulatedStorage;
import io.quiverdb.core.storage.Storage;
import java.util.Optional;

/// A scripted life of a store, and what has to hold of whatever survives it. Used for one run.
interface CrashWorkload {
  /// Lives to the end, the same way at each run. It keeps account of what has been acknowledged.
  void run(Storage storage);

  /// The store as it was opened last.
  Optional<Store> store();

  /// Opens what survived of the life so far, at whatever call it was cut off, and finds everything
  /// that was acknowledged, whole. Changes nothing of what the store holds; a crash within passes.
  void recover(SimulatedStorage survivor);

  /// Goes on from what [#recover] found.
  void goOn(SimulatedStorage survivor);
}
