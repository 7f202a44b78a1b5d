package io.quiverdb.raft.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServerConfigKeys.Log.CorruptionPolicy;
import org.apache.ratis.server.raftlog.segmented.SegmentedRaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.server.storage.RaftStorage.StartupOption;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.SizeInBytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// With a log of Ratis, whose writer can be held where it comes to flush.
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class TruncationsTest {
  @TempDir private Path folder;
  private final Truncations truncations = new Truncations();
  private RaftStorage storage;
  private SegmentedRaftLog raftLog;

  /// What the writer waits for before it flushes anything.
  private volatile CompletableFuture<Void> disk = CompletableFuture.completedFuture(null);

  private final class Machine extends BaseStateMachine {
    @Override
    public CompletableFuture<Void> flush(long index) {
      truncations.flushing();
      return disk;
    }

    @Override
    public CompletableFuture<Void> truncate(long index) {
      return truncations.begin();
    }
  }

  @BeforeEach
  void open() throws Exception {
    storage =
        RaftStorage.newBuilder()
            .setDirectory(folder.resolve("raft").toFile())
            .setStorageFreeSpaceMin(SizeInBytes.ONE_KB)
            .setOption(StartupOption.FORMAT)
            .setLogCorruptionPolicy(CorruptionPolicy.EXCEPTION)
            .build();
    storage.initialize();
    raftLog =
        SegmentedRaftLog.newBuilder()
            .setMemberId(
                RaftGroupMemberId.valueOf(RaftPeerId.valueOf("self"), RaftGroupId.randomId()))
            .setStateMachine(new Machine())
            .setNotifyTruncatedLogEntry(_ -> {})
            .setGetTransactionContext((_, _) -> null)
            .setSubmitUpdateCommitEvent(() -> {})
            .setStorage(storage)
            .setSnapshotIndexSupplier(() -> -1)
            .setProperties(new RaftProperties())
            .build();
    raftLog.open(-1, _ -> {});
  }

  @AfterEach
  void close() throws Exception {
    disk.complete(null);
    raftLog.close();
    storage.close();
  }

  private List<CompletableFuture<Long>> append(long term, long first, long last) {
    return raftLog.append(
        LongStream.rangeClosed(first, last).mapToObj(index -> entry(term, index)).toList());
  }

  private static LogEntryProto entry(long term, long index) {
    return LogEntryProto.newBuilder()
        .setTerm(term)
        .setIndex(index)
        .setStateMachineLogEntry(
            StateMachineLogEntryProto.newBuilder().setLogData(ByteString.copyFromUtf8("entry")))
        .build();
  }

  private static void await(List<CompletableFuture<Long>> appended) {
    appended.forEach(CompletableFuture::join);
  }

  @Test
  void truncationThatTheDiskIsKeptFromIsPendingWhileOtherEntriesAreToldFlushed() {
    await(append(1, 0, 5));
    disk = new CompletableFuture<>();
    var held = append(1, 6, 6);
    var replacing = append(2, 3, 4);

    // This is what it is for.
    assertThat(raftLog.getTermIndex(4).getTerm()).isEqualTo(2);
    assertThat(raftLog.getFlushIndex()).isEqualTo(5);
    assertThat(truncations.pending()).isTrue();

    disk.complete(null);
    await(replacing);
    await(held);
    assertThat(raftLog.getFlushIndex()).isEqualTo(4);
    assertThat(truncations.pending()).isFalse();
  }

  @Test
  void truncationIsPendingUntilTheWriterComesToFlushWhatStandsInForTheEntries() {
    await(append(1, 0, 5));

    await(append(2, 3, 3));

    assertThat(truncations.pending()).isFalse();
    assertThat(raftLog.getFlushIndex()).isEqualTo(3);
  }

  @Test
  void oneOfTwoTruncationsThatIsMadeLeavesTheOtherPending() throws Exception {
    var first = truncations.begin();
    var second = truncations.begin();

    first.get();
    truncations.flushing();
    assertThat(truncations.pending()).isTrue();

    second.get();
    assertThat(truncations.pending()).isTrue();
    truncations.flushing();
    assertThat(truncations.pending()).isFalse();
  }

  @Test
  void logThatNothingIsTakenBackFromHasNonePending() {
    await(append(1, 0, 5));

    assertThat(truncations.pending()).isFalse();
  }
}
