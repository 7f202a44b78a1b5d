package io.quiverdb.jepsen.report;

import io.quiverdb.jepsen.checker.Finding;
import io.quiverdb.jepsen.checker.Verdict;
import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.run.RunResult;
import io.quiverdb.jepsen.run.RunResult.Outcome;
import io.quiverdb.jepsen.workload.Workloads;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The figures of a run, as in its `result.json`. Sums over runs are made of these alone.
///
/// @param timeSeconds that the clients were at work, as asked for
/// @param operations all of the history, those before and after the clients' time included
/// @param answered those known to have taken place
/// @param unknown those of which nobody knows
/// @param recoveryMillis from the healing of all faults until every node answered a write
/// @param longestGapMillis without an acknowledged write, see [WriteGaps]
/// @param complaintCount of what else was wrong after the run
/// @param skipped nemeses that could not work, with the reasons
/// @param shortfalls why the run shows too little
/// @param command the arguments that repeat it
/// @param judgements one for each checker
/// @param byWorkload by name
/// @param byFault by kind, kinds that came about only
public record Summary(
    Outcome outcome,
    long seed,
    List<String> workloads,
    List<String> nemeses,
    long timeSeconds,
    int nodes,
    int concurrency,
    long operations,
    long answered,
    long unknown,
    long longestGapMillis,
    long recoveryMillis,
    int complaintCount,
    List<String> skipped,
    List<String> shortfalls,
    String command,
    List<Judgement> judgements,
    Map<String, OfWorkload> byWorkload,
    Map<String, OfFault> byFault) {
  static final String FILE = "result.json";

  public Summary {
    workloads = List.copyOf(workloads);
    nemeses = List.copyOf(nemeses);
    skipped = List.copyOf(skipped);
    shortfalls = List.copyOf(shortfalls);
    judgements = List.copyOf(judgements);
    byWorkload = Map.copyOf(byWorkload);
    byFault = Map.copyOf(byFault);
  }

  /// A finding in figures.
  ///
  /// @param judged how many things of its kind: keys, scans, reads
  /// @param unknown how many of them are undecided
  public record Judgement(
      String checker, Verdict verdict, int judged, int violations, int unknown) {
    static Judgement of(Finding finding) {
      return new Judgement(
          finding.checker(),
          finding.verdict(),
          finding.judgedCount(),
          finding.violations().size(),
          finding.unknown().size());
    }
  }

  /// @param violations those included of which it is not known whose they are
  public record OfWorkload(long operations, long answered, long unknown, int violations) {}

  /// @param count how often it was done, failures to do it included
  /// @param failed how often it did not come about or could not be ended
  /// @param longestGapMillis of the gaps that overlap one of them
  public record OfFault(int count, int failed, long longestGapMillis) {
    int cameAbout() {
      return count - failed;
    }
  }

  public static Summary of(RunResult result) {
    var options = result.options();
    var calls = result.history().calls();
    var gaps = WriteGaps.of(result.history());
    return new Summary(
        result.outcome(),
        options.seed(),
        options.workloads(),
        options.nemeses(),
        options.time().toSeconds(),
        options.nodes(),
        options.concurrency(),
        calls.size(),
        count(calls, Fate.ANSWERED),
        count(calls, Fate.UNKNOWN),
        gaps.longest().toMillis(),
        result.recovery().toMillis(),
        result.complaints().size(),
        result.skipped(),
        result.shortfalls(),
        options.replay(),
        result.findings().stream().map(Judgement::of).toList(),
        byWorkload(result),
        byFault(result, gaps));
  }

  private static long count(List<Call> calls, Fate fate) {
    return calls.stream().filter(call -> Fate.of(call) == fate).count();
  }

  private static Map<String, OfWorkload> byWorkload(RunResult result) {
    var findings = FindingsByWorkload.of(result);
    var figures = new TreeMap<String, OfWorkload>();
    for (var name : result.options().workloads()) {
      var workload = Workloads.create(name);
      var calls =
          result.history().calls().stream()
              .filter(call -> workload.owns(call.collection()))
              .toList();
      figures.put(
          name,
          new OfWorkload(
              calls.size(),
              count(calls, Fate.ANSWERED),
              count(calls, Fate.UNKNOWN),
              findings.violationCount(name)));
    }
    return figures;
  }

  private static Map<String, OfFault> byFault(RunResult result, WriteGaps gaps) {
    var figures = new TreeMap<String, OfFault>();
    for (var span : result.history().faults()) {
      long gapMillis = gaps.longestDuring(span).map(gap -> gap.toMillis()).orElse(0L);
      boolean failed = span.end().filter(end -> !end.error().isEmpty()).isPresent();
      figures.merge(
          span.fault().kind(), new OfFault(1, failed ? 1 : 0, gapMillis), Summary::together);
    }
    return figures;
  }

  private static OfFault together(OfFault one, OfFault other) {
    return new OfFault(
        one.count + other.count,
        one.failed + other.failed,
        Math.max(one.longestGapMillis, other.longestGapMillis));
  }

  public int faultCount() {
    return byFault.values().stream().mapToInt(OfFault::count).sum();
  }

  /// Without those that failed.
  public int cameAboutCount() {
    return byFault.values().stream().mapToInt(OfFault::cameAbout).sum();
  }

  public int violationCount() {
    return judgements.stream().mapToInt(Judgement::violations).sum();
  }

  public int judgedCount() {
    return judgements.stream().mapToInt(Judgement::judged).sum();
  }

  /// Of what was judged.
  public int undecidedCount() {
    return judgements.stream().mapToInt(Judgement::unknown).sum();
  }

  public long failed() {
    return operations - answered - unknown;
  }

  /// One line, without its end.
  public String json() {
    return SummaryFormat.write(this);
  }

  /// Writes it into the folder of its run: a reader finds all of it or nothing.
  public void write(Path folder) throws IOException {
    var whole = Files.writeString(folder.resolve(FILE + ".tmp"), json() + "\n");
    Files.move(whole, folder.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
  }

  /// @throws IOException if the file cannot be read or is no summary
  public static Summary read(Path folder) throws IOException {
    return SummaryFormat.read(new StringReader(Files.readString(folder.resolve(FILE))));
  }
}
