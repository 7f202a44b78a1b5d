package io.quiverdb.jepsen.report;

import io.quiverdb.jepsen.checker.Verdict;
import io.quiverdb.jepsen.run.RunResult.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads what [SummaryFormat] wrote.
record SummaryReader(JsonTree json) {
  Summary summary() throws IOException {
    return new Summary(
        json.oneOf(SummaryFormat.OUTCOME, Outcome.class),
        json.integer(SummaryFormat.SEED),
        json.strings(SummaryFormat.WORKLOADS),
        json.strings(SummaryFormat.NEMESES),
        json.integer(SummaryFormat.TIME),
        json.count(SummaryFormat.NODES),
        json.count(SummaryFormat.CONCURRENCY),
        json.integer(SummaryFormat.OPERATIONS),
        json.integer(SummaryFormat.ANSWERED),
        json.integer(SummaryFormat.UNKNOWN),
        json.integer(SummaryFormat.LONGEST_GAP),
        json.integer(SummaryFormat.RECOVERY),
        json.count(SummaryFormat.COMPLAINTS),
        json.strings(SummaryFormat.SKIPPED),
        json.strings(SummaryFormat.SHORTFALLS),
        json.string(SummaryFormat.COMMAND),
        judgements(),
        byWorkload(),
        byFault());
  }

  private List<Summary.Judgement> judgements() throws IOException {
    var judgements = new ArrayList<Summary.Judgement>();
    for (var each : json.objects(SummaryFormat.CHECKERS)) {
      judgements.add(
          new Summary.Judgement(
              each.string(SummaryFormat.CHECKER),
              each.oneOf(SummaryFormat.VERDICT, Verdict.class),
              each.count(SummaryFormat.JUDGED),
              each.count(SummaryFormat.VIOLATIONS),
              each.count(SummaryFormat.UNKNOWN)));
    }
    return judgements;
  }

  private Map<String, Summary.OfWorkload> byWorkload() throws IOException {
    var all = json.object(SummaryFormat.BY_WORKLOAD);
    var byWorkload = new LinkedHashMap<String, Summary.OfWorkload>();
    for (var name : all.names()) {
      var each = all.object(name);
      byWorkload.put(
          name,
          new Summary.OfWorkload(
              each.integer(SummaryFormat.OPERATIONS),
              each.integer(SummaryFormat.ANSWERED),
              each.integer(SummaryFormat.UNKNOWN),
              each.count(SummaryFormat.VIOLATIONS)));
    }
    return byWorkload;
  }

  private Map<String, Summary.OfFault> byFault() throws IOException {
    var counts = json.object(SummaryFormat.FAULTS);
    var failed = json.object(SummaryFormat.FAULTS_FAILED);
    var gaps = json.object(SummaryFormat.GAP_BY_FAULT);
    var byFault = new LinkedHashMap<String, Summary.OfFault>();
    for (var kind : counts.names()) {
      byFault.put(
          kind, new Summary.OfFault(counts.count(kind), failed.count(kind), gaps.integer(kind)));
    }
    return byFault;
  }
}
