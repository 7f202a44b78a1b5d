package io.quiverdb.bench.search;

import io.quiverdb.bench.ChildProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/// A [Searcher] in a process of its own: nothing that another one has compiled, cached or left
/// behind is in its way, and what it takes in memory can be told.
final class RemoteSearcher implements AutoCloseable {
  private final Searcher searcher;
  private final ChildProcess process;

  /// @param quick as in [DataSet#load]
  /// @param folder for its files; its log is beside it
  RemoteSearcher(Searcher searcher, DataSet set, boolean quick, Path folder) throws IOException {
    this.searcher = searcher;
    var command =
        ChildProcess.java(
            List.of(set.heapOption()),
            ContestantProcess.class,
            List.of(searcher.name(), set.name(), Boolean.toString(quick), folder.toString()));
    this.process =
        ChildProcess.startAnswering(
            command,
            folder.resolveSibling("search-" + searcher.name().toLowerCase(Locale.ROOT) + ".log"));
  }

  String title() {
    return searcher.title();
  }

  /// What building took.
  ///
  /// @param nanos from rows in memory until they can be searched
  /// @param graphNanos of these for the graph
  record Built(long nanos, long graphNanos) {}

  /// Builds it anew, of the first rows.
  Built build(int rows) {
    var nanos = process.ask("build " + rows).split(" ", -1);
    return new Built(Long.parseLong(nanos[0]), Long.parseLong(nanos[1]));
  }

  /// Nothing is built any more: it keeps only what it needs to search.
  void settle() {
    String _ = process.ask("settle");
  }

  Answers ask(Asked asked) {
    return Answers.parse(process.ask("ask " + asked));
  }

  OptionalLong residentBytes() {
    String bytes = process.ask("memory");
    return bytes.equals(ContestantProcess.UNKNOWN)
        ? OptionalLong.empty()
        : OptionalLong.of(Long.parseLong(bytes));
  }

  @Override
  public void close() {
    process.close();
  }
}
