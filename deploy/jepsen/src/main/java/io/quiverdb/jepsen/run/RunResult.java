package io.quiverdb.jepsen.run;

import io.quiverdb.jepsen.checker.Finding;
import io.quiverdb.jepsen.checker.Verdict;
import io.quiverdb.jepsen.history.History;
import java.time.Duration;
import java.util.List;

/// What came of a run.
///
/// @param findings by the checkers, over the operations of all workloads
/// @param complaints what else is wrong with the cluster after the run; none if all is well
/// @param skipped nemeses that cannot work here, with the reasons
/// @param shortfalls why the run shows too little
/// @param tallies what else came about, in sentences
/// @param links what the nodes' links were made of, in a sentence
/// @param recovery from the healing of all faults until every node answered a write
public record RunResult(
    RunOptions options,
    History history,
    List<Finding> findings,
    List<String> complaints,
    List<String> skipped,
    List<String> shortfalls,
    List<String> tallies,
    String links,
    Duration recovery) {
  public RunResult {
    findings = List.copyOf(findings);
    complaints = List.copyOf(complaints);
    skipped = List.copyOf(skipped);
    shortfalls = List.copyOf(shortfalls);
    tallies = List.copyOf(tallies);
  }

  /// In the order in which they matter.
  public enum Outcome {
    VALID(0),
    VIOLATION(1),
    UNKNOWN(2),
    INCONCLUSIVE(3);

    private final int exitCode;

    Outcome(int exitCode) {
      this.exitCode = exitCode;
    }

    public int exitCode() {
      return exitCode;
    }
  }

  public Outcome outcome() {
    var verdict = findings.stream().map(Finding::verdict).reduce(Verdict.VALID, Verdict::and);
    if (verdict == Verdict.INVALID || !complaints.isEmpty()) {
      return Outcome.VIOLATION;
    }
    if (!skipped.isEmpty() || !shortfalls.isEmpty()) {
      return Outcome.INCONCLUSIVE;
    }
    return verdict == Verdict.UNKNOWN ? Outcome.UNKNOWN : Outcome.VALID;
  }
}
