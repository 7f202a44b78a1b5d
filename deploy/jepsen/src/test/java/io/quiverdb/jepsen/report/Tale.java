package io.quiverdb.jepsen.report;

import io.quiverdb.jepsen.checker.Finding;
import io.quiverdb.jepsen.checker.Violation;
import io.quiverdb.jepsen.cluster.ClusterPlan.NetChoice;
import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.History;
import io.quiverdb.jepsen.history.HistoryRecorder;
import io.quiverdb.jepsen.history.Operation;
import io.quiverdb.jepsen.run.RunOptions;
import io.quiverdb.jepsen.run.RunResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A run made up by hand, with a clock that is set.
final class Tale {
  private static final String COLLECTION = "register";
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final HistoryRecorder recorder;
  private final List<String> workloads = new ArrayList<>(List.of(COLLECTION));
  private final List<String> nemeses = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();
  private final List<String> complaints = new ArrayList<>();
  private final List<String> skipped = new ArrayList<>();
  private final List<String> shortfalls = new ArrayList<>();
  private long nowNanos;

  Tale() {
    recorder = new HistoryRecorder(() -> nowNanos);
  }

  /// Since the beginning; never back.
  Tale at(long millis) {
    nowNanos = millis * NANOS_PER_MILLI;
    return this;
  }

  HistoryRecorder.Pending ask(long process, String key, Operation operation) {
    return recorder.invoke(process, "n1", COLLECTION, key, operation, "");
  }

  HistoryRecorder.Pending ask(long process, Operation operation) {
    return recorder.invoke(process, "n1", COLLECTION, "", operation, "");
  }

  HistoryRecorder.Pending write(long process, String value) {
    return ask(process, "k", new Operation.Write(value));
  }

  /// A write that is answered at once.
  Tale wrote(long process, String value) {
    write(process, value).ok();
    return this;
  }

  /// A read that is answered at once.
  Tale saw(long process, String value) {
    ask(process, "k", new Operation.Read()).ok(new Answer.Value(Optional.of(value)));
    return this;
  }

  HistoryRecorder.ActiveFault fault(String kind, String... nodes) {
    return fault(kind, "", List.of(nodes));
  }

  HistoryRecorder.ActiveFault fault(String kind, String detail, List<String> nodes) {
    return recorder.startFault(kind, nodes, detail);
  }

  /// Of these workloads, too.
  Tale of(String... names) {
    workloads.addAll(List.of(names));
    return this;
  }

  Tale under(String... names) {
    nemeses.addAll(List.of(names));
    return this;
  }

  Tale found(Violation... violations) {
    return found("register: linearizable", violations);
  }

  Tale found(String checker, Violation... violations) {
    findings.add(new Finding(checker, 3, List.of(violations), List.of()));
    return this;
  }

  Tale undecided(String... keys) {
    findings.add(new Finding("register: linearizable", 3, List.of(), List.of(keys)));
    return this;
  }

  Tale complained(String complaint) {
    complaints.add(complaint);
    return this;
  }

  Tale skipped(String why) {
    skipped.add(why);
    return this;
  }

  Tale fellShort(String why) {
    shortfalls.add(why);
    return this;
  }

  History history() {
    return recorder.history();
  }

  RunResult result() {
    return new RunResult(
        new RunOptions(
            workloads,
            nemeses,
            Duration.ofSeconds(60),
            0,
            3,
            6,
            7,
            NetChoice.AUTO,
            List.of(),
            List.of("quiver", "serve"),
            Path.of("out"),
            Optional.empty()),
        history(),
        findings,
        complaints,
        skipped,
        shortfalls,
        List.of(),
        "proxies",
        Duration.ofMillis(1_234));
  }
}
