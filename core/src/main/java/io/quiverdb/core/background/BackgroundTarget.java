package io.quiverdb.core.background;

/// A store, to [Background]. Failures are its own to report; that it throws ends only what threw.
public interface BackgroundTarget {
  /// Whether anything was applied that the last checkpoint does not hold.
  boolean pending();

  /// Of rows in memory that no checkpoint holds, those that one is being written of included.
  long bufferBytes();

  /// Since the process started.
  long loggedBytes();

  void checkpoint();

  /// Merges the segments that are worth it.
  void compact();

  /// Whether a segment lacks an index that it could have. Asked several times a second.
  boolean isIndexingDue();

  /// Gives segments the indexes that they lack.
  void index();
}
