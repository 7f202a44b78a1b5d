package io.quiverdb.jepsen.report;

import io.quiverdb.jepsen.run.RunResult.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The runs under a folder, newest first: its sub-folders that hold a summary, or a history, which
/// is what a run leaves that was killed.
record RunFolders(List<RunFolder> all) {
  /// Written from the beginning of a run on.
  private static final String HISTORY = "history.jsonl";

  /// @param summary empty if the run was killed or goes on, or the summary cannot be read
  /// @param trouble why the summary cannot be read; empty if it can or there is none
  record RunFolder(String name, FileTime time, Optional<Summary> summary, String trouble) {}

  static RunFolders in(Path folder) throws IOException {
    var all = new ArrayList<RunFolder>();
    try (var entries = Files.list(folder)) {
      for (var entry : entries.filter(Files::isDirectory).toList()) {
        if (Files.exists(entry.resolve(Summary.FILE))) {
          all.add(finished(entry));
        } else if (Files.exists(entry.resolve(HISTORY))) {
          all.add(unfinished(entry, HISTORY, ""));
        }
      }
    }
    all.sort(Comparator.comparing(RunFolder::time).reversed().thenComparing(RunFolder::name));
    return new RunFolders(List.copyOf(all));
  }

  private static RunFolder finished(Path folder) throws IOException {
    try {
      var summary = Summary.read(folder);
      return new RunFolder(name(folder), time(folder, Summary.FILE), Optional.of(summary), "");
    } catch (IOException e) {
      return unfinished(folder, Summary.FILE, Summary.FILE + ": " + e.getMessage());
    }
  }

  private static RunFolder unfinished(Path folder, String file, String trouble) throws IOException {
    return new RunFolder(name(folder), time(folder, file), Optional.empty(), trouble);
  }

  private static String name(Path folder) {
    return folder.toAbsolutePath().normalize().getFileName().toString();
  }

  private static FileTime time(Path folder, String file) throws IOException {
    return Files.getLastModifiedTime(folder.resolve(file));
  }

  List<Summary> summaries() {
    return all.stream().flatMap(run -> run.summary().stream()).toList();
  }

  /// How many ended how, those that did not end included; for people.
  String outcomes() {
    var counts = new ArrayList<String>();
    for (var outcome : Outcome.values()) {
      long count = summaries().stream().filter(run -> run.outcome() == outcome).count();
      if (count > 0) {
        counts.add(Figure.count(count) + " " + outcome);
      }
    }
    int unfinishedCount = all.size() - summaries().size();
    if (unfinishedCount > 0) {
      counts.add(Figure.count(unfinishedCount) + " UNFINISHED");
    }
    return String.join(", ", counts);
  }
}
