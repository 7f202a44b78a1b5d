package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.CorruptFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a kill leaves of the log that Ratis itself wrote.
@Timeout(value = 6, unit = TimeUnit.MINUTES)
class TornLogTest {
  private static final int ENTRIES = 10;

  @TempDir Path directory;
  private GroupCluster cluster;
  private GroupCluster.Node node;
  private Path openSegment;
  private byte[] before;
  private int lastEntryOffset;

  /// The node's marks from before the last entry, which a kill within a tenth of a second leaves.
  private byte[] earlierMarks;

  @BeforeEach
  void writeALogWhoseLastEntryIsLong() throws Exception {
    cluster = new GroupCluster(directory, 1).start();
    node = cluster.awaitLeader();
    GroupServerTest.proposeAll(cluster, 0, ENTRIES);
    node.kill();
    earlierMarks = Files.readAllBytes(marks());
    node.start();
    String last = "x".repeat(300);
    var _ = GroupCluster.propose(cluster.awaitLeader(), last).get();
    node.kill();
    try (var files = Files.newDirectoryStream(node.logDirectory(), "log_inprogress_*")) {
      openSegment = files.iterator().next();
    }
    before = Files.readAllBytes(openSegment);
    lastEntryOffset = new String(before, StandardCharsets.ISO_8859_1).indexOf(last);
  }

  private Path marks() {
    return node.directory.resolve("watermarks");
  }

  @Test
  void startsWithAllEarlierEntriesWhereverTheLastOneIsCut() throws Exception {
    var log = logFiles();
    int end = lastEntryOffset + 300;
    for (int cut : List.of(lastEntryOffset - 1, lastEntryOffset + 1, end - 1, end, end + 3)) {
      restore(log);
      Files.write(openSegment, Arrays.copyOf(Arrays.copyOf(before, cut), before.length + 4096));
      Files.write(marks(), earlierMarks);

      node.start();
      GroupServerTest.requireAll(cluster, ENTRIES);
      assertThat(node.state().count("x".repeat(300))).isZero();
      node.kill();
    }
  }

  /// Without its newest entry, it could elect a leader that lacks it, too.
  @Test
  void isQuarantinedWithoutAnEntryThatWasCommitted() throws Exception {
    Files.write(openSegment, Arrays.copyOf(before, lastEntryOffset - 1));

    requireQuarantined(QuarantineCause.LOG);
  }

  @Test
  void isQuarantinedWhereTheEndOfTheLogIsZeros() throws Exception {
    var zeroed = before.clone();
    Arrays.fill(zeroed, 8, zeroed.length, (byte) 0);
    Files.write(openSegment, zeroed);

    requireQuarantined(QuarantineCause.LOG);
  }

  /// Nothing could be told of its log then.
  @Test
  void isQuarantinedWithoutItsWatermarks() throws Exception {
    Files.delete(marks());

    requireQuarantined(QuarantineCause.WATERMARKS);
  }

  /// At each start; without a member, the group has no replica here.
  private void requireQuarantined(QuarantineCause cause) throws IOException {
    for (int start = 0; start < 2; start++) {
      node.start();
      assertThat(node.quarantine()).contains(cause);
      assertThat(node.server.orElseThrow().replicas()).isEmpty();
      node.kill();
    }
  }

  private Map<Path, byte[]> logFiles() throws IOException {
    Map<Path, byte[]> contents = new HashMap<>();
    try (var files = Files.newDirectoryStream(node.logDirectory(), "log_*")) {
      for (Path file : files) {
        contents.put(file, Files.readAllBytes(file));
      }
    }
    return contents;
  }

  private void restore(Map<Path, byte[]> log) throws IOException {
    for (Path file : logFiles().keySet()) {
      Files.delete(file);
    }
    for (var file : log.entrySet()) {
      Files.write(file.getKey(), file.getValue());
    }
  }

  @Test
  void isQuarantinedWithAFlippedBitInTheMiddle() throws Exception {
    byte[] rotten = before.clone();
    rotten[lastEntryOffset / 2] ^= 1;
    Files.write(openSegment, rotten);

    requireQuarantined(QuarantineCause.LOG);
  }

  @Test
  void refusesToStartWithADirectoryOfAnotherCluster() throws Exception {
    Files.createDirectories(
        node.directory.resolve("raft").resolve("00000000-0000-0000-0000-000000000000"));

    assertThatThrownBy(node::start)
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("raft/00000000-0000-0000-0000-000000000000");
  }
}
