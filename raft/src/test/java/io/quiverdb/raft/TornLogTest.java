package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.CorruptFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
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

  @BeforeEach
  void writeALogWhoseLastEntryIsLong() throws Exception {
    cluster = new GroupCluster(directory, 1).start();
    node = cluster.awaitLeader();
    GroupServerTest.proposeAll(cluster, 0, ENTRIES);
    String last = "x".repeat(300);
    var _ = GroupCluster.propose(node, last).get();
    node.kill();
    try (var files = Files.newDirectoryStream(node.logDirectory(), "log_inprogress_*")) {
      openSegment = files.iterator().next();
    }
    before = Files.readAllBytes(openSegment);
    lastEntryOffset = new String(before, StandardCharsets.ISO_8859_1).indexOf(last);
  }

  @Test
  void startsWithAllEarlierEntriesWhereverTheLastOneIsCut() throws Exception {
    int end = lastEntryOffset + 300;
    for (int cut : List.of(lastEntryOffset - 1, lastEntryOffset + 1, end - 1, end, end + 3)) {
      byte[] torn = Arrays.copyOf(Arrays.copyOf(before, cut), before.length + 4096);
      Files.write(openSegment, torn);

      node.start();
      GroupServerTest.requireAll(cluster, ENTRIES);
      assertThat(node.state().count("x".repeat(300))).isZero();
      node.kill();

      Files.deleteIfExists(openSegment);
      keepOnly(openSegment);
    }
  }

  /// What later rounds would find of this one's entries.
  private static void keepOnly(Path segment) throws IOException {
    try (var files = Files.newDirectoryStream(segment.getParent(), "log_*")) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }

  @Test
  void refusesToStartWithAFlippedBitInTheMiddle() throws Exception {
    byte[] rotten = before.clone();
    rotten[lastEntryOffset / 2] ^= 1;
    Files.write(openSegment, rotten);

    assertThatThrownBy(node::start)
        .isInstanceOfSatisfying(
            CorruptFileException.class,
            refusal -> {
              assertThat(refusal.file()).endsWith(openSegment.getFileName().toString());
              assertThat(refusal.offset()).isBetween(8L, (long) lastEntryOffset / 2);
            });

    Files.write(openSegment, before);
    node.start();
    GroupServerTest.requireAll(cluster, ENTRIES);
    node.kill();
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
