package io.quiverdb.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.quiverdb.cli.terminal.Table;
import io.quiverdb.node.doctor.Doctor;
import io.quiverdb.node.doctor.Finding;
import io.quiverdb.node.doctor.Finding.Verdict;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `quiver doctor`
@Command(
    name = "doctor",
    description = {
      "Looks over what a node with these settings finds on this machine: disk and how long it takes"
          + " to sync, master key, ports, other nodes, clock, limits. Changes nothing.",
      "Best run while the node is stopped, as the user that runs it. Ends with 1 if something is"
          + " bad."
    },
    footer = {"", "Example:", "  quiver doctor --data-dir /var/lib/quiver"})
final class DoctorCommand implements Callable<Integer> {
  @Mixin private final NodeOptions options = new NodeOptions();
  @Mixin private final Output output = new Output();

  @Override
  public Integer call() {
    var findings = Doctor.examine(options.config());
    boolean isFit = findings.stream().noneMatch(one -> one.verdict() == Verdict.BAD);
    if (output.isJson()) {
      output.print(json -> write(json, findings, isFit));
    } else {
      print(findings, isFit);
    }
    return isFit ? ExitCode.GOOD : ExitCode.NEGATIVE;
  }

  private void print(List<Finding> findings, boolean isFit) {
    var table = Table.of("CHECK", "VERDICT", "FOUND", "ADVICE");
    for (var finding : findings) {
      table.row(finding.subject(), word(finding.verdict()), finding.found(), finding.advice());
    }
    output.print(table);
    output.print(isFit ? "a node can run here" : "a node cannot run here as it should");
  }

  private static String word(Verdict verdict) {
    return verdict.name().toLowerCase(Locale.ROOT);
  }

  private static void write(JsonGenerator json, List<Finding> findings, boolean isFit)
      throws IOException {
    json.writeStartObject();
    json.writeBooleanField("fit", isFit);
    json.writeArrayFieldStart("findings");
    for (var finding : findings) {
      json.writeStartObject();
      json.writeStringField("check", finding.subject());
      json.writeStringField("verdict", word(finding.verdict()));
      json.writeStringField("found", finding.found());
      json.writeStringField("advice", finding.advice());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
