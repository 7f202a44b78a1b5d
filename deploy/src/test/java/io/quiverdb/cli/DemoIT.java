package io.quiverdb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The README's main job, as users run it.
class DemoIT {
  private static final Pattern FIELD = Pattern.compile("\"(\\w+)\": (\\S+?),?\n");

  @TempDir Path folder;

  @Test
  void quickDemoLosesNothingAndItsJournalHasEveryAcknowledgedPoint() throws Exception {
    var quiver = Distribution.unpack(folder);

    var run =
        quiver.run(
            "demo", "--quick", "--seed", "3", "--json", "out.json", "--journal", "journal.jsonl");

    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    var report = Files.readString(folder.resolve("out.json"));
    assertThat(FIELD.matcher(report).results().map(field -> field.group(1)))
        .containsExactly(
            "points",
            "acknowledged_writes",
            "acknowledged_after_kill",
            "unknown_writes",
            "lost_writes",
            "leader_kills",
            "failover_ms",
            "verified_replicas",
            "replica_hashes_equal",
            "encrypted",
            "recall_at_10");
    assertThat(report)
        .contains(
            "\"lost_writes\": 0,",
            "\"leader_kills\": 1,",
            "\"verified_replicas\": 3,",
            "\"replica_hashes_equal\": true,",
            "\"encrypted\": true,");
    assertThat(report).containsPattern("\"recall_at_10\": (0\\.9[5-9]|1\\.0)");
    var journal = Files.readAllLines(folder.resolve("journal.jsonl"));
    assertThat(new HashSet<>(journal)).hasSameSizeAs(journal);
    assertThat(report).contains("\"acknowledged_writes\": " + journal.size() + ",");
    assertThat(run.out())
        .contains("cat face with tears of joy", "[script = Greek]", "encrypted: true");
  }
}
