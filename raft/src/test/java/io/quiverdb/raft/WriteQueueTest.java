package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.Histogram;
import com.codahale.metrics.UniformReservoir;
import com.google.protobuf.ByteString;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.op.Entry;
import io.quiverdb.core.op.SealedOp;
import io.quiverdb.raft.ReplicatedState.TermIndex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Writes are numbered, and the outcome of each is of its number.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class WriteQueueTest {
  private static final int MIB = 1 << 20;
  private static final int WRITERS = 8;
  private static final int WRITES_OF_EACH = 2_000;

  private final HoldingGroup group = new HoldingGroup();
  private final Histogram entryWrites = new Histogram(new UniformReservoir());
  private final WriteQueue queue = new WriteQueue(group, Runnable::run, entryWrites);

  @Test
  void writesGoAtOnceWhileFewerThanTwoEntriesAreUnderWay() throws Exception {
    var first = queue.write(op(1));
    var _ = queue.write(op(2));

    assertThat(group.held()).containsExactly(List.of(1), List.of(2));

    group.commit();
    var _ = queue.write(op(3));

    assertThat(first.join().outcome()).isEqualTo(outcome(1));
    assertThat(group.held()).containsExactly(List.of(2), List.of(3));
  }

  @Test
  void writeThatIsDelayedCountsAsUnderWayAndGoesWhenItsTimeHasCome() throws Exception {
    var due = new LinkedBlockingQueue<Runnable>();
    var slowed = new WriteQueue(group, due::add, entryWrites);

    var written = slowed.write(op(1), Duration.ofMillis(1));

    assertThat(slowed.accepted().count()).isEqualTo(1);
    assertThat(group.held()).isEmpty();
    due.take().run();
    assertThat(group.held()).containsExactly(List.of(1));
    group.commit();
    due.take().run();
    assertThat(written.join().outcome()).isEqualTo(outcome(1));
    assertThat(slowed.accepted().count()).isZero();
  }

  @Test
  void writesThatWaitGoTogetherInTheirOrderWhenAnEntryEnds() throws Exception {
    var written = writeAll(1, 2, 3, 4, 5);

    assertThat(group.held()).containsExactly(List.of(1), List.of(2));
    group.commit();

    assertThat(group.held()).containsExactly(List.of(2), List.of(3, 4, 5));
    group.commit();
    group.commit();
    for (int index = 0; index < written.size(); index++) {
      assertThat(written.get(index).join().outcome()).isEqualTo(outcome(index + 1));
    }
    assertThat(written.get(2).join().position()).isEqualTo(written.get(4).join().position());
    assertThat(entryWrites.getSnapshot().getValues()).containsExactly(1, 1, 3);
  }

  @Test
  void entryTakesAtMostOneMebibyteOfSeveralWrites() throws Exception {
    var _ = writeAll(1, 2);
    var _ = queue.write(op(3, MIB / 2));
    var _ = queue.write(op(4, MIB / 2 - 1_000));
    var _ = queue.write(op(5, 1_000));

    group.commit();

    assertThat(group.held()).containsExactly(List.of(2), List.of(3, 4));
    group.commit();
    assertThat(group.held()).containsExactly(List.of(3, 4), List.of(5));
  }

  @Test
  void largeWriteHasAnEntryOfItsOwnAndKeepsItsPlace() throws Exception {
    var _ = writeAll(1, 2, 3);
    var _ = queue.write(op(4, MIB + 1));
    var _ = queue.write(op(5));

    group.commit();
    assertThat(group.held()).containsExactly(List.of(2), List.of(3));
    group.commit();
    assertThat(group.held()).containsExactly(List.of(3), List.of(4));
    group.commit();
    assertThat(group.held()).containsExactly(List.of(4), List.of(5));
  }

  @Test
  void writesOfAnEntryThatFailsFailAlikeAndThoseBehindItAreTriedByThemselves() throws Exception {
    var written = writeAll(1, 2, 3, 4);
    group.commit();
    group.commit();

    group.fail(new ShardException.OutcomeUnknown("gone"));
    var next = queue.write(op(5));
    group.commit();

    assertThat(written.get(2).exceptionNow()).isInstanceOf(ShardException.OutcomeUnknown.class);
    assertThat(written.get(3).exceptionNow()).isInstanceOf(ShardException.OutcomeUnknown.class);
    assertThat(next.join().outcome()).isEqualTo(outcome(5));
  }

  @Test
  void refusedEntryDoesNotHoldUpThoseThatWait() {
    group.refuse(new ShardException.Unavailable("no leader"));

    var written = writeAll(1, 2, 3);

    assertThat(written)
        .allSatisfy(
            write ->
                assertThat(write.exceptionNow()).isInstanceOf(ShardException.Unavailable.class));
    assertThat(queue.accepted().count()).isZero();
  }

  @Test
  void groupThatThrowsDoesNotHoldUpThoseThatFollow() throws Exception {
    group.throwing = true;
    var written = writeAll(1, 2, 3);
    group.throwing = false;

    var next = queue.write(op(4));
    group.commit();

    assertThat(written)
        .allSatisfy(
            write -> assertThat(write.exceptionNow()).isInstanceOf(IllegalStateException.class));
    assertThat(next.join().outcome()).isEqualTo(outcome(4));
  }

  @Test
  void tooManyWritesAreRefusedUntilOthersAreAnswered() throws Exception {
    for (int number = 0; number < WriteQueue.OPS_MAX; number++) {
      var _ = queue.write(op(number));
    }
    var refused = queue.write(op(0));

    assertThat(refused.exceptionNow())
        .isInstanceOf(ShardException.Overloaded.class)
        .hasMessageContaining("4096 writes")
        .hasMessageContaining("expected: at most 4096");
    group.commit();
    assertThat(queue.write(op(1))).isNotCompletedExceptionally();
    while (!group.held().isEmpty()) {
      group.commit();
    }
    assertThat(queue.accepted().count()).isZero();
    assertThat(queue.accepted().bytes()).isZero();
  }

  @Test
  void tooManyBytesAreRefused() {
    int bytes = 2 * MIB - 64;
    for (int number = 0; number < 16; number++) {
      assertThat(queue.write(op(number, bytes - 64))).isNotCompletedExceptionally();
    }

    assertThatThrownBy(() -> queue.write(op(16, bytes)).join())
        .hasCauseInstanceOf(ShardException.Overloaded.class);
    assertThat(queue.write(op(17, 100))).isNotCompletedExceptionally();
  }

  @Test
  void writesAreAnsweredThoughTheNodeCloses() throws Exception {
    var executor = Executors.newSingleThreadExecutor();
    var closing = new WriteQueue(group, executor, entryWrites);
    var written = closing.write(op(1));
    executor.shutdown();

    group.commit();

    assertThat(written.join().outcome()).isEqualTo(outcome(1));
  }

  @Test
  void everyWriteOfManyThreadsIsLoggedOnceAndAnsweredWithItsOwnOutcome() throws Exception {
    try (var writers = Executors.newVirtualThreadPerTaskExecutor();
        var committing = new CommittingGroup()) {
      var shared = new WriteQueue(committing, writers, entryWrites);
      List<CompletableFuture<Void>> threads = new ArrayList<>();
      for (int writer = 0; writer < WRITERS; writer++) {
        int first = writer * WRITES_OF_EACH;
        threads.add(
            CompletableFuture.runAsync(
                () -> {
                  for (int number = first; number < first + WRITES_OF_EACH; number++) {
                    var outcome = shared.write(op(number)).join().outcome();
                    assertThat(outcome).isEqualTo(outcome(number));
                  }
                },
                writers));
      }
      threads.forEach(CompletableFuture::join);

      assertThat(committing.logged()).isEqualTo(WRITERS * WRITES_OF_EACH);
      assertThat(shared.accepted().count()).isZero();
    }
  }

  private List<CompletableFuture<Written>> writeAll(int... numbers) {
    List<CompletableFuture<Written>> written = new ArrayList<>();
    for (int number : numbers) {
      written.add(queue.write(op(number)));
    }
    return written;
  }

  private static SealedOp op(int number) {
    return op(number, 100);
  }

  private static SealedOp op(int number, int bytes) {
    return SealedOp.newBuilder()
        .setCollectionId(number)
        .setSealed(ByteString.copyFrom(new byte[bytes]))
        .build();
  }

  private static Outcome outcome(long number) {
    return new Outcome.Applied(number, List.of());
  }

  private static GroupReplica.Reply reply(Entry entry, long index) {
    var outcomes = entry.getOpsList().stream().map(op -> outcome(op.getCollectionId())).toList();
    return new GroupReplica.Reply(OutcomeMessages.encode(1, outcomes), new TermIndex(1, index));
  }

  private static Entry parse(ByteBuffer entry) {
    try {
      return Entry.parseFrom(entry);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private abstract static class Group extends LeadingGroup {
    @Override
    public CompletableFuture<Long> readIndex() {
      throw new AssertionError("reads");
    }

    @Override
    public CompletableFuture<Void> awaitApplied(long index) {
      throw new AssertionError("reads");
    }
  }

  /// Ends entries when it is told to, the oldest first.
  private static final class HoldingGroup extends Group {
    private record Held(Entry entry, CompletableFuture<Reply> reply) {}

    private final ArrayDeque<Held> held = new ArrayDeque<>();
    private Optional<ShardException> refusal = Optional.empty();
    private long index;
    private boolean throwing;

    void refuse(ShardException cause) {
      refusal = Optional.of(cause);
    }

    @Override
    public CompletableFuture<Reply> propose(ByteBuffer entry) {
      if (throwing) {
        throw new IllegalStateException("a fault of the program");
      }
      if (refusal.isPresent()) {
        return CompletableFuture.failedFuture(refusal.get());
      }
      var reply = new CompletableFuture<Reply>();
      held.add(new Held(parse(entry), reply));
      return reply;
    }

    List<List<Integer>> held() {
      return held.stream()
          .map(
              entry ->
                  entry.entry.getOpsList().stream().map(op -> (int) op.getCollectionId()).toList())
          .toList();
    }

    void commit() {
      var oldest = held.remove();
      oldest.reply.complete(WriteQueueTest.reply(oldest.entry, ++index));
    }

    void fail(ShardException cause) {
      held.remove().reply.completeExceptionally(cause);
    }
  }

  /// Ends entries by a thread of its own, in their order.
  private static final class CommittingGroup extends Group implements AutoCloseable {
    private final ExecutorService log = Executors.newSingleThreadExecutor();
    private long index;
    private int logged;

    @Override
    public CompletableFuture<Reply> propose(ByteBuffer entry) {
      return CompletableFuture.supplyAsync(
          () -> {
            var parsed = parse(entry);
            logged += parsed.getOpsCount();
            return WriteQueueTest.reply(parsed, ++index);
          },
          log);
    }

    int logged() throws Exception {
      return log.submit(() -> logged).get();
    }

    @Override
    public void close() {
      log.close();
    }
  }
}
