package io.quiverdb.jepsen.mutant;

import io.quiverdb.cli.local.LocalClusterException;
import io.quiverdb.jepsen.cluster.ClusterPlan.NetChoice;
import io.quiverdb.jepsen.report.Report;
import io.quiverdb.jepsen.run.Run;
import io.quiverdb.jepsen.run.RunFolder;
import io.quiverdb.jepsen.run.RunOptions;
import io.quiverdb.jepsen.run.RunResult;
import io.quiverdb.jepsen.run.RunResult.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Looks for planted bugs, by what is to find each. What accuses a bug must not accuse the program
/// without it: that is tried first.
public final class Hunt {
  private static final int RUNS_MAX = 5;
  private static final int CONCURRENCY = 4;
  private static final Duration TESTS_LIMIT = Duration.ofMinutes(10);

  // How the process that runs tests ends: as no JVM does that does not get so far.
  static final int PASSED = 10;
  static final int FAILED = 11;

  private final Ground ground;
  private final Path out;
  private final long seed;
  private final Map<Trial, Result> controls = new HashMap<>();

  /// Where there is what is to be changed.
  ///
  /// @param checkout with our sources
  /// @param distribution with `bin` and `lib`
  /// @param classPath of all our modules
  /// @param testClassPath the same with all our tests
  public record Ground(Path checkout, Path distribution, String classPath, String testClassPath) {}

  /// What came of one run, or of several.
  public sealed interface Result {
    /// @param what was found to be wrong, in a line
    record Found(String what) implements Result {}

    record NotFound() implements Result {}

    /// @param why it could not be tried
    record NotTried(String why) implements Result {}
  }

  /// @param runs that there were, without that of the program as it is
  public record Catch(Mutant mutant, int runs, Result result, Duration took) {}

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
    var folder = emptied(mutant.name());
    MutatedClasses classes;
    try {
      classes = MutatedClasses.compile(mutant, ground.checkout, folder, ground.classPath);
    } catch (MalformedMutantException e) {
      return new Catch(
          mutant, 0, new Result.NotTried(String.valueOf(e.getMessage())), since(begunNanos));
    }
    Result result = control(mutant.trial());
    int runs = 0;
    if (result instanceof Result.NotFound) {
      var subject = new Subject(classes.folders(), distribution(classes, folder), folder);
      while (runs < RUNS_MAX && result instanceof Result.NotFound) {
        result = tried(mutant.trial(), subject, runs);
        runs++;
      }
    }
    return new Catch(mutant, runs, result, since(begunNanos));
  }

  private static Duration since(long begunNanos) {
    return Duration.ofNanos(System.nanoTime() - begunNanos);
  }

  /// What is tried.
  ///
  /// @param classes before all others
  /// @param folder for what is left of the runs
  private record Subject(List<Path> classes, Path distribution, Path folder) {}

  private Path emptied(String name) throws IOException {
    var folder = out.resolve(name);
    RunFolder.delete(folder);
    return Files.createDirectories(folder);
  }

  private Path distribution(MutatedClasses classes, Path folder) throws IOException {
    var distribution = folder.resolve("distribution");
    MutatedDistribution.make(ground.distribution, classes, distribution);
    return distribution;
  }

  /// Of the program as it is: that nothing is found, or why the trial says nothing.
  private Result control(Trial trial) throws IOException, InterruptedException {
    var known = controls.get(trial);
    if (known != null) {
      return known;
    }
    var folder = emptied("control-" + controls.size());
    var result = tried(trial, new Subject(List.of(), ground.distribution, folder), 0);
    if (result instanceof Result.Found(String what)) {
      result = new Result.NotTried("also without the bug: " + what);
    }
    controls.put(trial, result);
    return result;
  }

  private Result tried(Trial trial, Subject subject, int number)
      throws IOException, InterruptedException {
    try {
      return switch (trial) {
        case Trial.Tests tests ->
            test(tests, subject, subject.folder.resolve("tests-" + number + ".log"));
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
                    serve(subject),
                    subject.folder.resolve("run-" + number),
                    Optional.empty()));
        case Trial.Directed(var scenario) ->
            cluster(
                RunOptions.of(
                    scenario,
                    CONCURRENCY,
                    seed + number,
                    NetChoice.AUTO,
                    serve(subject),
                    subject.folder.resolve("run-" + number)));
      };
    } catch (LocalClusterException e) {
      return new Result.NotTried(String.valueOf(e.getMessage()));
    }
  }

  private static List<String> serve(Subject subject) {
    return List.of(
        subject.distribution.resolve("bin").resolve("quiver").toAbsolutePath().toString(), "serve");
  }

  private static Result cluster(RunOptions options) throws IOException, InterruptedException {
    var result = new Run(options).execute();
    Report.write(result, options.out());
    Optional<Result> accusation = accusation(result).map(Result.Found::new);
    return accusation.orElseGet(
        () ->
            result.outcome() == Outcome.VALID
                ? new Result.NotFound()
                : new Result.NotTried(
                    Stream.of(result.skipped(), result.shortfalls(), result.complaints())
                        .flatMap(List::stream)
                        .findFirst()
                        .orElse("nothing is certain")));
  }

  /// By a checker, or by the replicas' hashes. That nodes end or do not come back might have other
  /// causes.
  private static Optional<String> accusation(RunResult result) {
    return Stream.concat(
            result.findings().stream()
                .filter(finding -> !finding.violations().isEmpty())
                .map(
                    finding ->
                        "%s: %d × %s"
                            .formatted(
                                finding.checker(),
                                finding.violations().size(),
                                finding.violations().getFirst().claim())),
            result.complaints().stream()
                .filter(complaint -> complaint.startsWith(Run.REPLICAS_DIFFER)))
        .findFirst();
  }

  /// In a process of their own, where the changed classes come before the others.
  private Result test(Trial.Tests tests, Subject subject, Path log)
      throws IOException, InterruptedException {
    var classPath = new ArrayList<String>();
    subject.classes.forEach(path -> classPath.add(path.toAbsolutePath().toString()));
    classPath.add(ground.testClassPath);
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-ea",
            "-Xmx768m",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "--add-modules=jdk.incubator.vector",
            "-cp",
            String.join(System.getProperty("path.separator"), classPath),
            "io.quiverdb.jepsen.mutant.TrialRunner"));
    command.addAll(tests.classes());
    var process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      if (!process.waitFor(TESTS_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        return new Result.NotTried("the tests hang: see " + log);
      }
    } finally {
      // And what tests have started, which would write on for ever.
      var started = process.descendants().toList();
      process.destroyForcibly();
      started.forEach(ProcessHandle::destroyForcibly);
    }
    return switch (process.exitValue()) {
      case PASSED -> new Result.NotFound();
      case FAILED -> new Result.Found(Files.readAllLines(log).getLast());
      default -> new Result.NotTried("the tests did not run: see " + log);
    };
  }
}
