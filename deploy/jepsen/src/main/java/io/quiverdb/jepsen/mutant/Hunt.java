package io.quiverdb.jepsen.mutant;

import io.quiverdb.jepsen.cluster.ClusterPlan.NetChoice;
import io.quiverdb.jepsen.report.Report;
import io.quiverdb.jepsen.run.Run;
import io.quiverdb.jepsen.run.RunOptions;
import io.quiverdb.jepsen.run.RunResult;
import io.quiverdb.jepsen.run.RunResult.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Looks for planted bugs, by what is to find each.
public final class Hunt {
  private static final int RUNS_MAX = 5;
  private static final int CONCURRENCY = 4;
  private static final Duration TESTS_LIMIT = Duration.ofMinutes(10);

  private final Ground ground;
  private final Path out;
  private final long seed;

  /// Where there is what is to be changed.
  ///
  /// @param checkout with our sources
  /// @param distribution with `bin` and `lib`
  /// @param classPath of all our modules
  /// @param testClassPath the same with all our tests
  public record Ground(Path checkout, Path distribution, String classPath, String testClassPath) {}

  /// @param runs that there were
  /// @param finding what was found to be wrong, in a line; empty if nothing was
  public record Catch(Mutant mutant, int runs, Optional<String> finding, Duration took) {}

  /// @param out for a folder of each bug
  /// @param seed of the first run against each; the next ones have the next
  public Hunt(Ground ground, Path out, long seed) {
    this.ground = ground;
    this.out = out;
    this.seed = seed;
  }

  /// Until it is found, or has not been by a few runs.
  public Catch look(Mutant mutant) throws IOException, InterruptedException {
    long begunNanos = System.nanoTime();
    var folder = Files.createDirectories(out.resolve(mutant.name()));
    var classes = MutatedClasses.compile(mutant, ground.checkout, folder, ground.classPath);
    Optional<String> finding = Optional.empty();
    int runs = 0;
    while (runs < RUNS_MAX && finding.isEmpty()) {
      finding = run(mutant, classes, folder, runs);
      runs++;
    }
    return new Catch(mutant, runs, finding, Duration.ofNanos(System.nanoTime() - begunNanos));
  }

  private Optional<String> run(Mutant mutant, MutatedClasses classes, Path folder, int number)
      throws IOException, InterruptedException {
    return switch (mutant.trial()) {
      case Trial.Tests tests -> test(tests, classes, folder.resolve("tests-" + number + ".log"));
      case Trial.Drawn(var workloads, var nemeses, var time) ->
          cluster(
              new RunOptions(
                  workloads,
                  nemeses,
                  time,
                  0,
                  3,
                  CONCURRENCY,
                  seed + number,
                  NetChoice.AUTO,
                  List.of(),
                  serve(classes, folder),
                  folder.resolve("run-" + number),
                  Optional.empty()));
      case Trial.Directed(var scenario) ->
          cluster(
              RunOptions.of(
                  scenario,
                  CONCURRENCY,
                  seed + number,
                  NetChoice.AUTO,
                  serve(classes, folder),
                  folder.resolve("run-" + number)));
    };
  }

  private List<String> serve(MutatedClasses classes, Path folder) throws IOException {
    var distribution = folder.resolve("distribution");
    if (!Files.exists(distribution)) {
      MutatedDistribution.make(ground.distribution, classes, distribution);
    }
    return List.of(
        distribution.resolve("bin").resolve("quiver").toAbsolutePath().toString(), "serve");
  }

  private static Optional<String> cluster(RunOptions options)
      throws IOException, InterruptedException {
    var result = new Run(options).execute();
    Report.write(result, options.out());
    return result.outcome() == Outcome.VIOLATION ? Optional.of(wrong(result)) : Optional.empty();
  }

  private static String wrong(RunResult result) {
    return Stream.concat(
            result.findings().stream()
                .filter(finding -> !finding.violations().isEmpty())
                .map(
                    finding ->
                        finding.checker()
                            + ": "
                            + finding.violations().size()
                            + " × "
                            + finding.violations().getFirst().claim()),
            result.complaints().stream())
        .findFirst()
        .orElseThrow();
  }

  /// In a process of their own, where the changed classes come before the others.
  private Optional<String> test(Trial.Tests tests, MutatedClasses classes, Path log)
      throws IOException, InterruptedException {
    var classPath = new ArrayList<String>();
    classes
        .foldersByModule()
        .values()
        .forEach(path -> classPath.add(path.toAbsolutePath().toString()));
    classPath.add(ground.testClassPath);
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx768m",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "--add-modules=jdk.incubator.vector",
            "-cp",
            String.join(System.getProperty("path.separator"), classPath),
            "io.quiverdb.jepsen.mutant.TrialTests"));
    command.addAll(tests.classes());
    var process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      if (!process.waitFor(TESTS_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        return Optional.of("tests hang for more than " + TESTS_LIMIT.toMinutes() + " minutes");
      }
    } finally {
      process.destroyForcibly();
    }
    return switch (process.exitValue()) {
      case 0 -> Optional.empty();
      case 1 -> Optional.of(lastLine(log));
      default -> throw new IOException("the tests did not run: see " + log);
    };
  }

  private static String lastLine(Path log) throws IOException {
    return Files.readAllLines(log).getLast();
  }
}
