package io.quiverdb.raft;

import io.quiverdb.raft.ReplicatedState.TermIndex;
import io.quiverdb.raft.log.LogDirectory;
import io.quiverdb.raft.log.Truncations;
import io.quiverdb.raft.snapshot.LogTail;
import io.quiverdb.raft.snapshot.PublishedCheckpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
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

  /// After which a leader may ask again; at once, it would do so without a pause.
  private static final Duration SNAPSHOT_ANSWER = Duration.ofSeconds(1);

  /// Hears that a member needs a snapshot, for its leader's log does not go back far enough. Not to
  /// be held up.
  interface SnapshotNeed {
    /// @param firstIndex that the leader's log begins with
    void tell(GroupKey group, Optional<NodeId> leader, long firstIndex);
  }

  private final GroupKey key;
  private final ReplicatedState state;
  private final AppliedIndex applied;
  private final Executor events;
  private final BooleanSupplier mayLead;
  private final Runnable leaderLost;
  private final LeaderTerms leaderTerms = new LeaderTerms();
  private final Truncations truncations = new Truncations();
  private final SnapshotNeed snapshotNeed;
  private final Consumer<Throwable> onFatal;
  private final LogTail tail;
  private final LogDirectory directory;

  /// What the state holds when the replica is opened: Ratis tells the entries behind the durable
  /// checkpoint again.
  private final long openedAt;

  /// What Ratis may take for durable. Rises in [#takeSnapshot] only, so that Ratis sees progress.
  private volatile PublishedCheckpoint published;

  private volatile boolean truncated;

  /// Until it hears of another leader.
  private volatile boolean leads;

  private volatile boolean stopped;
  private volatile Optional<Throwable> fault = Optional.empty();

  /// Whether the disk failed, the log would lose entries, or the replica could not be opened again:
  /// the process is to end.
  private volatile boolean fatal;

  private final AtomicLong loggedBytes;

  /// The last entry that Ratis told of since it opened the replica.
  private volatile long toldIndex;

  /// @param directory of its log
  /// @param tail of the newest checkpoint
  /// @param loggedBytes what the one before it, if any, had applied
  /// @param events runs what it is given in order, and not in the caller
  /// @param leaderLost run at once when the replica does not lead any more; returns fast
  /// @param onFatal told when the log could not be written, or must not be as it is asked
  GroupStateMachine(
      GroupKey key,
      ReplicatedState state,
      LogDirectory directory,
      LogTail tail,
      long loggedBytes,
      Executor events,
      BooleanSupplier mayLead,
      Runnable leaderLost,
      SnapshotNeed snapshotNeed,
      Consumer<Throwable> onFatal) {
    this.key = key;
    this.state = state;
    this.directory = directory;
    this.tail = tail;
    this.loggedBytes = new AtomicLong(loggedBytes);
    this.events = events;
    this.mayLead = mayLead;
    this.leaderLost = leaderLost;
    this.snapshotNeed = snapshotNeed;
    this.onFatal = onFatal;
    this.published = tail.published();
    this.toldIndex = published.index();
    var last = state.applied();
    this.openedAt = last.index();
    this.applied = new AppliedIndex(last.index());
    // Ratis asks before it initializes.
    setLastAppliedTermIndex(ratis(last));
  }

  ReplicatedState state() {
    return state;
  }

  /// Entries that Ratis still brings are left out: whoever is opened after this one applies them.
  /// Ratis applies all that is committed when it closes a replica, and waits for ever for one that
  /// fails meanwhile (`StateMachineUpdater.stopAndJoin`, release 3.3.0).
  void stopApplying() {
    stopped = true;
  }

  AppliedIndex applied() {
    return applied;
  }

  /// Whether it has what an earlier replica of this node may have acknowledged.
  boolean mayLead() {
    return mayLead.getAsBoolean();
  }

  /// Why it does not apply any more, if so.
  Optional<Throwable> fault() {
    return fault;
  }

  /// Whether it may be opened again, in this process: an entry could not be applied.
  boolean isCurable() {
    return fault.isPresent() && !fatal;
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
    if (stopped) {
      return CompletableFuture.completedFuture(Message.EMPTY);
    }
    toldIndex = place.index();
    if (place.index() <= openedAt) {
      return CompletableFuture.completedFuture(Message.EMPTY);
    }
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
      stopServing(e);
      throw e;
    }
  }

  @Override
  public void notifyTermIndexUpdated(long term, long index) {
    if (stopped) {
      return;
    }
    toldIndex = index;
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
    if (state.durable().index() > toldIndex) {
      // Opened again, it has yet to be told what the state holds already; Ratis takes no such
      // thing.
      return published.index() < 0 ? RaftLog.INVALID_LOG_INDEX : published.index();
    }
    checkpointed(loggedBytes.get());
    published = tail.publish(loggedBytes.get());
    return published.index() < 0 ? RaftLog.INVALID_LOG_INDEX : published.index();
  }

  /// A checkpoint has become durable.
  ///
  /// @param loggedBytesBefore when it was begun
  void checkpointed(long loggedBytesBefore) {
    var durable = state.durable();
    tail.checkpointed(new PublishedCheckpoint(durable.term(), durable.index()), loggedBytesBefore);
  }

  /// Keeps the log from `index` on for a while.
  void holdLog(long index, Duration time) {
    tail.hold(index, time);
  }

  /// Has Ratis be told of the next checkpoint that reaches `index`, whoever still wants the log
  /// that it holds.
  void releaseLog(long index) {
    tail.release(index);
  }

  /// Makes the deletion of log files durable.
  void forceLogNames() throws IOException {
    directory.force();
  }

  @Override
  public @Nullable SnapshotInfo getLatestSnapshot() {
    var newest = published;
    return newest.index() < 0 ? null : newest;
  }

  /// Only wakes whoever fetches a snapshot. A future that is left open, or completed when another
  /// member leads, makes this one refuse the entries of that leader for ever; one that fails is
  /// asked again.
  @Override
  @SuppressWarnings("NullAway")
  public CompletableFuture<org.apache.ratis.server.protocol.TermIndex>
      notifyInstallSnapshotFromLeader(
          RoleInfoProto role, org.apache.ratis.server.protocol.TermIndex firstInLog) {
    if (firstInLog.getIndex() <= 0) {
      // The leader has the whole log.
      return CompletableFuture.completedFuture(null);
    }
    var leader = role.getFollowerInfo().getLeaderInfo().getId().getId();
    snapshotNeed.tell(
        key,
        leader.isEmpty() ? Optional.empty() : Optional.of(NodeId.parse(leader.toStringUtf8())),
        firstInLog.getIndex());
    var answer = new CompletableFuture<org.apache.ratis.server.protocol.TermIndex>();
    CompletableFuture.delayedExecutor(
            SNAPSHOT_ANSWER.toMillis(),
            TimeUnit.MILLISECONDS,
            task -> Thread.ofVirtual().start(task))
        .execute(() -> answer.completeExceptionally(new IOException("snapshot: not here yet")));
    return answer;
  }

  /// What its leader has left of its log is of no use here, though Ratis takes it for enough.
  ///
  /// @param leader its id
  /// @param index of an entry that the snapshot must hold
  void needsSnapshot(String leader, long index) {
    snapshotNeed.tell(key, Optional.of(NodeId.parse(leader)), index + 1);
  }

  // --- what Ratis forces its files for, and never their names

  /// By the thread that writes the log, before it forces and acknowledges entries.
  @Override
  @SuppressWarnings("NullAway")
  public CompletableFuture<Void> flush(long index) {
    truncations.flushing();
    try {
      directory.beforeEntries();
      return CompletableFuture.completedFuture(null);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /// Entries from `index` on are to be taken back, on the disk after this.
  ///
  /// Ratis looks what a leader's entries may replace when they come, and replaces it when the disk
  /// is done with those before (`RaftServerImpl.appendEntriesAsync`, release 3.3.0): if they are
  /// overtaken there by the next leader's, or wait until this member leads itself, they would
  /// replace what that leader counts on. Then this member ends, and begins again by what is on the
  /// disk.
  ///
  /// @throws IllegalStateException if they are this member's as a leader, were acknowledged to the
  ///   newest one, or are committed
  @Override
  public CompletableFuture<Void> truncate(long index) {
    // First: whoever begins to lead meanwhile sees this, or is seen here.
    var made = truncations.begin();
    boolean asLeader = leads;
    long kept = asLeader ? Long.MAX_VALUE : Math.max(leaderTerms.kept(), applied.get());
    if (index <= kept) {
      var refusal =
          new IllegalStateException(
              "%s: entries from %d on to be replaced (expected: %s)"
                  .formatted(
                      key,
                      index,
                      asLeader ? "none of a leader" : "none up to " + kept + ", which stay"));
      endBy(refusal, "log would lose entries");
      throw refusal;
    }
    truncated = true;
    return made;
  }

  LeaderTerms leaderTerms() {
    return leaderTerms;
  }

  /// Whether entries were taken back since it was opened.
  boolean wasTruncated() {
    return truncated;
  }

  /// Whether some that were taken back are still on the disk: what Ratis tells flushed may be
  /// those.
  boolean awaitsTruncation() {
    return truncations.pending();
  }

  /// Before its vote, for this member or another, counts.
  ///
  /// @throws UncheckedIOException if the disk fails; the replica then stops
  void forceVote() {
    if (fatal) {
      throw new UncheckedIOException(new IOException(key + ": its vote does not count, it failed"));
    }
    try {
      directory.force();
    } catch (IOException e) {
      logFailed(e);
      throw new UncheckedIOException(key + ": its vote cannot be made durable", e);
    }
  }

  // --- roles

  /// Before it begins to lead: it has voted for itself.
  @Override
  public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
    leads = leader.equals(member.getPeerId());
    if (leads) {
      if (!mayLead.getAsBoolean()) {
        // It was elected before its elections were paused. Ratis calls it the leader, and begins
        // nothing; nothing ends that but another opening.
        var refusal = new IllegalStateException(key + ": does not lead, it lacks what it once had");
        stopServing(refusal);
        throw refusal;
      }
      if (truncations.pending()) {
        // It would count entries of its own as stored here by what it has taken back.
        var refusal =
            new IllegalStateException(
                key + ": does not lead, its disk has yet to take entries back");
        endBy(refusal, "disk too slow to lead");
        throw refusal;
      }
      forceVote();
    }
  }

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
    logFailed(cause);
  }

  private void logFailed(Throwable cause) {
    endBy(cause, "raft log failed");
  }

  private void endBy(Throwable cause, String event) {
    log.error("{} group={}", event, key, cause);
    fail(cause);
    onFatal.accept(cause);
  }

  /// Nothing is served from here on, nor after another opening.
  void fail(Throwable cause) {
    fatal = true;
    stopServing(cause);
  }

  private void stopServing(Throwable cause) {
    fault = Optional.of(cause);
    applied.end(new ShardException.Failed(key + ": failed", cause));
  }

  @Override
  public void close() {
    applied.end(new ShardException.Unavailable(key + ": closing"));
    try {
      directory.close();
    } catch (IOException e) {
      // It was only read.
      log.debug("log directory not closed group={}", key, e);
    }
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
