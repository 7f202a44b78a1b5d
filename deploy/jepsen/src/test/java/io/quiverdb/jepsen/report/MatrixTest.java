package io.quiverdb.jepsen.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.jepsen.checker.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MatrixTest {
  private static final Matrix.Pair KILL = new Matrix.Pair("register", "kill");
  private static final Matrix.Pair PAUSE = new Matrix.Pair("register", "pause");

  @TempDir private Path folder;

  @Test
  void pairHasTheSumsOfItsRunsAndTheLongestGap() throws IOException {
    run("one", killed(1_000));
    run("two", killed(3_000).found(new Violation("register/k", "lost", List.of())));

    var matrix = Matrix.of(folder);

    assertThat(matrix.rows()).containsExactly(Map.entry(KILL, new Matrix.Row(2, 4, 2, 1, 3_000)));
  }

  @Test
  void runOfSeveralNemesesCountsForEachAndOnceInTheSum() throws IOException {
    var tale = killed(2_000).under("pause");
    tale.at(9_000);
    tale.fault("pause", "n1").end();
    run("one", tale);

    var matrix = Matrix.of(folder);

    assertThat(matrix.rows())
        .containsEntry(KILL, new Matrix.Row(1, 2, 1, 0, 2_000))
        .containsEntry(PAUSE, new Matrix.Row(1, 2, 1, 0, 0))
        .hasSize(2);
    assertThat(matrix.total()).isEqualTo(new Matrix.Row(1, 2, 2, 0, 2_000));
  }

  @Test
  void faultThatDidNotComeAboutIsNotCounted() throws IOException {
    var tale = killed(1_000);
    tale.at(9_000);
    tale.fault("kill", "n1").end("no such process");
    run("one", tale);

    assertThat(Matrix.of(folder).rows()).containsEntry(KILL, new Matrix.Row(1, 2, 1, 0, 1_000));
  }

  @Test
  void tableSaysHowRunsEndedAndWhichDidNot() throws IOException {
    run("one", killed(1_000).found());
    run("two", new Tale().found());
    Files.createFile(Files.createDirectory(folder.resolve("three")).resolve("history.jsonl"));

    assertThat(Matrix.of(folder).markdown())
        .isEqualTo(
            """
            | workload | nemesis | runs | operations | faults | violations | longest write gap (ms) |
            |---|---|--:|--:|--:|--:|--:|
            | register | kill | 1 | 2 | 1 | 0 | 1,000 |
            | register | none | 1 | 0 | 0 | 0 | 0 |
            | all | all | 2 | 2 | 1 | 0 | 1,000 |

            Runs by outcome: 2 VALID, 1 UNFINISHED.
            """);
  }

  /// Two writes with a kill between them, for the time of which one waits.
  private static Tale killed(long gapMillis) {
    var tale = new Tale().under("kill");
    tale.at(100).wrote(1, "a");
    var kill = tale.fault("kill", "n1");
    var waiting = tale.write(1, "b");
    tale.at(100 + gapMillis);
    waiting.ok();
    kill.end();
    return tale;
  }

  private void run(String name, Tale tale) throws IOException {
    Report.write(tale.result(), Files.createDirectory(folder.resolve(name)));
  }
}
