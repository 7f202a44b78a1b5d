package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.History;

/// Judges one promise.
public interface Checker {
  /// As in reports.
  String name();

  /// Whether the history holds what this checker judges.
  boolean fits(History history);

  /// @param history one that fits
  Finding check(History history);
}
