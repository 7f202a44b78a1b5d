package io.quiverdb.jepsen.suite;

import io.quiverdb.cli.local.LocalClusterException;
import io.quiverdb.jepsen.report.Index;
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
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The runs of a suite, one after the other, each in a folder of its own. What has a result already
/// is not run again, so that a suite can be ended and taken up; a run that could not be made has
/// none, and the others are made all the same.
public final class SuiteRun {
  private final Suite suite;
  private final long seed;
  private final int concurrency;
  private final List<String> serve;
  private final Path folder;
  private final Listener listener;

  /// Hears of every run.
  public interface Listener {
    void done(RunResult result);

    /// @param why it ended before there was anything to judge
    void failed(String name, String why);
  }

  /// @param folder new, or of an earlier run of the same suite with the same seed
  public SuiteRun(
      Suite suite, long seed, int concurrency, List<String> serve, Path folder, Listener listener) {
    this.suite = suite;
    this.seed = seed;
    this.concurrency = concurrency;
    this.serve = List.copyOf(serve);
    this.folder = folder;
    this.listener = listener;
  }

  /// @param time no run is begun after it; empty for all there are
  /// @return the outcomes of the runs that were begun
  public Set<Outcome> execute(Optional<Duration> time) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    long begunNanos = System.nanoTime();
    var outcomes = EnumSet.noneOf(Outcome.class);
    Iterator<Suite.Entry> entries = suite.entries(seed).iterator();
    while (entries.hasNext() && !isOver(begunNanos, time)) {
      var entry = entries.next();
      Path own = folder.resolve(entry.name());
      if (Files.exists(own.resolve("result.json"))) {
        continue;
      }
      // A run that was ended by force left what it had until then.
      RunFolder.delete(own);
      outcomes.add(run(entry, own));
    }
    return outcomes;
  }

  private Outcome run(Suite.Entry entry, Path own) throws IOException, InterruptedException {
    RunResult result;
    try {
      result = new Run(options(entry, own)).execute();
    } catch (LocalClusterException e) {
      listener.failed(entry.name(), String.valueOf(e.getMessage()));
      return Outcome.UNKNOWN;
    }
    Report.write(result, own);
    Index.write(folder);
    listener.done(result);
    return result.outcome();
  }

  private static boolean isOver(long begunNanos, Optional<Duration> time) {
    return time.filter(limit -> System.nanoTime() - begunNanos >= limit.toNanos()).isPresent();
  }

  private RunOptions options(Suite.Entry entry, Path own) {
    return new RunOptions(
        entry.workloads(),
        entry.nemeses(),
        entry.time(),
        entry.operations(),
        entry.nodes(),
        concurrency,
        entry.seed(),
        entry.net(),
        List.of(),
        serve,
        own,
        entry.scenario());
  }
}
