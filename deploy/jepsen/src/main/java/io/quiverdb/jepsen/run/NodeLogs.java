package io.quiverdb.jepsen.run;

import io.quiverdb.jepsen.cluster.NodeProcesses;
import io.quiverdb.jepsen.cluster.TestCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// What the nodes wrote down of themselves. A node logs an error only where it is at fault itself,
/// or its disk: whatever is done to its network or its neighbours is no reason. Of a node whose
/// disk was made to fail nothing is expected.
final class NodeLogs {
  private static final int COMPLAINTS_MAX = 20;
  private static final Pattern WORRYING =
      Pattern.compile(
          "^\\S+ ERROR .*|Exception in thread"
              + " .*|.*\\bAssertionError\\b.*|.*\\bOutOfMemoryError\\b.*|.*LEAK: .*");

  /// What a node says whose files were damaged: which file it was, and what could not be done.
  private static final Pattern OF_DAMAGE =
      Pattern.compile(
          "^\\S+ ERROR (StoreState replica damaged|Background compaction failed"
              + "|Background checkpoint failed|ShardCheckpoints compaction failed"
              + "|Store store failed during=apply|GroupStateMachine apply failed"
              + "|Restoring (store cannot be opened|log is not what was written)"
              + "|Reopening store cannot be opened again"
              + "|Quarantine replica quarantined).*");

  private static final Pattern SNAPSHOT_INSTALLED =
      Pattern.compile(".* replica opened again .*installed=true.*");

  private final NodeProcesses processes;
  private final Set<Integer> damaged;

  /// @param damaged nodes whose files were
  NodeLogs(NodeProcesses processes, Set<Integer> damaged) {
    this.processes = processes;
    this.damaged = Set.copyOf(damaged);
  }

  /// How often a replica took another member's checkpoint over.
  long snapshotsInstalled() {
    long count = 0;
    for (int node = 0; node < processes.size(); node++) {
      try (var lines = Files.lines(processes.log(node))) {
        count += lines.filter(line -> SNAPSHOT_INSTALLED.matcher(line).matches()).count();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return count;
  }

  List<String> complaints() {
    var complaints = new ArrayList<String>();
    for (int node = 0; node < processes.size(); node++) {
      if (processes.isExcused(node)) {
        continue;
      }
      var name = TestCluster.name(node);
      boolean isDamaged = damaged.contains(node);
      try (var lines = Files.lines(processes.log(node))) {
        lines
            .filter(line -> WORRYING.matcher(line).matches())
            .filter(line -> !isDamaged || !OF_DAMAGE.matcher(line).matches())
            .limit(COMPLAINTS_MAX)
            .map(line -> name + " logged: " + line)
            .forEach(complaints::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return complaints;
  }
}
