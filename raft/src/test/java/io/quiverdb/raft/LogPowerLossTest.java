package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.faultfs.FaultFs;
import io.quiverdb.core.faultfs.Loss;
import io.quiverdb.core.faultfs.Loss.Bytes;
import io.quiverdb.core.faultfs.Loss.Names;
import io.quiverdb.core.faultfs.PowerLossReport;
import io.quiverdb.core.faultfs.agent.Fault;
import io.quiverdb.core.faultfs.agent.Fault.Operation;
import io.quiverdb.core.storage.Seed;
import io.quiverdb.raft.LogTarget.Keeping;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The log of a group with one member, whose power is cut: `-Dquiver.power.rounds=N` sets how
/// often.
@EnabledOnOs(OS.LINUX)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class LogPowerLossTest {
  private static final int ROUNDS = Integer.getInteger("quiver.power.rounds", 3);
  private static final int IN_FLIGHT = 8;
  private static final String LOG = "**/log_*";

  /// What a power cut may take at worst where the file system has a journal.
  private static final Loss EVERYTHING = new Loss(Bytes.ALL, Names.WHOLE_TAIL);

  @TempDir private Path folder;
  private final int port = Loopback.port();
  private FaultFs disk;
  private Path agentJar;

  @BeforeEach
  void setUp() throws IOException {
    disk = new FaultFs(folder.resolve("data"), folder.resolve("journal"));
    agentJar = FaultFs.writeAgentJar(folder.resolve("agent.jar"));
  }

  private LogProcess start(Keeping keeping) throws IOException {
    return LogProcess.start(disk, agentJar, keeping, port, folder.resolve("errors.txt"));
  }

  @Test
  void acknowledgedEntriesSurvivePowerCuts() throws IOException {
    var random = new SplittableRandom(Seed.draw());
    List<Integer> acknowledged = new ArrayList<>();
    var lost = new ArrayList<PowerLossReport>();
    for (int round = 0; round <= ROUNDS; round++) {
      try (var process = start(Keeping.OURS)) {
        requireAll(process, acknowledged, lost);
        if (round < ROUNDS) {
          acknowledged.add(appendUntilKilled(process, prefix(round), random.nextInt(20, 300)));
        }
      }
      lost.add(
          disk.cutPower(random.nextInt(3) == 0 ? EVERYTHING : Loss.JOURNALED, random.nextLong()));
    }
    System.out.printf(
        "power cuts: %d, of which %d took something, acknowledged: %d, failures: 0%n",
        lost.size(), lost.stream().filter(it -> !it.isEmpty()).count(), sum(acknowledged));
    assertThat(lost).anyMatch(report -> !report.bytes().isEmpty());
    assertThat(disk.missed()).isEmpty();
  }

  private static int sum(List<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).sum();
  }

  private static String prefix(int round) {
    return "round-" + round + "-";
  }

  private static void requireAll(
      LogProcess process, List<Integer> acknowledged, List<PowerLossReport> lost)
      throws IOException {
    for (int round = 0; round < acknowledged.size(); round++) {
      assertThat(process.count(prefix(round), acknowledged.get(round)))
          .as("round %d of %s after %s", round, acknowledged, lost)
          .isEqualTo(acknowledged.get(round));
    }
  }

  /// @return how many entries were acknowledged, which are the first ones
  private static int appendUntilKilled(LogProcess process, String prefix, int killAfter)
      throws IOException {
    Set<String> acknowledged = new HashSet<>();
    int appended = 0;
    try {
      while (appended < IN_FLIGHT) {
        process.send("append " + prefix + appended++);
      }
      while (true) {
        assertThat(acknowledged.add(acknowledgement(process.answer()))).isTrue();
        if (acknowledged.size() >= killAfter) {
          process.kill();
        }
        process.send("append " + prefix + appended++);
      }
    } catch (IOException _) {
      drain(process, acknowledged);
    }
    for (int number = 0; number < acknowledged.size(); number++) {
      assertThat(acknowledged).contains(prefix + number);
    }
    return acknowledged.size();
  }

  /// What was said before the kill is still read.
  private static void drain(LogProcess process, Set<String> acknowledged) {
    try {
      while (true) {
        acknowledged.add(acknowledgement(process.answer()));
      }
    } catch (IOException _) {
      // It has ended.
    }
  }

  private static String acknowledgement(String answer) {
    assertThat(answer).startsWith("acknowledged ");
    return answer.substring(answer.indexOf(' ') + 1);
  }

  @Test
  void entryIsNotAcknowledgedBeforeItIsForced() throws Exception {
    try (var process = start(Keeping.OURS)) {
      disk.arm(Fault.stall(Operation.FORCE, LOG));
      process.send("append early");
      awaitStruck();
      assertThat(process.hasAnswer()).isFalse();

      disk.heal();

      process.awaitAnswer("acknowledged early");
    }
    disk.cutPower(EVERYTHING, 1);
    assertThat(logHolds("early")).isTrue();
  }

  @Test
  void entryThatCannotBeForcedIsNotAcknowledged() throws Exception {
    try (var process = start(Keeping.OURS)) {
      disk.arm(Fault.eio(Operation.FORCE, LOG));
      process.send("append lost");

      assertThat(process.answer()).doesNotStartWith("acknowledged");
    }
    disk.cutPower(EVERYTHING, 1);
    assertThat(logHolds("lost")).isFalse();
  }

  /// What our settings must never become: reliability.md, H3.
  @Test
  void plainRatisWithAsyncFlushAcknowledgesWhatNoForceHasWritten() throws Exception {
    try (var process = start(Keeping.ASYNC_FLUSH)) {
      disk.arm(Fault.eio(Operation.FORCE, LOG));
      for (int number = 0; number < 20; number++) {
        process.send("append lost-" + number);
        process.awaitAnswer("acknowledged lost-" + number);
      }
    }
    assertThat(disk.struck()).isNotEmpty();
    assertThat(logHolds("lost-19")).isTrue();

    var lost = disk.cutPower(EVERYTHING, 1);

    assertThat(logHolds("lost-")).as(lost.toString()).isFalse();
  }

  @Test
  void plainRatisWithUnsafeFlushAcknowledgesWhileTheForceIsStillGoingOn() throws Exception {
    try (var process = start(Keeping.UNSAFE_FLUSH)) {
      disk.arm(Fault.stall(Operation.FORCE, LOG));
      process.send("append lost");
      process.awaitAnswer("acknowledged lost");
    }
    disk.heal();

    var lost = disk.cutPower(EVERYTHING, 1);

    assertThat(logHolds("lost")).as(lost.toString()).isFalse();
  }

  private void awaitStruck() throws IOException, InterruptedException {
    while (disk.struck().isEmpty()) {
      Thread.sleep(5);
    }
  }

  /// In plain text.
  private boolean logHolds(String text) throws IOException {
    try (var files = Files.walk(disk.tree())) {
      for (Path file : files.filter(it -> it.toString().contains("log_")).toList()) {
        if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(text)) {
          return true;
        }
      }
      return false;
    }
  }
}
