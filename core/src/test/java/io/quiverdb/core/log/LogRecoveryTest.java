package io.quiverdb.core.log;

import static io.quiverdb.core.log.LogOnDisk.append;
import static io.quiverdb.core.log.LogOnDisk.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.ForeignFileException;
import io.quiverdb.core.crypto.PlainCodec;
import io.quiverdb.core.crypto.Scope;
import io.quiverdb.core.storage.CrashedException;
import io.quiverdb.core.storage.Seed;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class LogRecoveryTest {
  private static final String FIRST_FILE = "wal/wal-0.log";
  private static final String SECOND_FILE = "wal/wal-1.log";

  @Test
  void entriesComeBackInOrderWithTheirNumbers() throws IOException {
    var storage = new SimulatedStorage();
    var log = open(storage).log();
    append(log, 10);
    append(log, 11, 12, 13);
    append(log, 14);
    log.close();

    var opened = open(storage);

    assertThat(opened.inOrder()).containsExactly(10L, 11L, 12L, 13L, 14L);
    assertThat(opened.numbers().firstKey()).isZero();
    assertThat(opened.recovery().tornTail()).isEmpty();
    assertThat(opened.recovery().entryCount()).isEqualTo(5);
  }

  @Test
  void openingChangesNoFile() throws IOException {
    var storage = twoFiles();
    var before = contents(storage);

    for (int time = 0; time < 3; time++) {
      open(storage).log().close();
    }

    assertThat(contents(storage)).isEqualTo(before);
  }

  @Test
  void reopenedFileIsNotContinued() throws IOException {
    var storage = new SimulatedStorage();
    var log = open(storage).log();
    append(log, 1);
    log.close();
    var firstFile = storage.content(FIRST_FILE);

    append(open(storage).log(), 2);

    assertThat(storage.content(FIRST_FILE)).isEqualTo(firstFile);
    assertThat(storage.files()).contains(SECOND_FILE);
    assertThat(open(storage).inOrder()).containsExactly(1L, 2L);
  }

  @Test
  void lastFrameCutAnywhereIsATornTailThatIsCutOffAndReported() throws IOException {
    var whole = twoFiles();
    var content = whole.content(SECOND_FILE);
    int lastFrame = content.length - frameBytes(whole);
    for (int length = lastFrame + 1; length < content.length; length++) {
      var storage = whole.copy();
      storage.overwrite(SECOND_FILE, Arrays.copyOf(content, length));

      var opened = open(storage);

      assertThat(opened.inOrder()).containsExactly(1L, 2L, 3L);
      assertThat(opened.recovery().tornTail())
          .contains(new TornTail(SECOND_FILE, lastFrame, 3, length - lastFrame));
      assertThat(storage.content(SECOND_FILE)).hasSize(lastFrame);
      assertThat(open(storage).recovery().tornTail()).isEmpty();
      append(opened.log(), 5);
      assertThat(storage.files()).contains("wal/wal-2.log");
      assertThat(open(storage).inOrder()).containsExactly(1L, 2L, 3L, 5L);
    }
  }

  @Test
  void anyFlippedBitOfTheLastFrameIsATornTail() throws IOException {
    var whole = twoFiles();
    var content = whole.content(SECOND_FILE);
    int lastFrame = content.length - frameBytes(whole);
    for (int bit = lastFrame * 8; bit < content.length * 8; bit++) {
      var storage = whole.copy();
      storage.overwrite(SECOND_FILE, flipped(content, bit));

      assertThat(open(storage).inOrder()).containsExactly(1L, 2L, 3L);
    }
  }

  @Test
  void anyFlippedBitBeforeTheLastFrameIsNamedWithFileOffsetAndLsn() throws IOException {
    var whole = twoFiles();
    int lastFrame = whole.content(SECOND_FILE).length - frameBytes(whole);
    for (var file : List.of(FIRST_FILE, SECOND_FILE)) {
      var content = whole.content(file);
      int end = file.equals(SECOND_FILE) ? lastFrame : content.length;
      for (int bit = 0; bit < end * 8; bit++) {
        var storage = whole.copy();
        storage.overwrite(file, flipped(content, bit));
        var before = contents(storage);

        assertThatThrownBy(() -> open(storage))
            .as("bit %d of %s", bit, file)
            .isInstanceOf(CorruptFileException.class)
            .hasMessageStartingWith(file + " at ");
        assertThat(contents(storage)).isEqualTo(before);
      }
    }
  }

  @Test
  void damagedFrameIsNamedWithItsPlace() throws IOException {
    var storage = twoFiles();
    var content = storage.content(SECOND_FILE);
    storage.overwrite(SECOND_FILE, flipped(content, (LogFormat.HEADER_BYTES + 30) * 8));

    assertThatThrownBy(() -> open(storage))
        .hasMessageContaining(SECOND_FILE + " at " + LogFormat.HEADER_BYTES)
        .hasMessageContaining("with a whole one behind it")
        .hasMessageContaining("(LSN 2)");
  }

  @Test
  void firstFileCutAnywhereIsDamage() throws IOException {
    var whole = twoFiles();
    var content = whole.content(FIRST_FILE);
    for (int length = 0; length < content.length; length++) {
      var storage = whole.copy();
      storage.overwrite(FIRST_FILE, Arrays.copyOf(content, length));

      assertThatThrownBy(() -> open(storage)).isInstanceOf(CorruptFileException.class);
    }
  }

  @Test
  void missingFileIsAGap() throws IOException {
    var storage = twoFiles();
    storage.delete(FIRST_FILE);

    assertThatThrownBy(() -> open(storage))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining(SECOND_FILE)
        .hasMessageContaining("base LSN is 2 (expected: at most 0)");
  }

  @Test
  void headerThatIsShortOrZeroIsTornInTheLastFile() throws IOException {
    for (int length = 0; length <= LogFormat.HEADER_BYTES; length++) {
      var storage = twoFiles();
      try (var file = storage.create("wal/wal-2.log")) {
        file.append(ByteBuffer.allocate(length));
      }

      var opened = open(storage);

      assertThat(opened.inOrder()).containsExactly(1L, 2L, 3L, 4L);
      assertThat(opened.recovery().tornTail())
          .contains(new TornTail("wal/wal-2.log", 0, 4, length));
      assertThat(storage.files()).doesNotContain("wal/wal-2.log");
      append(opened.log(), 5);
      assertThat(storage.files()).contains("wal/wal-3.log");
      assertThat(open(storage).inOrder()).containsExactly(1L, 2L, 3L, 4L, 5L);
    }
  }

  @Test
  void fileOfAnotherStoreIsRefused() throws IOException {
    var storage = twoFiles();
    var other = new PlainCodec(Scope.ofStore(new UUID(1, 2)));
    var recovery = new LogRecovery(storage, other, 0);

    assertThatThrownBy(() -> recovery.run((_, _) -> {}))
        .isInstanceOf(ForeignFileException.class)
        .hasMessageContaining("store id");
  }

  /// Both files are intact, and of the same length as those that they replace.
  @Test
  void fileOfAnotherHistoryIsRefused() throws IOException {
    var storage = twoFiles();
    var other = twoFiles();

    storage.overwrite(SECOND_FILE, other.content(SECOND_FILE));

    assertThatThrownBy(() -> open(storage))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("tag of the frame before");
  }

  @Test
  void coveredFilesAreNotReadAndThenDeleted() throws IOException {
    var storage = new SimulatedStorage();
    var log = open(storage).log();
    append(log, 1);
    append(log, 2);
    long fileId = log.cut();
    append(log, 3);
    storage.overwrite(FIRST_FILE, Arrays.copyOf(storage.content(FIRST_FILE), 125));

    assertThat(open(storage, 2).inOrder()).containsExactly(3L);

    assertThat(log.deleteBefore(fileId)).isEqualTo(1);
    assertThat(storage.files()).containsExactly(SECOND_FILE);
    assertThat(open(storage, 2).inOrder()).containsExactly(3L);
  }

  @Test
  void entriesThatACheckpointHoldsAreNotReplayed() throws IOException {
    var storage = twoFiles();

    var opened = open(storage, 3);

    assertThat(opened.numbers()).containsOnly(entry(3L, 4L));
  }

  @Test
  void logThatEndsBeforeTheCheckpointIsContinuedBehindIt() throws IOException {
    var storage = twoFiles();

    append(open(storage, 10).log(), 5);

    assertThat(open(storage, 10).numbers()).containsOnly(entry(10L, 5L));
  }

  /// Power was lost while files were deleted that the checkpoint holds: any of them may be back.
  @Test
  void anyCoveredFilesMayBeThere() throws IOException {
    for (int there = 0; there < 8; there++) {
      var storage = new SimulatedStorage();
      var log = open(storage).log();
      for (int file = 0; file < 3; file++) {
        append(log, file);
        long _ = log.cut();
      }
      for (int file = 0; file < 3; file++) {
        if ((there & 1 << file) == 0) {
          storage.delete(LogFormat.path(file));
        }
      }

      var opened = open(storage, 3);

      assertThat(opened.numbers()).isEmpty();
      append(opened.log(), 3);
      assertThat(open(storage, 3).inOrder()).containsExactly(3L);
    }
  }

  @Test
  void bytesAreThoseOfTheFilesThatAreNeeded() throws IOException {
    var storage = new SimulatedStorage();
    var log = open(storage).log();
    append(log, 1);
    long fileId = log.cut();
    append(log, 2);

    assertThat(log.bytes())
        .isEqualTo(storage.content(FIRST_FILE).length + storage.content(SECOND_FILE).length)
        .isEqualTo(open(storage).log().bytes());
    int _ = log.deleteBefore(fileId);
    assertThat(log.bytes()).isEqualTo(storage.content(SECOND_FILE).length);
  }

  /// Every process writes, cuts and is stopped at a random call, by a kill or a power loss.
  @Test
  void whateverCrashesNothingAcknowledgedIsLostAndNothingComesTwice() throws IOException {
    var random = new SplittableRandom(Seed.draw());
    for (int round = 0; round < 300; round++) {
      var storage = new SimulatedStorage();
      long acknowledged = 0;
      for (int life = 0; life < 8; life++) {
        storage.crashAt(random.nextInt(1, 60));
        acknowledged = Math.max(acknowledged, live(storage, acknowledged, random));
        storage = random.nextBoolean() ? storage.afterKill() : storage.afterCrash(random);
      }
      assertThat(open(storage).numbers().size()).isGreaterThanOrEqualTo((int) acknowledged);
    }
  }

  /// @return how many entries are durable for certain
  private static long live(SimulatedStorage storage, long atLeast, SplittableRandom random)
      throws IOException {
    long durable = 0;
    try {
      var opened = open(storage);
      assertThat(opened.inOrder())
          .isEqualTo(LongStream.range(0, opened.numbers().size()).boxed().toList());
      durable = opened.numbers().size();
      assertThat(durable).isGreaterThanOrEqualTo(atLeast);
      while (true) {
        int count = random.nextInt(1, 4);
        append(opened.log(), LongStream.range(durable, durable + count).toArray());
        durable += count;
        if (random.nextInt(5) == 0) {
          long _ = opened.log().cut();
        }
      }
    } catch (CrashedException _) {
      return durable;
    }
  }

  /// The entries 1 and 2 in one file, 3 and 4 in another, each in a frame of its own.
  private static SimulatedStorage twoFiles() throws IOException {
    var storage = new SimulatedStorage();
    var log = open(storage).log();
    append(log, 1);
    append(log, 2);
    long _ = log.cut();
    append(log, 3);
    append(log, 4);
    log.close();
    return storage;
  }

  private static int frameBytes(SimulatedStorage twoFiles) {
    return (twoFiles.content(SECOND_FILE).length - LogFormat.HEADER_BYTES) / 2;
  }

  private static byte[] flipped(byte[] content, int bit) {
    var flipped = content.clone();
    flipped[bit / 8] ^= (byte) (1 << bit % 8);
    return flipped;
  }

  private static List<String> contents(SimulatedStorage storage) {
    return storage.files().stream()
        .map(path -> path + " " + Arrays.hashCode(storage.content(path)))
        .toList();
  }
}
