package io.quiverdb.jepsen.run;

import io.quiverdb.jepsen.checker.Finding;
import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.FaultSpan;
import io.quiverdb.jepsen.history.History;
import io.quiverdb.jepsen.nemesis.Schedule;
import io.quiverdb.jepsen.workload.Workloads;
import java.util.ArrayList;
import java.util.List;

/// Why a run in which nothing went wrong shows little: that nothing happened is no proof.
final class Shortfalls {
  /// What any machine manages, faults and idle times included.
  private static final int ANSWERED_PER_SECOND_MIN = 2;

  private Shortfalls() {}

  /// @param possible those of the nemeses that can work here
  static List<String> of(
      RunOptions options,
      List<String> possible,
      History history,
      Schedule schedule,
      List<Finding> findings,
      Tally tally) {
    var shortfalls = new ArrayList<String>();
    for (var workload : options.workloads()) {
      var kind = Workloads.create(workload);
      long ofWorkload =
          history.calls().stream()
              .filter(call -> kind.owns(call.collection()))
              .filter(Shortfalls::isAnsweredClient)
              .count();
      long expected = ANSWERED_PER_SECOND_MIN * options.time().toSeconds();
      if (ofWorkload < expected) {
        shortfalls.add(
            workload
                + ": "
                + ofWorkload
                + " operations answered (expected: at least "
                + expected
                + ")");
      }
    }
    long answered = history.calls().stream().filter(Shortfalls::isAnsweredClient).count();
    if (answered < options.operations()) {
      shortfalls.add(
          "%d operations answered (expected: at least %d)"
              .formatted(answered, options.operations()));
    }
    var judging = findings.stream().map(Finding::checker).toList();
    for (var workload : options.workloads()) {
      for (var checker : Workloads.create(workload).checkers()) {
        if (!judging.contains(checker)) {
          shortfalls.add(
              workload + ": nothing was judged by '" + checker + "' (expected: something)");
        }
      }
    }
    // An average of a few searches: more of them would tell.
    findings.stream()
        .filter(finding -> finding.checker().equals("search"))
        .flatMap(finding -> finding.unknown().stream())
        .forEach(shortfalls::add);
    for (var nemesis : possible) {
      if (history.faults().stream().noneMatch(span -> cameAbout(span, nemesis))) {
        shortfalls.add(nemesis + ": never came about (expected: at least once)");
      }
    }
    history.faults().stream()
        .filter(span -> span.end().filter(end -> !end.error().isEmpty()).isPresent())
        .map(span -> span.fault().kind() + " failed: " + span.end().orElseThrow().error())
        .forEach(shortfalls::add);
    if (possible.contains(Tally.SNAPSHOT_STORM) && tally.snapshotsInstalled() == 0) {
      shortfalls.add(Tally.SNAPSHOT_STORM + ": no snapshot was installed (expected: at least one)");
    }
    if (possible.contains(Tally.MEMBERSHIP) && tally.membershipChanges() == 0) {
      shortfalls.add(Tally.MEMBERSHIP + ": no change was decided (expected: at least one)");
    }
    if (tally.merges() == 0) {
      shortfalls.add("no replica was ever asked for a checkpoint and a merge, and began");
    }
    if (history.faults().size() < schedule.steps().size()) {
      shortfalls.add(
          "faults: " + history.faults().size() + " (expected: " + schedule.steps().size() + ")");
    }
    if (history.calls().stream().allMatch(Call::isOpen)) {
      shortfalls.add("operations: none that was answered");
    }
    return shortfalls;
  }

  /// What was asked before and after does not count.
  private static boolean isAnsweredClient(Call call) {
    return call.invoke().process() >= 0 && call.answer().isPresent();
  }

  private static boolean cameAbout(FaultSpan span, String nemesis) {
    return span.fault().kind().equals(nemesis)
        && span.end().filter(end -> end.error().isEmpty()).isPresent();
  }
}
