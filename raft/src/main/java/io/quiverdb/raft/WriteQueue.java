package io.quiverdb.raft;

import com.codahale.metrics.Histogram;
import io.quiverdb.core.Position;
import io.quiverdb.core.op.SealedOp;
import io.quiverdb.raft.proto.EntryAnswer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Puts operations that come while others are under way into one log entry: what an entry costs
/// hardly depends on its size. Each keeps its own request id, atomicity and outcome.
///
/// Without a timer: while fewer than two entries are under way an operation goes at once, otherwise
/// it waits until one has ended. So a lone writer waits for nobody, and the more writers there are
/// the larger are the entries.
final class WriteQueue {
  /// One is synced and sent while the next is collected.
  static final int ENTRIES_MAX = 2;

  /// What several operations take together; a larger one has an entry of its own.
  static final int ENTRY_BYTES_MAX = 1 << 20;

  /// What may wait or be under way.
  static final int OPS_MAX = 4096;

  static final long BYTES_MAX = 32L << 20;

  private final GroupReplica group;
  private final Executor executor;
  private final Histogram entryOps;
  private final InFlight accepted = new InFlight(OPS_MAX, BYTES_MAX);

  // Guarded by this.
  private final Queue<Write> waiting = new ArrayDeque<>();
  private int entries;

  private record Write(SealedOp op, int bytes, CompletableFuture<Written> written) {}

  /// @param executor runs what follows upon an entry's end
  /// @param entryOps how many operations the entries hold
  WriteQueue(GroupReplica group, Executor executor, Histogram entryOps) {
    this.group = group;
    this.executor = executor;
    this.entryOps = entryOps;
  }

  /// As the leader: logs an operation; complete when it is committed and applied here. Fails like
  /// [Replica#propose]: all operations of an entry share its fate.
  CompletableFuture<Written> write(SealedOp op) {
    return write(op, Duration.ZERO);
  }

  /// Does the same after a while, through which the operation counts as under way.
  CompletableFuture<Written> write(SealedOp op, Duration delay) {
    int bytes = op.getSerializedSize();
    if (!accepted.tryAcquire(bytes)) {
      return CompletableFuture.failedFuture(
          new ShardException.Overloaded(
              "%s: %d writes of %d bytes under way (expected: at most %d of %d)"
                  .formatted(group.key(), accepted.count(), accepted.bytes(), OPS_MAX, BYTES_MAX)));
    }
    var write = new Write(op, bytes, new CompletableFuture<>());
    if (delay.isZero()) {
      enqueue(write);
    } else {
      CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS, this::execute)
          .execute(() -> enqueue(write));
    }
    return write.written;
  }

  private void enqueue(Write write) {
    synchronized (this) {
      waiting.add(write);
    }
    sendWhatMay();
  }

  /// How many wait or are under way.
  InFlight accepted() {
    return accepted;
  }

  private void sendWhatMay() {
    for (var writes = next(); !writes.isEmpty(); writes = next()) {
      send(writes);
    }
  }

  /// Of the next entry; none if there is nothing to log, or too much under way.
  private synchronized List<Write> next() {
    List<Write> writes = new ArrayList<>();
    if (entries == ENTRIES_MAX) {
      return writes;
    }
    long bytes = 0;
    for (var write = waiting.peek();
        write != null && (writes.isEmpty() || bytes + write.bytes <= ENTRY_BYTES_MAX);
        write = waiting.peek()) {
      bytes += write.bytes;
      writes.add(waiting.remove());
    }
    if (!writes.isEmpty()) {
      entries++;
    }
    return writes;
  }

  private void send(List<Write> writes) {
    var _ =
        propose(writes)
            .whenComplete((reply, failure) -> execute(() -> end(writes, reply, failure)));
  }

  private CompletableFuture<GroupReplica.Reply> propose(List<Write> writes) {
    try {
      entryOps.update(writes.size());
      return group.propose(StoreState.entry(writes.stream().map(Write::op).toList()));
    } catch (RuntimeException | Error e) {
      // Else no entry would follow.
      return CompletableFuture.failedFuture(e);
    }
  }

  /// The thread that applies entries is not to wait for what follows; nor is anything to be left
  /// unanswered when the node closes.
  private void execute(Runnable work) {
    try {
      executor.execute(work);
    } catch (RejectedExecutionException _) {
      work.run();
    }
  }

  private void end(
      List<Write> writes, GroupReplica.@Nullable Reply reply, @Nullable Throwable failure) {
    synchronized (this) {
      entries--;
    }
    sendWhatMay();
    for (var write : writes) {
      accepted.release(write.bytes);
    }
    if (reply == null || failure != null) {
      var cause =
          failure != null ? failure : new IllegalStateException("neither reply nor failure");
      writes.forEach(write -> write.written.completeExceptionally(cause));
      return;
    }
    try {
      complete(writes, reply);
    } catch (RuntimeException | Error e) {
      writes.forEach(write -> write.written.completeExceptionally(e));
      throw e;
    }
  }

  private static void complete(List<Write> writes, GroupReplica.Reply reply) {
    EntryAnswer answer = OutcomeMessages.decode(reply.answer());
    var position = new Position(answer.getEpoch(), reply.place().term(), reply.place().index());
    for (int index = 0; index < writes.size(); index++) {
      var outcome = OutcomeMessages.toOutcome(answer.getOutcomes(index));
      writes.get(index).written.complete(new Written(outcome, position));
    }
  }
}
