package io.quiverdb.jepsen.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A summary as one JSON object in one line, UTF-8:
///
/// | field           | type             | meaning                                                 |
/// |-----------------|------------------|---------------------------------------------------------|
/// | outcome         | string           | `VALID`, `VIOLATION`, `UNKNOWN`, `INCONCLUSIVE`         |
/// | seed            | integer          | of the run                                              |
/// | workloads       | array of strings | names                                                   |
/// | nemeses         | array of strings | names, as asked for                                     |
/// | time_s          | integer          | that the clients were at work, as asked for             |
/// | nodes           | integer          | of the cluster                                          |
/// | concurrency     | integer          | clients of each workload                                |
/// | operations      | integer          | all of the history                                      |
/// | answered        | integer          | known to have taken place                               |
/// | failed          | integer          | known not to have taken place                           |
/// | unknown         | integer          | the others                                              |
/// | faults          | object           | count by kind                                           |
/// | faults_total    | integer          | their sum                                               |
/// | faults_failed   | object           | by kind, those that did not come about or were not ended |
/// | violations      | integer          | of all checkers                                         |
/// | judged          | integer          | keys, scans, reads, … of all checkers                   |
/// | unknown_keys    | integer          | those of them that are undecided                        |
/// | complaints      | integer          | what else was wrong after the run                       |
/// | longest_gap_ms  | integer          | without an acknowledged write, of the whole run         |
/// | gap_by_fault_ms | object           | the longest that overlaps a fault, by kind              |
/// | recovery_ms     | integer          | from the healing of all faults until all nodes served   |
/// | skipped         | array of strings | nemeses that could not work, with the reasons           |
/// | shortfalls      | array of strings | why the run shows too little                            |
/// | by_workload     | object           | by name: operations, answered, unknown, violations      |
/// | checkers        | array of objects | checker, verdict (`VALID`, `UNKNOWN`, `INVALID`), judged, violations, unknown |
/// | command         | string           | the arguments that repeat the run                       |
///
/// All are always there. `failed`, the sums `faults_total`, `violations`, `judged` and
/// `unknown_keys` are for those who read it without a program; readers sum up themselves. A reader
/// skips fields it does not know.
final class SummaryFormat {
  static final String OUTCOME = "outcome";
  static final String SEED = "seed";
  static final String WORKLOADS = "workloads";
  static final String NEMESES = "nemeses";
  static final String TIME = "time_s";
  static final String NODES = "nodes";
  static final String CONCURRENCY = "concurrency";
  static final String OPERATIONS = "operations";
  static final String ANSWERED = "answered";
  static final String FAILED = "failed";
  static final String UNKNOWN = "unknown";
  static final String FAULTS = "faults";
  static final String FAULTS_TOTAL = "faults_total";
  static final String FAULTS_FAILED = "faults_failed";
  static final String VIOLATIONS = "violations";
  static final String JUDGED = "judged";
  static final String UNKNOWN_KEYS = "unknown_keys";
  static final String COMPLAINTS = "complaints";
  static final String LONGEST_GAP = "longest_gap_ms";
  static final String GAP_BY_FAULT = "gap_by_fault_ms";
  static final String RECOVERY = "recovery_ms";
  static final String SKIPPED = "skipped";
  static final String SHORTFALLS = "shortfalls";
  static final String BY_WORKLOAD = "by_workload";
  static final String CHECKERS = "checkers";
  static final String CHECKER = "checker";
  static final String VERDICT = "verdict";
  static final String COMMAND = "command";

  private SummaryFormat() {}

  static String write(Summary summary) {
    var out = new StringWriter();
    try (var json = new JsonFactory().createGenerator(out)) {
      json.writeStartObject();
      writeFields(json, summary);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }

  private static void writeFields(JsonGenerator json, Summary summary) throws IOException {
    json.writeStringField(OUTCOME, summary.outcome().name());
    json.writeNumberField(SEED, summary.seed());
    writeStrings(json, WORKLOADS, summary.workloads());
    writeStrings(json, NEMESES, summary.nemeses());
    json.writeNumberField(TIME, summary.timeSeconds());
    json.writeNumberField(NODES, summary.nodes());
    json.writeNumberField(CONCURRENCY, summary.concurrency());
    json.writeNumberField(OPERATIONS, summary.operations());
    json.writeNumberField(ANSWERED, summary.answered());
    json.writeNumberField(FAILED, summary.failed());
    json.writeNumberField(UNKNOWN, summary.unknown());
    writeFaults(json, summary.byFault());
    json.writeNumberField(FAULTS_TOTAL, summary.faultCount());
    json.writeNumberField(VIOLATIONS, summary.violationCount());
    json.writeNumberField(JUDGED, summary.judgedCount());
    json.writeNumberField(UNKNOWN_KEYS, summary.undecidedCount());
    json.writeNumberField(COMPLAINTS, summary.complaintCount());
    json.writeNumberField(LONGEST_GAP, summary.longestGapMillis());
    json.writeNumberField(RECOVERY, summary.recoveryMillis());
    writeStrings(json, SKIPPED, summary.skipped());
    writeStrings(json, SHORTFALLS, summary.shortfalls());
    writeWorkloads(json, summary.byWorkload());
    writeJudgements(json, summary.judgements());
    json.writeStringField(COMMAND, summary.command());
  }

  private static void writeStrings(JsonGenerator json, String name, List<String> strings)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (var string : strings) {
      json.writeString(string);
    }
    json.writeEndArray();
  }

  private static void writeFaults(JsonGenerator json, Map<String, Summary.OfFault> byFault)
      throws IOException {
    var ordered = new TreeMap<>(byFault);
    json.writeObjectFieldStart(FAULTS);
    for (var fault : ordered.entrySet()) {
      json.writeNumberField(fault.getKey(), fault.getValue().count());
    }
    json.writeEndObject();
    json.writeObjectFieldStart(FAULTS_FAILED);
    for (var fault : ordered.entrySet()) {
      json.writeNumberField(fault.getKey(), fault.getValue().failed());
    }
    json.writeEndObject();
    json.writeObjectFieldStart(GAP_BY_FAULT);
    for (var fault : ordered.entrySet()) {
      json.writeNumberField(fault.getKey(), fault.getValue().longestGapMillis());
    }
    json.writeEndObject();
  }

  private static void writeWorkloads(JsonGenerator json, Map<String, Summary.OfWorkload> byWorkload)
      throws IOException {
    json.writeObjectFieldStart(BY_WORKLOAD);
    for (var workload : new TreeMap<>(byWorkload).entrySet()) {
      var figures = workload.getValue();
      json.writeObjectFieldStart(workload.getKey());
      json.writeNumberField(OPERATIONS, figures.operations());
      json.writeNumberField(ANSWERED, figures.answered());
      json.writeNumberField(UNKNOWN, figures.unknown());
      json.writeNumberField(VIOLATIONS, figures.violations());
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private static void writeJudgements(JsonGenerator json, List<Summary.Judgement> judgements)
      throws IOException {
    json.writeArrayFieldStart(CHECKERS);
    for (var judgement : judgements) {
      json.writeStartObject();
      json.writeStringField(CHECKER, judgement.checker());
      json.writeStringField(VERDICT, judgement.verdict().name());
      json.writeNumberField(JUDGED, judgement.judged());
      json.writeNumberField(VIOLATIONS, judgement.violations());
      json.writeNumberField(UNKNOWN, judgement.unknown());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /// @throws IOException if it is cut off, no JSON, or a field is missing or of another type
  static Summary read(Reader in) throws IOException {
    return new SummaryReader(JsonTree.read(in)).summary();
  }
}
