package io.quiverdb.jepsen.cli;

import io.quiverdb.jepsen.report.Matrix;
import io.quiverdb.jepsen.run.RunResult;
import io.quiverdb.jepsen.run.RunResult.Outcome;
import io.quiverdb.jepsen.suite.Suite;
import io.quiverdb.jepsen.suite.SuiteRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `run suite`
@Command(
    name = "suite",
    description = {
      "Many runs, one after the other.",
      "quick: kill, pause and partition, some minutes. standard: every workload under every"
          + " nemesis, and combinations. soak: combinations without end."
    },
    footer = {
      "",
      "Examples:",
      "  deploy/jepsen/run suite quick",
      "  deploy/jepsen/run suite standard --time 5000 --out standard",
      "  deploy/jepsen/run suite standard --time 5000 --resume standard"
    })
final class SuiteCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "SUITE", description = "quick, standard or soak.")
  private String suite = "";

  @Option(
      names = "--time",
      paramLabel = "S",
      description = "Begins no run after so many seconds; all there are if not given.")
  private Optional<Integer> seconds = Optional.empty();

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Fixes what is run (${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      defaultValue = "3",
      description = "Clients of each workload (${DEFAULT-VALUE}).")
  private int concurrency = 3;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "For a folder of each run (target/jepsen/SUITE).")
  private Optional<Path> out = Optional.empty();

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description = "As --out; runs that have a result there are not run again.")
  private Optional<Path> resume = Optional.empty();

  @Override
  public Integer call() throws IOException, InterruptedException {
    var named = named();
    var folder = resume.or(() -> out).orElseGet(() -> Path.of("target", "jepsen", word(named)));
    var writer = spec.commandLine().getOut();
    var run =
        new SuiteRun(
            named,
            seed,
            concurrency,
            List.of(System.getProperty("launcher", "quiver"), "serve"),
            folder,
            new Told(writer));
    var outcomes = run.execute(seconds.map(Duration::ofSeconds));
    writer.println(Matrix.of(folder).markdown());
    writer.flush();
    return worst(outcomes);
  }

  private record Told(PrintWriter writer) implements SuiteRun.Listener {
    @Override
    public void done(RunResult result) {
      new Story(result).print(writer);
    }

    @Override
    public void failed(String name, String why) {
      writer.println("BROKEN OFF  " + name + ": " + why);
      writer.flush();
    }
  }

  private Suite named() {
    for (var one : Suite.values()) {
      if (word(one).equals(suite)) {
        return one;
      }
    }
    throw new ParameterException(
        spec.commandLine(), "suite: " + suite + " (expected: quick, standard or soak)");
  }

  private static String word(Suite suite) {
    return suite.name().toLowerCase(Locale.ROOT);
  }

  private static int worst(Set<Outcome> outcomes) {
    return List.of(Outcome.VIOLATION, Outcome.UNKNOWN, Outcome.INCONCLUSIVE).stream()
        .filter(outcomes::contains)
        .findFirst()
        .orElse(Outcome.VALID)
        .exitCode();
  }
}
