package io.quiverdb.core.faultfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.faultfs.Loss.Bytes;
import io.quiverdb.core.faultfs.Loss.Names;
import io.quiverdb.core.faultfs.agent.Fault;
import io.quiverdb.core.faultfs.agent.Fault.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Processes are killed here as a harness kills nodes.
@EnabledOnOs(OS.LINUX)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FaultFsTest {
  private static final int SECTORS_OF_FILE = 16;

  @TempDir private Path folder;
  private FaultFs disk;
  private Path agentJar;

  @BeforeEach
  void setUp() throws IOException {
    disk = new FaultFs(folder.resolve("tree"), folder.resolve("journal"));
    agentJar = FaultFs.writeAgentJar(folder.resolve("agent.jar"));
  }

  private DiskProcess start() throws IOException {
    return DiskProcess.start(disk, agentJar);
  }

  @Test
  void everyChangeThatWasNotForcedIsLost() throws IOException {
    runEveryChange();

    var report = disk.cutPower(new Loss(Bytes.ALL, Names.ALL), 1);

    for (var change : UnforcedChange.values()) {
      assertThat(content(change.name())).as(change.name()).isEqualTo(change.durable());
      if (!change.durable().equals(change.seen())) {
        assertThat(report.toString()).contains(change.name());
      }
    }
    assertThat(disk.missed()).isEmpty();
  }

  @Test
  void nothingIsLostWhereTheLossTakesNothing() throws IOException {
    runEveryChange();

    var report = disk.cutPower(new Loss(Bytes.KEPT, Names.KEPT), 1);

    for (var change : UnforcedChange.values()) {
      assertThat(content(change.name())).as(change.name()).isEqualTo(change.seen());
    }
    assertThat(report.isEmpty()).isTrue();
  }

  private void runEveryChange() throws IOException {
    try (var process = start()) {
      process.call("scripts all");
    }
  }

  @Test
  void sameSeedTakesTheSame() throws IOException {
    runEveryChange();
    disk.cutPower(Loss.POSIX, 7);
    var first = content("");
    disk = new FaultFs(folder.resolve("tree-2"), folder.resolve("journal-2"));
    runEveryChange();

    disk.cutPower(Loss.POSIX, 7);

    assertThat(content("")).isEqualTo(first);
  }

  @Test
  void sectorsAreLostEachByItself() throws IOException {
    overwriteFiles();

    disk.cutPower(new Loss(Bytes.SECTORS, Names.KEPT), 3);

    int mixed = 0;
    boolean gap = false;
    for (String content : content("").values()) {
      List<Character> sectors = new ArrayList<>();
      for (int offset = 0; offset < content.length(); offset += 512) {
        String sector = content.substring(offset, Math.min(offset + 512, content.length()));
        assertThat(sector.chars().distinct().count()).isEqualTo(1);
        sectors.add(sector.charAt(0));
      }
      assertThat(sectors).hasSizeBetween(SECTORS_OF_FILE, SECTORS_OF_FILE + 4);
      assertThat(sectors.subList(0, SECTORS_OF_FILE)).containsAnyOf('a', 'b').doesNotContain('\0');
      mixed += sectors.contains('a') && sectors.contains('b') ? 1 : 0;
      gap |= sectors.indexOf('a') < sectors.lastIndexOf('b') && sectors.contains('a');
    }
    assertThat(mixed).isPositive();
    assertThat(gap).as("a sector is kept behind one that is lost").isTrue();
  }

  @Test
  void tornWriteKeepsItsBeginning() throws IOException {
    overwriteFiles();

    disk.cutPower(new Loss(Bytes.TORN, Names.KEPT), 3);

    assertThat(content("").values()).allMatch(content -> content.matches("b*a*"));
    assertThat(content("").values()).anyMatch(content -> content.matches("b+a+"));
    assertThat(content("").values()).anyMatch(content -> content.indexOf('a') % 512 > 0);
  }

  /// Each of 16 sectors of a, and 20 of b over them that are not forced.
  private void overwriteFiles() throws IOException {
    try (var process = start()) {
      for (int number = 0; number < 20; number++) {
        String file = "file-" + number;
        process.call("fill " + file + " a").call("force " + file).call("force .");
        process.call("overwrite " + file + " b");
      }
    }
  }

  @Test
  void newestNamesAreLostWhereTheFileSystemHasAJournal() throws IOException {
    createTwelve();

    disk.cutPower(new Loss(Bytes.KEPT, Names.TAIL), 5);

    var names = content("").keySet();
    assertThat(names.size()).isBetween(4, 12);
    for (int number = 0; number < names.size(); number++) {
      assertThat(names).contains("file-%02d".formatted(number));
    }
  }

  @Test
  void whatWasDoneBeforeAnythingWasForcedSurvivesWhereTheFileSystemHasAJournal()
      throws IOException {
    createTwelve();

    disk.cutPower(new Loss(Bytes.KEPT, Names.WHOLE_TAIL), 5);

    assertThat(content("")).containsOnlyKeys("file-00", "file-01", "file-02", "file-03");
  }

  @Test
  void anyNameMayBeLostWhoseDirectoryWasNotForced() throws IOException {
    createTwelve();

    disk.cutPower(new Loss(Bytes.KEPT, Names.SUBSET), 5);

    var names = List.copyOf(content("").keySet());
    assertThat(names).hasSizeBetween(1, 11);
    assertThat(names.getLast()).isNotEqualTo("file-%02d".formatted(names.size() - 1));
  }

  /// Of which one is forced, and the directory never.
  private void createTwelve() throws IOException {
    try (var process = start()) {
      for (int number = 0; number < 12; number++) {
        process.call("create file-%02d".formatted(number));
        if (number == 3) {
          process.call("append file-03 x").call("force file-03");
        }
      }
    }
  }

  @Test
  void whatAKilledProcessLeftUnforcedIsStillAtRiskInTheNext() throws IOException {
    try (var process = start()) {
      process.call("append file old").call("force file").call("force .").call("append file more");
    }
    try (var process = start()) {
      process.call("append other x").call("force other").call("create third");
    }

    disk.cutPower(new Loss(Bytes.ALL, Names.ALL), 1);

    assertThat(content("")).isEqualTo(Map.of("file", "old"));
  }

  @Test
  void nextProcessMakesDurableWhatItForces() throws IOException {
    try (var process = start()) {
      process.call("append file lost?");
    }
    try (var process = start()) {
      process.call("sync file").call("force .");
    }

    disk.cutPower(new Loss(Bytes.ALL, Names.ALL), 1);

    assertThat(content("")).isEqualTo(Map.of("file", "lost?"));
  }

  @Test
  void bytesOfAFailedForceAreLostWhateverIsForcedLater() throws IOException {
    try (var process = start()) {
      process.call("append file abc").call("force file").call("force .");
      process.call("append file DEF");
      disk.arm(Fault.eio(Operation.FORCE, "file"));
      assertThat(process.ask("force file")).isEqualTo("InjectedException: Input/output error");
      disk.heal();
      process.call("force file").call("append file ghi").call("force file");
    }

    disk.cutPower(new Loss(Bytes.ALL, Names.ALL), 1);

    assertThat(content("")).isEqualTo(Map.of("file", "abc\0\0\0ghi"));
  }

  @Test
  void bytesOfAFailedForceSurviveIfTheyAreWrittenAndForcedAgain() throws IOException {
    try (var process = start()) {
      process.call("fill file a").call("force file").call("force .");
      process.call("overwrite file b");
      disk.arm(Fault.eio(Operation.FORCE, "file"));
      assertThat(process.ask("sync file")).startsWith("SyncFailedException: Input/output error");
      disk.heal();
      process.call("overwrite file b").call("force file");
    }

    disk.cutPower(new Loss(Bytes.ALL, Names.ALL), 1);

    assertThat(content("")).isEqualTo(Map.of("file", "b".repeat(20 * 512)));
  }

  @Test
  void skippedForceForcesNothing() throws IOException {
    try (var process = start()) {
      process.call("append file abc").call("force file").call("force .");
      disk.arm(Fault.skipForce("file").at(2));
      process.call("append file d").call("force file");
      process.call("append file e").call("force file");
    }

    disk.cutPower(new Loss(Bytes.ALL, Names.ALL), 1);

    assertThat(content("")).isEqualTo(Map.of("file", "abcd"));
    assertThat(disk.struck()).hasSize(1);
  }

  @Test
  void faultsStrikeTheCallsTheyAreArmedForUntilTheyAreHealed() throws IOException {
    try (var process = start()) {
      disk.arm(
          Fault.enospc(Operation.CREATE, "**/new*"),
          Fault.eio(Operation.WRITE, "log").at(2),
          Fault.enospc(Operation.WRITE, "{full,stream}").from(2),
          Fault.eio(Operation.RENAME, "log"),
          Fault.eio(Operation.DELETE, "log"));

      process.call("mkdir d").call("create d/old");
      assertThat(process.ask("create d/new")).endsWith("d/new: No space left on device");
      assertThat(process.ask("stream d/new-2 x")).startsWith("FileNotFoundException");
      process.call("append log a");
      assertThat(process.ask("append log b")).isEqualTo("InjectedException: Input/output error");
      process.call("append log c");
      assertThat(process.ask("rename log to")).endsWith("log: Input/output error");
      assertThat(process.ask("delete log")).endsWith("log: Input/output error");
      process.call("append full a");
      assertThat(process.ask("append full 1234"))
          .isEqualTo("InjectedException: No space left on device");
      assertThat(process.ask("stream stream 1234")).contains("No space left on device");

      disk.heal();
      process.call("create d/new").call("append full b").call("delete log");
    }
    assertThat(content(""))
        .isEqualTo(Map.of("d/old", "", "d/new", "", "full", "a12b", "stream", "12"));
    assertThat(disk.struck()).hasSize(7).anyMatch(line -> line.startsWith("EIO WRITE 2 1 0 log"));
  }

  @Test
  void stalledCallGoesOnWhenItIsHealed() throws Exception {
    try (var process = start()) {
      process.call("append file a");
      disk.arm(Fault.stall(Operation.FORCE, "file"));
      process.send("force file");
      while (disk.struck().isEmpty()) {
        Thread.sleep(5);
      }

      disk.heal();

      assertThat(process.answer()).isEqualTo("ok");
    }
  }

  @Test
  void powerOfALivingProcessIsNotCut() throws IOException {
    try (var _ = start()) {
      assertThatThrownBy(() -> disk.cutPower(Loss.POSIX, 1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("a process writes to the tree");
    }
  }

  @Test
  void healthyDiskBehavesAsItDoesWithoutTheAgent() throws IOException {
    List<String> answers = new ArrayList<>();
    try (var process = start()) {
      process.call("mkdir probes");
      process.send("differences probes");
      for (var line = process.answer(); !line.equals("ok"); line = process.answer()) {
        answers.add(line);
      }
    }

    assertThat(answers).isEqualTo(FileBehaviour.describeAll(Files.createTempDirectory(folder, "")));
    assertThat(answers).hasSize(FileBehaviour.values().length);
  }

  @Test
  void journalInsideTheTreeIsRefused() {
    assertThatThrownBy(() -> new FaultFs(folder, folder.resolve("journal")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("journal: ");
  }

  /// Files with their content, below a folder of the tree.
  private Map<String, String> content(String name) throws IOException {
    Path top = disk.tree().resolve(name);
    Map<String, String> content = new TreeMap<>();
    try (var files = Files.walk(top)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        content.put(top.relativize(file).toString(), Files.readString(file));
      }
    }
    return content;
  }
}
