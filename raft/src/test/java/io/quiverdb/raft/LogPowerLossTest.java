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
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.apache.ratis.util.ProtoUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The log of a group whose members lose their power, all at once: `-Dquiver.power.rounds=N` sets
/// how often.
@EnabledOnOs(OS.LINUX)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class LogPowerLossTest {
  private static final int ROUNDS = Integer.getInteger("quiver.power.rounds", 2);
  private static final int IN_FLIGHT = 8;
  private static final String LOG = "**/log_*";

  /// What a power cut may take at worst where the file system has a journal.
  private static final Loss EVERYTHING = new Loss(Bytes.ALL, Names.WHOLE_TAIL);

  @TempDir private Path folder;
  private final int port = portsOfThree();
  private FaultFs disk;
  private Path agentJar;

  @BeforeEach
  void setUp() throws IOException {
    disk = new FaultFs(folder.resolve("data"), folder.resolve("journal"));
    agentJar = FaultFs.writeAgentJar(folder.resolve("agent.jar"));
  }

  /// @return the first
  private static int portsOfThree() {
    int first = Loopback.port();
    int _ = Loopback.port();
    int _ = Loopback.port();
    return first;
  }

  private LogProcess start(Keeping keeping) throws IOException {
    return LogProcess.start(disk, agentJar, keeping, port, folder.resolve("errors.txt"));
  }

  @Test
  void acknowledgedEntriesSurviveThatAllMembersLoseTheirPowerAtOnce() throws IOException {
    var random = new SplittableRandom(Seed.draw());
    List<Set<String>> acknowledged = new ArrayList<>();
    var lost = new ArrayList<PowerLossReport>();
    for (int round = 0; round <= ROUNDS; round++) {
      try (var process = start(Keeping.OURS_OF_THREE)) {
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
        lost.size(),
        lost.stream().filter(it -> !it.isEmpty()).count(),
        acknowledged.stream().mapToInt(Set::size).sum());
    assertThat(lost).anyMatch(report -> !report.bytes().isEmpty());
    assertThat(disk.missed()).isEmpty();
  }

  private static String prefix(int round) {
    return "round-" + round + "-";
  }

  private static void requireAll(
      LogProcess process, List<Set<String>> acknowledged, List<PowerLossReport> lost)
      throws IOException {
    for (int round = 0; round < acknowledged.size(); round++) {
      assertThat(process.list(prefix(round)))
          .as("round %d of %d after %s", round, acknowledged.size(), lost)
          .containsAll(acknowledged.get(round));
    }
  }

  /// @return the entries that were acknowledged
  private static Set<String> appendUntilKilled(LogProcess process, String prefix, int killAfter)
      throws IOException {
    Set<String> acknowledged = new HashSet<>();
    int appended = 0;
    try {
      while (appended < IN_FLIGHT) {
        process.send("append " + prefix + appended++);
      }
      while (true) {
        note(process.answer(), acknowledged);
        if (acknowledged.size() >= killAfter) {
          process.kill();
        }
        process.send("append " + prefix + appended++);
      }
    } catch (IOException _) {
      drain(process, acknowledged);
    }
    return acknowledged;
  }

  /// What was said before the kill is still read.
  private static void drain(LogProcess process, Set<String> acknowledged) {
    try {
      while (true) {
        note(process.answer(), acknowledged);
      }
    } catch (IOException _) {
      // It has ended.
    }
  }

  /// Of what has failed, nobody knows whether it is there: a leader that did not run for a while
  /// steps down.
  private static void note(String answer, Set<String> acknowledged) {
    assertThat(answer).matches("(acknowledged|failed) .*");
    if (answer.startsWith("acknowledged ")) {
      assertThat(acknowledged.add(answer.substring(answer.indexOf(' ') + 1))).isTrue();
    }
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

  /// The disk stalls, the process is killed with an entry in the page cache, and the next one
  /// counts it as flushed, as Ratis does with all that it reads.
  @Test
  void entryThatWasReadAtTheStartIsOnTheDiskBeforeTheNextIsAcknowledged() throws Exception {
    try (var process = start(Keeping.OURS)) {
      disk.arm(Fault.stall(Operation.FORCE, LOG));
      process.send("append early");
      awaitStruck();
    }
    disk.heal();
    try (var process = start(Keeping.OURS)) {
      process.send("append late");
      process.awaitAnswer("acknowledged late");
    }

    var lost = disk.cutPower(EVERYTHING, 1);

    assertThat(logHolds("early")).as(lost.toString()).isTrue();
    assertThat(logHolds("late")).as(lost.toString()).isTrue();
  }

  /// Where nothing but a force of the directory makes a name durable, as POSIX has it. On ext4 and
  /// XFS, any force does: there, the vote is lost only if the power goes before the next one.
  private static final Loss NAMES_WHOSE_DIRECTORY_WAS_NOT_FORCED = new Loss(Bytes.KEPT, Names.ALL);

  @Test
  void voteThatWasToldSurvivesAPowerCut() throws Exception {
    try (var _ = start(Keeping.OURS_OF_TWO)) {
      assertThat(askForVote(7)).isTrue();
    }

    var lost = disk.cutPower(NAMES_WHOSE_DIRECTORY_WAS_NOT_FORCED, 1);

    assertThat(votedTerm()).as(lost.toString()).isEqualTo(7);
  }

  @Test
  void acknowledgedEntrySurvivesInASegmentThatIsNew() throws Exception {
    try (var process = start(Keeping.OURS)) {
      process.send("append a-first-entry");
      process.awaitAnswer("acknowledged a-first-entry");
    }

    var lost = disk.cutPower(NAMES_WHOSE_DIRECTORY_WAS_NOT_FORCED, 1);

    assertThat(logHolds("a-first-entry")).as(lost.toString()).isTrue();
  }

  /// The segments of this test hold 4 MiB.
  @Test
  void acknowledgedEntriesSurviveInSegmentsThatWereRolled() throws Exception {
    try (var process = start(Keeping.OURS)) {
      for (int number = 0; number < 12; number++) {
        String large = "entry-" + number + "-of-12-" + "x".repeat(1 << 20);
        process.send("append " + large);
        process.awaitAnswer("acknowledged " + large);
      }
    }

    var lost = disk.cutPower(NAMES_WHOSE_DIRECTORY_WAS_NOT_FORCED, 1);

    for (int number = 0; number < 12; number++) {
      assertThat(logHolds("entry-" + number + "-of-12")).as(lost.toString()).isTrue();
    }
  }

  /// Why we force directories.
  @Test
  void plainRatisForgetsItsVoteInAPowerCut() throws Exception {
    try (var process = start(Keeping.PLAIN)) {
      process.send("append a");
      process.awaitAnswer("acknowledged a");
    }
    assertThat(votedTerm()).isPositive();

    var lost = disk.cutPower(NAMES_WHOSE_DIRECTORY_WAS_NOT_FORCED, 1);

    assertThat(lost.names()).as(lost.toString()).isNotEmpty();
    assertThat(votedTerm()).as(lost.toString()).isZero();
    assertThat(logHolds("a")).isFalse();
  }

  /// As the other member of the group, which is not up.
  private boolean askForVote(long term) {
    var channel = NettyChannelBuilder.forAddress(Loopback.host(), port).usePlaintext().build();
    try {
      return RaftServerProtocolServiceGrpc.newBlockingStub(channel)
          .requestVote(
              RequestVoteRequestProto.newBuilder()
                  .setServerRequest(
                      RaftRpcRequestProto.newBuilder()
                          .setRequestorId(ByteString.copyFromUtf8(LogTarget.OTHER.toString()))
                          .setReplyId(ByteString.copyFromUtf8(LogTarget.NODE.toString()))
                          .setRaftGroupId(
                              ProtoUtils.toRaftGroupIdProtoBuilder(
                                  RaftGroupId.valueOf(LogTarget.GROUP))))
                  .setCandidateTerm(term)
                  .setCandidateLastEntry(TermIndexProto.newBuilder().setTerm(1).setIndex(1))
                  .build())
          .getServerReply()
          .getSuccess();
    } finally {
      channel.shutdownNow();
    }
  }

  /// 0 without a file, as Ratis has it.
  private long votedTerm() throws IOException {
    try (var files = Files.walk(disk.tree())) {
      var file = files.filter(it -> it.endsWith("raft-meta")).findFirst();
      var properties = new Properties();
      properties.load(new StringReader(file.isPresent() ? Files.readString(file.get()) : ""));
      return Long.parseLong(properties.getProperty("term", "0"));
    }
  }

  /// What our settings must never become.
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
