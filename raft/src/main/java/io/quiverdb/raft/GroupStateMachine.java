package io.quiverdb.raft;

import io.quiverdb.raft.ReplicatedState.TermIndex;
import io.quiverdb.raft.snapshot.PublishedCheckpoint;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Applies a group's committed entries to its state, in log order and by one thread.
///
/// The state is published first, then the applied index moves, then the proposer gets its reply: so
/// whoever knows of an entry finds it in the state.
final class GroupStateMachine extends BaseStateMachine {
  private static final Logger log = LoggerFactory.getLogger(GroupStateMachine.class);

  private final GroupKey key;
  private final ReplicatedState state;
  private final AppliedIndex applied;
  private final Executor events;
  private final Runnable leaderLost;
  private final Consumer<Throwable> onFatal;

  /// What Ratis may take for durable. Rises in [#takeSnapshot] only, so that Ratis sees progress.
  private volatile TermIndex published;

  private volatile Optional<Throwable> fault = Optional.empty();
  private final AtomicLong loggedBytes = new AtomicLong();

  /// @param events runs what it is given in order, and not in the caller
  /// @param leaderLost run at once when the replica does not lead any more; returns fast
  /// @param onFatal told when the log could not be written
  GroupStateMachine(
      GroupKey key,
      ReplicatedState state,
      Executor events,
      Runnable leaderLost,
      Consumer<Throwable> onFatal) {
    this.key = key;
    this.state = state;
    this.events = events;
    this.leaderLost = leaderLost;
    this.onFatal = onFatal;
    this.published = state.durable();
    var last = state.applied();
    this.applied = new AppliedIndex(last.index());
    // Ratis asks before it initializes.
    setLastAppliedTermIndex(ratis(last));
  }

  ReplicatedState state() {
    return state;
  }

  AppliedIndex applied() {
    return applied;
  }

  /// Why it does not apply any more, if so.
  Optional<Throwable> fault() {
    return fault;
  }

  /// Bytes of entries applied since the process started.
  long loggedBytes() {
    return loggedBytes.get();
  }

  // --- proposing

  @Override
  public TransactionContext startTransaction(RaftClientRequest request) {
    // Ratis's port serves consensus only, so every request comes from this process.
    var submission = (Submission) request.getMessage();
    submission.begin();
    return TransactionContext.newBuilder()
        .setStateMachine(this)
        .setClientRequest(request)
        .setLogData(submission.getContent())
        .setStateMachineContext(submission)
        .build();
  }

  @Override
  public TransactionContext cancelTransaction(TransactionContext transaction) {
    if (transaction.getLogEntry() == null
        && transaction.getStateMachineContext() instanceof Submission submission) {
      submission.cancel();
    }
    return transaction;
  }

  // --- applying

  @Override
  public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
    LogEntryProto entry = transaction.getLogEntry();
    var place = new TermIndex(entry.getTerm(), entry.getIndex());
    if (place.index() <= applied.get()) {
      log.warn("entry skipped group={} index={} applied={}", key, place.index(), applied.get());
      return CompletableFuture.completedFuture(Message.EMPTY);
    }
    var data = entry.getStateMachineLogEntry().getLogData();
    ByteBuffer answer = apply(place, data.asReadOnlyByteBuffer());
    loggedBytes.addAndGet(entry.getSerializedSize());
    advance(place);
    if (transaction.getStateMachineContext() instanceof Submission submission) {
      submission.applied(place, answer);
    }
    // The answer went to the proposer by reference, so Ratis's retry cache keeps nothing of it.
    return CompletableFuture.completedFuture(Message.EMPTY);
  }

  /// An entry that cannot be applied stops the replica: it is neither skipped nor guessed at.
  private ByteBuffer apply(TermIndex place, ByteBuffer entry) {
    try {
      if (entry.hasRemaining()) {
        return state.apply(place.term(), place.index(), entry);
      }
      state.advance(place.term(), place.index());
      return ByteBuffer.allocate(0);
    } catch (Throwable e) {
      log.error("apply failed, replica stopped group={} index={}", key, place.index(), e);
      fail(e);
      throw e;
    }
  }

  @Override
  public void notifyTermIndexUpdated(long term, long index) {
    if (index <= applied.get()) {
      return;
    }
    state.advance(term, index);
    advance(new TermIndex(term, index));
  }

  private void advance(TermIndex place) {
    updateLastAppliedTermIndex(ratis(place));
    applied.advance(place.index());
  }

  // --- checkpoints: the engine's, made in the background and only told to Ratis here

  @Override
  public long takeSnapshot() {
    published = state.durable();
    return published.index() < 0 ? RaftLog.INVALID_LOG_INDEX : published.index();
  }

  @Override
  public @Nullable SnapshotInfo getLatestSnapshot() {
    var newest = published;
    return newest.index() < 0 ? null : new PublishedCheckpoint(newest.term(), newest.index());
  }

  /// Nothing is purged, so the leader has the whole log and no checkpoint is needed. A future left
  /// open, or completed with a checkpoint, would make this member refuse a later leader's entries.
  @Override
  @SuppressWarnings("NullAway")
  public CompletableFuture<org.apache.ratis.server.protocol.TermIndex>
      notifyInstallSnapshotFromLeader(
          RoleInfoProto role, org.apache.ratis.server.protocol.TermIndex firstInLog) {
    return CompletableFuture.completedFuture(null);
  }

  // --- roles

  @Override
  public void notifyLeaderReady() {
    events.execute(state::leaderReady);
  }

  @Override
  public void notifyNotLeader(Collection<TransactionContext> pending) {
    leaderLost.run();
    events.execute(state::leaderLost);
  }

  // --- failures

  @Override
  public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto entry) {
    log.error("raft log failed group={}", key, cause);
    fail(cause);
    onFatal.accept(cause);
  }

  /// Nothing is served from here on.
  void fail(Throwable cause) {
    fault = Optional.of(cause);
    applied.end(new ShardException.Failed(key + ": failed", cause));
  }

  @Override
  public void close() {
    applied.end(new ShardException.Unavailable(key + ": closing"));
  }

  @Override
  public TransactionContext startTransaction(LogEntryProto entry, RaftPeerRole role) {
    return TransactionContext.newBuilder()
        .setStateMachine(this)
        .setLogEntry(entry)
        .setServerRole(role)
        .build();
  }

  private static org.apache.ratis.server.protocol.TermIndex ratis(TermIndex place) {
    return org.apache.ratis.server.protocol.TermIndex.valueOf(place.term(), place.index());
  }
}
