package io.quiverdb.core.snapshot;

import io.quiverdb.core.Position;
import io.quiverdb.core.Store;
import io.quiverdb.core.StoreFailedException;

/// A snapshot that lies beside the live state of a store, verified and durable. One at a time. A
/// crash before [#install] leaves the live state, and what was brought is left over.
public interface StagedSnapshot extends AutoCloseable {
  /// Of the last operation that it holds.
  Position position();

  /// Puts it in charge by one rename; a crash leaves the one or the other. Views that are out stay
  /// readable. To be called once.
  ///
  /// @throws IllegalArgumentException if the store has come as far meanwhile; nothing is changed
  /// @throws StoreFailedException if the [Store] failed, now or before
  void install();

  /// Lets go of it; deletes what was brought unless it was installed.
  @Override
  void close();
}
