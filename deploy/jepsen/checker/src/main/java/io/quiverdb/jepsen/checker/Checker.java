package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.History;

/// Judges one promise.
public interface Checker {
  /// As in reports.
  String name();

  /// Judges as much of the history as it is for; that may be nothing.
  Finding check(History history);
}
