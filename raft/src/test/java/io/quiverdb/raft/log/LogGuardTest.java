package io.quiverdb.raft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.CorruptFileException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.CodedOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogGuardTest {
  private static final int PREALLOCATED_BYTES = 512;
  private static final long TERM = 3;
  private static final long NO_MARK = -1;

  @TempDir Path root;
  private Path group;
  private Path current;
  private LogGuard guard;

  @BeforeEach
  void createGroup() throws IOException {
    group = root.resolve("raft").resolve("group");
    current = Files.createDirectories(group.resolve("current"));
    guard = new LogGuard(root, 4 << 20);
  }

  @Test
  void soundLogStaysAsItIs() throws IOException {
    write("log_0-1", segment(entry(0, 10), entry(1, 200)));
    Path open = write("log_inprogress_2", padded(segment(entry(2, 30), entry(3, 40))));
    byte[] before = Files.readAllBytes(open);

    assertThat(guard.guard(group, CoveredLog.NOTHING, NO_MARK)).isEqualTo(3);

    assertThat(Files.readAllBytes(open)).isEqualTo(before);
  }

  @Test
  void groupWithoutALogHasNoEntry() throws IOException {
    assertThat(guard.guard(group, CoveredLog.NOTHING, NO_MARK)).isEqualTo(-1);
    assertThat(guard.guard(root.resolve("nothing"), CoveredLog.NOTHING, NO_MARK)).isEqualTo(-1);
  }

  @Test
  void logMayBeginRightBehindWhatACheckpointHoldsAndNoLater() throws IOException {
    write("log_inprogress_2", padded(segment(entry(2, 30), entry(3, 40))));

    assertThat(guard.guard(group, new CoveredLog(TERM, 1), NO_MARK)).isEqualTo(3);
    assertThat(guard.guard(group, new CoveredLog(TERM, 3), NO_MARK)).isEqualTo(3);
    assertThatThrownBy(() -> guard.guard(group, new CoveredLog(TERM, 0), NO_MARK))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("first entry of the segment");
  }

  /// Purging deletes the newest of the segments first.
  @Test
  void segmentsThatAKilledPurgeLeftAreDeleted() throws IOException {
    Path left = write("log_0-0", segment(entry(0, 30)));
    Path behind = write("log_inprogress_2", padded(segment(entry(2, 30))));

    assertThat(guard.guard(group, new CoveredLog(TERM, 1), NO_MARK)).isEqualTo(2);

    assertThat(left).doesNotExist();
    assertThat(behind).exists();
  }

  @Test
  void gapBehindWhatACheckpointHoldsIsRefused() throws IOException {
    write("log_0-0", segment(entry(0, 30)));
    write("log_inprogress_2", padded(segment(entry(2, 30))));

    assertThatThrownBy(() -> guard.guard(group, new CoveredLog(TERM, 0), 1))
        .isInstanceOf(CorruptFileException.class);
  }

  @Test
  void logThatEndsBeforeACheckpointIsRefusedUnlessThatWasInstalled() throws IOException {
    var covered = new CoveredLog(TERM, 9);
    Path closed = write("log_0-1", segment(entry(0, 30), entry(1, 30)));
    Path open = write("log_inprogress_2", padded(segment(entry(2, 30))));
    assertThatThrownBy(() -> guard.guard(group, covered, NO_MARK))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("last entry");
    LogGuard.noteInstalled(group, new CoveredLog(TERM, 8), CoveredLog.NOTHING);
    assertThatThrownBy(() -> guard.guard(group, covered, NO_MARK))
        .isInstanceOf(CorruptFileException.class);
    assertThat(closed).exists();

    LogGuard.noteInstalled(group, covered, CoveredLog.NOTHING);

    assertThat(guard.guard(group, covered, NO_MARK)).isEqualTo(9);
    assertThat(closed).doesNotExist();
    assertThat(open).doesNotExist();
    assertThat(guard.guard(group, covered, NO_MARK)).as("again").isEqualTo(9);
  }

  @Test
  void logOfAnotherHistoryIsRefusedUnlessACheckpointWasInstalled() throws IOException {
    var covered = new CoveredLog(TERM + 1, 1);
    Path open = write("log_inprogress_0", padded(segment(entry(0, 30), entry(1, 30), entry(2, 9))));
    assertThatThrownBy(() -> guard.guard(group, covered, NO_MARK))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("term of entry 1");

    LogGuard.noteInstalled(group, covered, CoveredLog.NOTHING);

    assertThat(guard.guard(group, covered, NO_MARK)).isEqualTo(1);
    assertThat(open).doesNotExist();
  }

  /// What was not forced of a log that a checkpoint was to stand for.
  @Test
  void tornLogThatAnInstalledCheckpointStandsForIsDeleted() throws IOException {
    var covered = new CoveredLog(TERM, 2);
    byte[] torn = segment(entry(0, 30), entry(1, 30));
    torn[torn.length - 1] ^= 1;
    Path open = write("log_inprogress_0", torn);
    LogGuard.noteInstalled(group, covered, CoveredLog.NOTHING);

    assertThat(guard.guard(group, covered, 0)).isEqualTo(2);

    assertThat(open).doesNotExist();
  }

  /// Its files are renamed and deleted before it is known that all of it is to go.
  @Test
  void halfTruncatedLogThatAnInstalledCheckpointStandsForIsDeleted() throws IOException {
    var covered = new CoveredLog(TERM, 9);
    write("log_0-3", segment(entry(0, 30), entry(1, 30)));
    write("log_inprogress_4", padded(segment(entry(4, 30))));
    LogGuard.noteInstalled(group, covered, CoveredLog.NOTHING);

    assertThat(guard.guard(group, covered, 1)).isEqualTo(9);

    assertThat(current).isEmptyDirectory();
  }

  @Test
  void logThatHoldsTheCheckpointsEntryStaysThoughOneWasInstalled() throws IOException {
    Path open = write("log_inprogress_0", padded(segment(entry(0, 30), entry(1, 30))));
    var covered = new CoveredLog(TERM, 0);
    LogGuard.noteInstalled(group, covered, CoveredLog.NOTHING);

    assertThat(guard.guard(group, covered, NO_MARK)).isEqualTo(1);
    assertThat(open).exists();
  }

  /// Ratis deletes such a segment, and a kill may come before it begins another one.
  @Test
  void logThatWasBegunAndIsEmptyMayBeGoneAtTheNextStart() throws IOException {
    var covered = new CoveredLog(TERM, 4);
    Path open = write("log_inprogress_5", padded(segment()));
    assertThat(guard.guard(group, covered, NO_MARK)).isEqualTo(4);

    Files.delete(open);

    assertThat(guard.guard(group, covered, NO_MARK)).isEqualTo(4);
  }

  /// A crash may leave the one checkpoint or the other.
  @Test
  void installationUponAnInstallationLeavesBothInTheNote() throws IOException {
    var first = new CoveredLog(TERM, 4);
    var second = new CoveredLog(TERM, 9);
    LogGuard.noteInstalled(group, first, CoveredLog.NOTHING);
    assertThat(guard.guard(group, first, NO_MARK)).isEqualTo(4);

    LogGuard.noteInstalled(group, second, first);

    assertThat(guard.guard(group, first, NO_MARK)).isEqualTo(4);
    LogGuard.noteInstalled(group, second, first);
    assertThat(guard.guard(group, second, NO_MARK)).isEqualTo(9);
  }

  @Test
  void logThatHeldEntriesAgainMayNotBeGone() throws IOException {
    var covered = new CoveredLog(TERM, 4);
    LogGuard.noteInstalled(group, covered, CoveredLog.NOTHING);
    Path open = write("log_inprogress_5", padded(segment(entry(5, 10))));
    assertThat(guard.guard(group, covered, NO_MARK)).isEqualTo(5);

    Files.delete(open);

    assertThatThrownBy(() -> guard.guard(group, covered, NO_MARK))
        .isInstanceOf(CorruptFileException.class);
  }

  @Test
  void logThatIsGoneIsRefused() {
    assertThatThrownBy(() -> guard.guard(group, new CoveredLog(TERM, 4), NO_MARK))
        .isInstanceOf(CorruptFileException.class);
  }

  @Test
  void noteThatIsDamagedIsRefused() throws IOException {
    Files.writeString(group.resolve("emptied"), "x");

    assertThatThrownBy(() -> guard.guard(group, new CoveredLog(TERM, 4), NO_MARK))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("group/emptied");
  }

  @Test
  void lastEntryCutAtAnyByteIsTakenAwayWhetherZerosFollowOrNot() throws IOException {
    byte[] kept = segment(entry(0, 20), entry(1, 130));
    byte[] whole = segment(entry(0, 20), entry(1, 130), entry(2, 130));
    for (int cut = kept.length; cut < whole.length; cut++) {
      for (boolean zeros : new boolean[] {true, false}) {
        byte[] torn = Arrays.copyOf(whole, cut);
        Path open = write("log_inprogress_0", zeros ? padded(torn) : torn);

        assertThat(guard.guard(group, CoveredLog.NOTHING, NO_MARK))
            .as("cut at %d", cut)
            .isEqualTo(1);

        byte[] left = Files.readAllBytes(open);
        assertThat(Arrays.copyOf(left, kept.length)).isEqualTo(kept);
        assertThat(onlyZeros(left, kept.length)).as("cut at %d", cut).isTrue();
      }
    }
  }

  @Test
  void headerCutAtAnyByteLeavesAnEmptySegment() throws IOException {
    byte[] header = segment();
    for (int cut = 0; cut < header.length; cut++) {
      Path open = write("log_inprogress_0", padded(Arrays.copyOf(header, cut)));

      assertThat(guard.guard(group, CoveredLog.NOTHING, NO_MARK)).isEqualTo(-1);

      assertThat(open).isEmptyFile();
    }
  }

  @Test
  void anyFlippedBitUpToTheWatermarkIsRefusedByFileAndOffset() throws IOException {
    byte[] before = segment(entry(0, 20), entry(1, 100));
    byte[] whole = padded(segment(entry(0, 20), entry(1, 100), entry(2, 100)));
    for (int at = 0; at < before.length; at++) {
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        byte[] rotten = whole.clone();
        rotten[at] ^= (byte) (1 << bit);
        write("log_inprogress_0", rotten);

        assertThatThrownBy(() -> guard.guard(group, CoveredLog.NOTHING, 1))
            .as("bit %d of byte %d", bit, at)
            .isInstanceOfSatisfying(
                CorruptFileException.class,
                refusal -> {
                  assertThat(refusal.file()).isEqualTo("raft/group/current/log_inprogress_0");
                  assertThat(refusal.offset()).isBetween(0L, (long) before.length);
                });
        assertThat(current.resolve("log_inprogress_0")).hasBinaryContent(rotten);
      }
    }
  }

  /// A power cut keeps any of the sectors that were being written.
  @Test
  void whatIsNotSoundBehindTheWatermarkIsCutWhateverFollowsIt() throws IOException {
    byte[] kept = segment(entry(0, 20), entry(1, 130));
    byte[] whole = padded(segment(entry(0, 20), entry(1, 130), entry(2, 130), entry(3, 130)));
    for (int at = kept.length; at < kept.length + 130; at++) {
      byte[] torn = whole.clone();
      torn[at] ^= 1;
      Path open = write("log_inprogress_0", torn);

      assertThat(guard.guard(group, CoveredLog.NOTHING, 1)).as("byte %d", at).isEqualTo(1);

      assertThat(open).hasBinaryContent(kept);
    }
  }

  @Test
  void logThatEndsBeforeTheWatermarkIsRefused() throws IOException {
    Path open = write("log_inprogress_0", padded(segment(entry(0, 20), entry(1, 130))));
    byte[] before = Files.readAllBytes(open);

    assertThatThrownBy(() -> guard.guard(group, CoveredLog.NOTHING, 2))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("last entry is 1 (expected: at least 2, which was committed here");

    assertThat(open).hasBinaryContent(before);
  }

  @Test
  void logThatIsGoneWithItsDirectoryIsRefusedIfAnythingWasCommittedInIt() {
    assertThatThrownBy(
            () -> guard.guard(root.resolve("raft").resolve("gone"), CoveredLog.NOTHING, 0))
        .isInstanceOf(CorruptFileException.class);
  }

  @Test
  void whatACheckpointHoldsCountsAsPresent() throws IOException {
    write("log_inprogress_3", padded(segment()));

    assertThat(guard.guard(group, new CoveredLog(TERM, 2), 2)).isEqualTo(2);
  }

  /// A kill while a follower takes entries back.
  @Test
  void segmentsBehindAGapAndTheWatermarkAreDeleted() throws IOException {
    Path kept = write("log_0-1", segment(entry(0, 20), entry(1, 50)));
    Path closed = write("log_3-4", segment(entry(3, 20), entry(4, 20)));
    Path open = write("log_inprogress_5", padded(segment(entry(5, 20))));

    assertThat(guard.guard(group, CoveredLog.NOTHING, 1)).isEqualTo(1);

    assertThat(kept).exists();
    assertThat(closed).doesNotExist();
    assertThat(open).doesNotExist();
  }

  /// The names of a directory reach the disk in any order.
  @Test
  void segmentThatWasClosedAndNotRenamedIsRenamed() throws IOException {
    byte[] full = segment(entry(0, 20), entry(1, 50));
    write("log_inprogress_0", full);
    write("log_inprogress_2", padded(segment(entry(2, 20))));

    assertThat(guard.guard(group, CoveredLog.NOTHING, NO_MARK)).isEqualTo(2);

    assertThat(current.resolve("log_inprogress_0")).doesNotExist();
    assertThat(current.resolve("log_0-1")).hasBinaryContent(full);
  }

  @Test
  void segmentsBehindOneThatWasCutAreDeleted() throws IOException {
    byte[] kept = segment(entry(0, 20));
    byte[] torn = segment(entry(0, 20), entry(1, 50));
    torn[torn.length - 1] ^= 1;
    Path cut = write("log_inprogress_0", torn);
    Path behind = write("log_inprogress_2", padded(segment(entry(2, 20))));

    assertThat(guard.guard(group, CoveredLog.NOTHING, 0)).isZero();

    assertThat(cut).hasBinaryContent(kept);
    assertThat(behind).doesNotExist();
  }

  @Test
  void anyFlippedBitOfAClosedSegmentIsRefused() throws IOException {
    byte[] closed = segment(entry(0, 20), entry(1, 50));
    write("log_inprogress_2", padded(segment(entry(2, 10))));
    for (int at = 0; at < closed.length; at++) {
      byte[] rotten = closed.clone();
      rotten[at] ^= 1;
      write("log_0-1", rotten);

      assertThatThrownBy(() -> guard.guard(group, CoveredLog.NOTHING, NO_MARK))
          .as("byte %d", at)
          .isInstanceOf(CorruptFileException.class)
          .hasMessageContaining("raft/group/current/log_0-1");
    }
  }

  @Test
  void closedSegmentThatWasCutIsRefused() throws IOException {
    byte[] closed = segment(entry(0, 20), entry(1, 50));
    write("log_0-1", Arrays.copyOf(closed, segment(entry(0, 20)).length));

    assertThatThrownBy(() -> guard.guard(group, CoveredLog.NOTHING, 1))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("last entry");
  }

  @Test
  void truncationThatACrashInterruptedBeforeTheRenamingIsFinished() throws IOException {
    byte[] left = segment(entry(0, 20), entry(1, 50));
    write("log_0-3", left);
    Path behind = write("log_inprogress_4", padded(segment(entry(4, 20))));

    assertThat(guard.guard(group, CoveredLog.NOTHING, 1)).isEqualTo(1);

    assertThat(current.resolve("log_0-3")).doesNotExist();
    assertThat(current.resolve("log_0-1")).hasBinaryContent(left);
    assertThat(behind).doesNotExist();
    assertThat(guard.guard(group, CoveredLog.NOTHING, 1)).isEqualTo(1);
  }

  /// The name reached the disk, and the new length did not.
  @Test
  void whatAPowerCutGivesBackOfATruncatedSegmentIsCutAgain() throws IOException {
    byte[] kept = segment(entry(0, 20), entry(1, 50));
    byte[] whole = segment(entry(0, 20), entry(1, 50), entry(2, 40), entry(3, 40));
    byte[] damaged = whole.clone();
    damaged[kept.length + 10] ^= 1;
    write("log_inprogress_2", padded(segment(entry(2, 30))));
    for (byte[] givenBack : List.of(whole, damaged, padded(kept))) {
      Path closed = write("log_0-1", givenBack);

      assertThat(guard.guard(group, CoveredLog.NOTHING, 2)).isEqualTo(2);

      assertThat(closed).hasBinaryContent(kept);
    }
  }

  /// The names of segments that a truncation deleted.
  @Test
  void segmentsOfAnEarlierLogThatOverlapBehindTheWatermarkAreDeleted() throws IOException {
    write("log_0-1", segment(entry(0, 20), entry(1, 50)));
    Path open = write("log_inprogress_2", padded(segment(entry(2, 30), entry(3, 30))));
    Path earlier = write("log_3-4", segment(entry(3, 10), entry(4, 10)));

    assertThat(guard.guard(group, CoveredLog.NOTHING, 1)).isEqualTo(3);

    assertThat(open).doesNotExist();
    assertThat(current.resolve("log_2-3")).exists();
    assertThat(earlier).doesNotExist();
  }

  @Test
  void shortClosedSegmentThatNoTruncationExplainsIsRefused() throws IOException {
    byte[] left = segment(entry(0, 20), entry(1, 50));

    refusesShort("it held what was committed", left, 2);
    refusesShort("cut within an entry", Arrays.copyOf(left, left.length - 1), 0);
    refusesShort("no entry left", segment(), NO_MARK);
  }

  private void refusesShort(String why, byte[] content, long watermark) throws IOException {
    write("log_0-3", content);

    assertThatThrownBy(() -> guard.guard(group, CoveredLog.NOTHING, watermark))
        .as(why)
        .isInstanceOf(CorruptFileException.class);

    assertThat(current.resolve("log_0-3")).as(why).hasBinaryContent(content);
  }

  @Test
  void missingSegmentIsRefused() throws IOException {
    write("log_0-1", segment(entry(0, 20), entry(1, 50)));
    write("log_inprogress_3", padded(segment(entry(3, 20))));

    assertThatThrownBy(() -> guard.guard(group, CoveredLog.NOTHING, 2))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining(
            "log_inprogress_3 at 0: first entry of the segment is 3 (expected: 2");
  }

  @Test
  void largeTornEntryIsCut() throws IOException {
    byte[] kept = segment(entry(0, 20));
    byte[] whole = segment(entry(0, 20), entry(1, 1 << 20));
    write("log_inprogress_0", padded(Arrays.copyOf(whole, whole.length / 2)));

    assertThat(guard.guard(group, CoveredLog.NOTHING, NO_MARK)).isZero();

    assertThat(current.resolve("log_inprogress_0")).hasSize(kept.length);
  }

  private Path write(String name, byte[] content) throws IOException {
    return Files.write(current.resolve(name), content);
  }

  private static byte[] padded(byte[] content) {
    return Arrays.copyOf(content, content.length + PREALLOCATED_BYTES);
  }

  private static boolean onlyZeros(byte[] content, int from) {
    for (int at = from; at < content.length; at++) {
      if (content[at] != 0) {
        return false;
      }
    }
    return true;
  }

  /// Without a byte 0 anywhere in the entries' data, so that a cut never looks like an end.
  private static LogEntryProto entry(long index, int dataBytes) {
    var data = new byte[dataBytes];
    Arrays.fill(data, (byte) (1 + index));
    return LogEntryProto.newBuilder()
        .setTerm(TERM)
        .setIndex(index)
        .setStateMachineLogEntry(
            StateMachineLogEntryProto.newBuilder().setLogData(ByteString.copyFrom(data)))
        .build();
  }

  private static byte[] segment(LogEntryProto... entries) throws IOException {
    var bytes = new ByteArrayOutputStream();
    bytes.write("RaftLog1".getBytes(StandardCharsets.US_ASCII));
    for (byte[] framed : framed(entries)) {
      bytes.write(framed);
    }
    return bytes.toByteArray();
  }

  private static List<byte[]> framed(LogEntryProto... entries) throws IOException {
    List<byte[]> framed = new ArrayList<>();
    for (LogEntryProto entry : entries) {
      var frame = new ByteArrayOutputStream();
      var out = CodedOutputStream.newInstance(frame);
      out.writeUInt32NoTag(entry.getSerializedSize());
      entry.writeTo(out);
      out.flush();
      var checksum = new CRC32C();
      checksum.update(frame.toByteArray());
      frame.write(ByteBuffer.allocate(Integer.BYTES).putInt((int) checksum.getValue()).array());
      framed.add(frame.toByteArray());
    }
    return framed;
  }
}
