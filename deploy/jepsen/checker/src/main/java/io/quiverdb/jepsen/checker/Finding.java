package io.quiverdb.jepsen.checker;

import java.util.List;
import java.util.stream.Collectors;

/// What a checker found in a history.
///
/// @param checker its name
/// @param judgedCount how many things it judged, each by itself: keys, scans, reads, as the checker
///   says; the unknown ones included
/// @param unknown those that the limit left undecided
public record Finding(
    String checker, int judgedCount, List<Violation> violations, List<String> unknown) {
  public Finding {
    violations = List.copyOf(violations);
    unknown = List.copyOf(unknown);
  }

  /// To have judged nothing is no good verdict.
  public Verdict verdict() {
    if (!violations.isEmpty()) {
      return Verdict.INVALID;
    }
    return unknown.isEmpty() && judgedCount > 0 ? Verdict.VALID : Verdict.UNKNOWN;
  }

  /// For people.
  @Override
  public String toString() {
    var summary =
        "%s: %s, %d judged, %d violations, %d unknown"
            .formatted(checker, verdict(), judgedCount, violations.size(), unknown.size());
    return violations.stream()
        .map(Violation::toString)
        .collect(Collectors.joining("\n", summary + (violations.isEmpty() ? "" : "\n"), ""));
  }
}
