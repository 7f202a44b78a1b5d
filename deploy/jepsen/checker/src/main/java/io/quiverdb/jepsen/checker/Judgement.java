package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.History;
import java.util.List;
import java.util.stream.Collectors;

/// What became of a history.
///
/// @param findings of the checkers that had something to judge
/// @param operationCount all that were invoked
/// @param answeredCount those that took place for certain, refused ones included
/// @param failedCount those that certainly did not
/// @param unknownCount all others
/// @param faultCount faults that began
public record Judgement(
    List<Finding> findings,
    int operationCount,
    int answeredCount,
    int failedCount,
    int unknownCount,
    int faultCount) {
  public Judgement {
    findings = List.copyOf(findings);
  }

  static Judgement of(History history, List<Finding> findings) {
    int answered = 0;
    int failed = 0;
    for (var call : history.calls()) {
      answered += call.answer().isPresent() ? 1 : 0;
      failed += call.isFailed() ? 1 : 0;
    }
    int all = history.calls().size();
    return new Judgement(
        findings, all, answered, failed, all - answered - failed, history.faults().size());
  }

  /// The worst of the findings; unknown if no operation succeeded or nothing was judged.
  public Verdict verdict() {
    if (findings.isEmpty() || answeredCount == 0) {
      return Verdict.UNKNOWN;
    }
    return findings.stream().map(Finding::verdict).reduce(Verdict.VALID, Verdict::and);
  }

  public List<Violation> violations() {
    return findings.stream().flatMap(finding -> finding.violations().stream()).toList();
  }

  /// For people.
  @Override
  public String toString() {
    return findings.stream()
        .map(Finding::toString)
        .collect(
            Collectors.joining(
                "\n",
                "%s: %d operations, %d answered, %d failed, %d unknown, %d faults\n"
                    .formatted(
                        verdict(),
                        operationCount,
                        answeredCount,
                        failedCount,
                        unknownCount,
                        faultCount),
                ""));
  }
}
