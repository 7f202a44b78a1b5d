package io.quiverdb.jepsen.cli;

import io.quiverdb.jepsen.run.RunResult;
import java.io.PrintWriter;

/// What came of a run, for people.
record Story(RunResult result) {
  void print(PrintWriter out) {
    var history = result.history();
    long answered = history.calls().stream().filter(call -> call.answer().isPresent()).count();
    long open = history.calls().stream().filter(call -> call.isOpen()).count();
    out.printf(
        "%,d operations: %,d answered, %,d of unknown fate; %d faults; all served again after %,d"
            + " ms%n",
        history.calls().size(),
        answered,
        open,
        history.faults().size(),
        result.recovery().toMillis());
    out.println("links: " + result.links());
    result.tallies().forEach(out::println);
    result.findings().forEach(out::println);
    result.complaints().forEach(complaint -> out.println("wrong: " + complaint));
    result.skipped().forEach(skipped -> out.println("skipped: " + skipped));
    result.shortfalls().forEach(shortfall -> out.println("too little: " + shortfall));
    out.println("report: " + result.options().out().resolve("report.html"));
    out.println(result.outcome() + "  " + result.options().replay());
    out.flush();
  }
}
