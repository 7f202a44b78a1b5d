package io.quiverdb.raft;

import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import io.quiverdb.raft.barrier.Barrier;
import io.quiverdb.raft.barrier.LedGroup;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.CommitInfoProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.rpc.CallId;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServer.Division;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// This node's replica of one group, on top of Ratis's.
final class Replica implements GroupReplica, LedGroup {
  private static final Logger log = LoggerFactory.getLogger(Replica.class);

  /// Proposed and not yet heard of: below the bounds at which Ratis would refuse or block.
  static final int ENTRIES_MAX = 2048;

  static final long BYTES_MAX = 32L << 20;

  private static final long LONE_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

  /// A member that has answered nothing for longer is not counted on when members are changed.
  static final Duration SILENT_MAX = Duration.ofSeconds(5);

  private final GroupKey key;
  private final NodeId self;
  private final ClientId proposer;
  private final RaftServer server;
  private final RaftGroupId groupId;

  /// Ratis's part; none while it is opened anew.
  private volatile Optional<Division> opened;

  private volatile Optional<String> stopped = Optional.empty();
  private volatile GroupStateMachine machine;

  private final Barrier barrier;
  private final Executor submitter;
  private final LongSupplier nanoClock;
  private final Timer proposals;
  private final InFlight inFlight = new InFlight(ENTRIES_MAX, BYTES_MAX);

  /// Closed while leadership moves: Ratis would refuse writes, and lose a permit for each.
  private final Gate gate = new Gate();

  private volatile long submittedNanos;

  private volatile MembersChange membersChange =
      new MembersChange(Set.of(), 0, 0, CompletableFuture.completedFuture(null));

  /// @param submitter runs what may block for as long as it takes to enqueue an entry
  /// @param nanoClock tells how long an entry has been waiting
  Replica(
      GroupKey key,
      NodeId self,
      ClientId proposer,
      RaftServer server,
      Division division,
      GroupStateMachine machine,
      Barrier barrier,
      Executor submitter,
      LongSupplier nanoClock,
      MetricRegistry metrics) {
    this.key = key;
    this.self = self;
    this.proposer = proposer;
    this.server = server;
    this.groupId = division.getMemberId().getGroupId();
    this.opened = Optional.of(division);
    this.machine = machine;
    this.barrier = barrier;
    this.submitter = submitter;
    this.nanoClock = nanoClock;
    this.proposals = LastMinute.timer(metrics, MetricNames.of(MetricNames.PROPOSE, key));
  }

  @Override
  public GroupKey key() {
    return key;
  }

  ReplicatedState state() {
    return machine.state();
  }

  GroupStateMachine machine() {
    return machine;
  }

  RaftGroupId groupId() {
    return groupId;
  }

  /// Before Ratis's part is closed: nothing that it says counts any more. For the part that follows
  /// may vote at once, and what the old one knows of terms would be wrong.
  void beginReopening() {
    opened = Optional.empty();
  }

  /// Like [#beginReopening], for longer.
  void stop(String why) {
    stopped = Optional.of(why);
    opened = Optional.empty();
  }

  /// Why it is out of service until that has gone.
  Optional<String> stopped() {
    return stopped;
  }

  void reopened(Division division, GroupStateMachine newMachine) {
    machine = newMachine;
    stopped = Optional.empty();
    opened = Optional.of(division);
  }

  /// What Ratis says of it; empty while it is opened anew.
  Optional<DivisionInfo> info() {
    return opened.map(Division::getInfo);
  }

  /// Ratis's part; empty while it is opened anew.
  Optional<Division> division() {
    return opened;
  }

  private Division openDivision() {
    return opened.orElseThrow(
        () ->
            new ShardException.Unavailable(
                "%s: %s".formatted(key, stopped.orElse("being opened with a snapshot"))));
  }

  /// Whether Ratis still runs it.
  boolean alive() {
    return info().filter(info -> !info.getLifeCycleState().isClosingOrClosed()).isPresent();
  }

  @Override
  public boolean leads() {
    return leaderReady() && !gate.closed();
  }

  @Override
  public Optional<NodeId> leader() {
    // A candidate whose elections are paused remembers the last one, and hears of no other.
    return info()
        .filter(info -> !info.isCandidate())
        .map(DivisionInfo::getLeaderId)
        .map(Replica::node);
  }

  // --- writing

  /// Fails with [ShardException.NotLeader], [ShardException.Unavailable],
  /// [ShardException.Overloaded] or [IllegalArgumentException] only if the entry certainly never
  /// was in the log: it was refused here, or Ratis refused it before it asked the state machine for
  /// the entry, or took that back before it gave the entry its place. Whatever else Ratis answers,
  /// its "not leader" and "stepping down" included, it also answers for entries that may yet be
  /// committed: [ShardException.OutcomeUnknown].
  @Override
  public CompletableFuture<Reply> propose(ByteBuffer entry) {
    int entryBytes = entry.remaining();
    if (entryBytes > RatisSettings.OUR_ENTRY_BYTES_MAX) {
      return CompletableFuture.failedFuture(
          new IllegalArgumentException(
              "log entry: %d bytes (expected: at most %d)"
                  .formatted(entryBytes, RatisSettings.OUR_ENTRY_BYTES_MAX)));
    }
    var refusal = refusal();
    if (refusal.isPresent()) {
      return CompletableFuture.failedFuture(refusal.get());
    }
    // Before it counts as waiting: else the time would be that of an entry long ago.
    submittedNanos = nanoClock.getAsLong();
    if (!inFlight.tryAcquire(entryBytes)) {
      return CompletableFuture.failedFuture(
          new ShardException.Overloaded(
              "%s: %d writes of %d bytes under way"
                  .formatted(key, inFlight.count(), inFlight.bytes())));
    }
    var running = proposals.time();
    var reply = new CompletableFuture<Reply>();
    try {
      submitter.execute(() -> submit(new Submission(entry), reply));
    } catch (RejectedExecutionException e) {
      reply.completeExceptionally(new ShardException.Unavailable(key + ": closing", e));
    }
    return reply.whenComplete(
        (_, _) -> {
          inFlight.release(entryBytes);
          running.stop();
        });
  }

  private Optional<ShardException> refusal() {
    var fault = machine.fault();
    if (fault.isPresent()) {
      return Optional.of(new ShardException.Failed(key + ": failed", fault.get()));
    }
    if (!leaderReady()) {
      return Optional.of(notLeader());
    }
    return gate.closed() ? Optional.of(moving()) : Optional.empty();
  }

  private ShardException notLeader() {
    return leader()
        .filter(leader -> !leader.equals(self))
        .<ShardException>map(
            leader -> new ShardException.NotLeader(key.toString(), Optional.of(leader)))
        .orElseGet(() -> new ShardException.Unavailable(key + ": no leader is ready"));
  }

  private ShardException moving() {
    return new ShardException.Unavailable(key + ": leadership is being transferred");
  }

  private void submit(Submission submission, CompletableFuture<Reply> reply) {
    var request =
        RaftClientRequest.newBuilder()
            .setClientId(proposer)
            .setServerId(server.getId())
            .setGroupId(groupId)
            .setCallId(CallId.getAndIncrement())
            .setMessage(submission)
            .setType(RaftClientRequest.writeRequestType())
            .build();
    boolean passed = gate.pass(() -> hand(request, submission, reply));
    if (!passed) {
      reply.completeExceptionally(moving());
    }
  }

  private void hand(
      RaftClientRequest request, Submission submission, CompletableFuture<Reply> reply) {
    submittedNanos = nanoClock.getAsLong();
    try {
      var _ =
          server
              .submitClientRequestAsync(request)
              .whenComplete((answer, failure) -> settle(submission, reply, answer, failure));
    } catch (Exception e) {
      settle(submission, reply, null, e);
    }
  }

  private void settle(
      Submission submission,
      CompletableFuture<Reply> reply,
      @Nullable RaftClientReply answer,
      @Nullable Throwable failure) {
    if (answer != null && answer.isSuccess() && submission.reply().isPresent()) {
      reply.complete(submission.reply().get());
      return;
    }
    Throwable cause = cause(answer, failure);
    if (submission.neverLogged()) {
      reply.completeExceptionally(
          refusal().orElseGet(() -> new ShardException.Unavailable(key + ": not accepted", cause)));
    } else {
      reply.completeExceptionally(
          new ShardException.OutcomeUnknown(key + ": no reply for an entry in its log", cause));
    }
  }

  private static Throwable cause(@Nullable RaftClientReply answer, @Nullable Throwable failure) {
    if (failure != null) {
      return failure;
    }
    Throwable refusal = answer == null ? null : answer.getException();
    return refusal != null ? refusal : new IllegalStateException("success without an answer");
  }

  /// Logs a filler if something has been waiting for a second and no entry came after it. After a
  /// follower's restart, Ratis sends an entry whose acknowledgement was lost again only together
  /// with a new one; also one of its own, that changes the members. And that a new member has
  /// caught up it notices when that one takes an entry, else only when the longest election timeout
  /// is over (`LeaderStateImpl.EventProcessor`, release 3.3.0).
  void pushAlong() {
    boolean waiting =
        inFlight.count() > 0 || membersChange.isUnderWay(currentTerm()) || isMembersChangeWaiting();
    if (waiting && leads() && nanoClock.getAsLong() - submittedNanos >= LONE_WAIT_NANOS) {
      // Whatever becomes of it: if the entry still waits in a second, another one follows.
      var _ = propose(machine.state().filler());
    }
  }

  private boolean isMembersChangeWaiting() {
    return opened
        .filter(
            division ->
                division.getRaftConf().getLogEntryIndex()
                    > division.getRaftLog().getLastCommittedIndex())
        .isPresent();
  }

  InFlight inFlight() {
    return inFlight;
  }

  // --- leadership

  /// Makes `target` lead the group. Writes are refused meanwhile.
  CompletableFuture<Void> transferLeader(NodeId target, Duration timeout) {
    if (target.equals(self) && leaderReady()) {
      return CompletableFuture.completedFuture(null);
    }
    if (!leaderReady()) {
      return CompletableFuture.failedFuture(notLeader());
    }
    if (voters().stream().noneMatch(set -> set.contains(target))) {
      return CompletableFuture.failedFuture(
          new IllegalArgumentException(
              "node: %s (expected: a member of %s)".formatted(target, key)));
    }
    return CompletableFuture.completedFuture(gate)
        .thenApplyAsync(Gate::close, submitter)
        .thenCompose(
            closed ->
                closed
                    ? transfer(Optional.of(target), timeout).whenComplete((_, _) -> gate.open())
                    : CompletableFuture.failedFuture(moving()));
  }

  /// Moves leadership to any other member, those that answered last first. Waits, at most about
  /// `timeout`.
  void handOver(Duration timeout) {
    List<NodeId> others = othersByLastAnswer();
    for (NodeId target : others) {
      try {
        transferLeader(target, timeout.dividedBy(others.size())).join();
        return;
      } catch (CompletionException e) {
        if (!leaderReady()) {
          return;
        }
        log.info("leadership not handed over group={} target={}", key, target);
      }
    }
  }

  /// As the leader: begins a new term, by another leader if there is any. Then every member begins
  /// another file of its log. Waits, at most about `timeout`.
  void beginTerm(Duration timeout) {
    if (!othersByLastAnswer().isEmpty()) {
      handOver(timeout);
    } else {
      stopLeading(timeout);
    }
  }

  /// Whoever leads then. Waits, at most about `timeout`.
  private void stopLeading(Duration timeout) {
    if (!gate.close()) {
      return;
    }
    try {
      transfer(Optional.empty(), timeout).join();
    } catch (CompletionException e) {
      log.info("term not ended group={}", key, e.getCause());
    } finally {
      gate.open();
    }
  }

  private List<NodeId> othersByLastAnswer() {
    return followers()
        .sorted(Comparator.comparingLong(ServerRpcProto::getLastRpcElapsedTimeMs))
        .map(Replica::node)
        .toList();
  }

  /// As the leader: how many members have all but the newest entries, this one included. Without
  /// those that have not answered for `silentMax`, and those that know of far fewer committed
  /// entries than this one.
  int membersUpToDate(Duration silentMax) {
    Map<RaftPeerId, Long> committed =
        openDivision().getCommitInfos().stream()
            .collect(
                Collectors.toMap(
                    info -> RaftPeerId.valueOf(info.getServer().getId()),
                    CommitInfoProto::getCommitIndex,
                    Math::max));
    long enough = committedIndex() - StatusReport.LAG_MAX;
    long others =
        followers()
            .filter(follower -> follower.getLastRpcElapsedTimeMs() <= silentMax.toMillis())
            .filter(
                follower ->
                    committed.getOrDefault(RaftPeerId.valueOf(follower.getId().getId()), -1L)
                        >= enough)
            .count();
    return (int) others + 1;
  }

  private Stream<ServerRpcProto> followers() {
    return openDivision()
        .getInfo()
        .getRoleInfoProto()
        .getLeaderInfo()
        .getFollowerInfoList()
        .stream();
  }

  /// @param target empty for a leader that only stops to lead
  // What Ratis takes for that.
  @SuppressWarnings("NullAway")
  private CompletableFuture<Void> transfer(Optional<NodeId> target, Duration timeout) {
    try {
      return server
          .transferLeadershipAsync(
              new TransferLeadershipRequest(
                  proposer,
                  server.getId(),
                  groupId,
                  CallId.getAndIncrement(),
                  target.map(to -> RaftPeerId.valueOf(to.toString())).orElse(null),
                  timeout.toMillis()))
          .handle(
              (reply, failure) -> {
                if (failure != null || !reply.isSuccess()) {
                  throw new ShardException.Unavailable(
                      "%s: leadership did not move to %s"
                          .formatted(key, target.map(NodeId::toString).orElse("another")),
                      failure != null ? failure : reply.getException());
                }
                return null;
              });
    } catch (IOException | RuntimeException e) {
      return CompletableFuture.failedFuture(
          new ShardException.Unavailable(key + ": leadership did not move", e));
    }
  }

  // --- members

  /// As the leader: goes on from the present members to the next ones of `path`, until the last.
  /// Complete when those are committed, which takes as long as a new member needs to catch up.
  ///
  /// @param known those on the path that may not be members yet
  CompletableFuture<Void> changeMembers(
      List<List<NodeId>> path, List<Member> known, Duration handOverTimeout) {
    if (!leaderReady()) {
      return CompletableFuture.failedFuture(notLeader());
    }
    var now = voters();
    if (now.size() > 1) {
      return CompletableFuture.failedFuture(
          new ShardException.Unavailable(key + ": its members are being changed"));
    }
    var ids = path.stream().<Set<NodeId>>map(Set::copyOf).toList();
    int at = ids.lastIndexOf(now.getFirst());
    if (at < 0) {
      return CompletableFuture.failedFuture(
          new ShardException.Unavailable(
              "%s: members %s (expected: one of %s)".formatted(key, now.getFirst(), ids)));
    }
    if (at == path.size() - 1) {
      var wanted = wantedUnderWay();
      return wanted.isEmpty() || wanted.equals(ids.getLast())
          ? CompletableFuture.completedFuture(null)
          : CompletableFuture.failedFuture(beingChanged(wanted, ids.getLast()));
    }
    if (!ids.get(at + 1).contains(self)) {
      submitter.execute(() -> handOver(handOverTimeout));
      return CompletableFuture.failedFuture(
          new ShardException.Unavailable(key + ": led by the member that goes; it hands over"));
    }
    var present = List.copyOf(openDivision().getRaftConf().getCurrentPeers());
    if (!nodes(present).equals(ids.get(at))) {
      return CompletableFuture.failedFuture(
          new ShardException.Unavailable(key + ": its members were changed just now"));
    }
    var silent = silentMembers();
    silent.retainAll(ids.get(at + 1));
    // Ratis would begin a change that cannot be committed all the same, and there is no way back.
    // And whoever goes for one that comes stays until that one is there.
    if (silent.size() * 2 >= ids.get(at + 1).size() || !ids.getFirst().containsAll(silent)) {
      return CompletableFuture.failedFuture(
          new ShardException.Unavailable(
              "%s: of members %s, %s do not answer".formatted(key, path.get(at + 1), silent)));
    }
    var next = path.get(at + 1).stream().map(id -> peer(id, present, known)).toList();
    var coming = new TreeSet<>(ids.get(at + 1));
    coming.removeAll(ids.get(at));
    return setConfiguration(present, next, coming, handOverTimeout)
        .thenComposeAsync(
            _ -> changeMembers(path.subList(at + 1, path.size()), known, handOverTimeout),
            submitter);
  }

  /// One that is made anew with its vote may be in a later term. What it answers then Ratis does
  /// not believe before it is a member, which it never becomes; and meanwhile neither the members
  /// nor the leader can be changed (`LeaderStateImpl.onFollowerTerm`, release 3.3.0). So a later
  /// term is begun, until it is as late. One that does not answer is not waited for.
  private CompletableFuture<Void> requireTermsOf(Set<NodeId> coming, Duration handOverTimeout) {
    long own = currentTerm();
    return CompletableFuture.allOf(
        coming.stream()
            .map(
                node ->
                    barrier
                        .termOf(node, key, own)
                        .thenAccept(
                            term -> {
                              if (term > own) {
                                submitter.execute(() -> beginTerm(handOverTimeout));
                                throw new ShardException.Unavailable(
                                    "%s: node %s is in term %d (expected: at most %d; a later one is begun)"
                                        .formatted(key, node, term, own));
                              }
                            }))
            .toArray(CompletableFuture[]::new));
  }

  private Set<NodeId> silentMembers() {
    return followers()
        .filter(follower -> follower.getLastRpcElapsedTimeMs() > SILENT_MAX.toMillis())
        .map(Replica::node)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private RaftPeer peer(NodeId id, List<RaftPeer> present, List<Member> known) {
    return present.stream()
        .filter(peer -> node(peer.getId()).equals(id))
        .findFirst()
        .or(() -> known.stream().filter(one -> one.id().equals(id)).findFirst().map(GroupIds::peer))
        .orElseThrow(
            () ->
                new ShardException.Unavailable(
                    "%s: node %s (expected: a member, or one that is known)".formatted(key, id)));
  }

  /// As the leader: who is a member, or is just becoming or ceasing to be one, after a majority
  /// confirmed the term.
  ///
  /// @throws ShardException.Unavailable if that is not committed: another leader may go back to the
  ///   members before, and need those that are not among these
  CompletableFuture<GroupMembers> members() {
    return readIndex()
        .thenApply(
            _ -> {
              // Before the configuration: who has become a member since is in that.
              var wanted = wantedUnderWay();
              var configuration = openDivision().getRaftConf();
              if (configuration.getLogEntryIndex() > committedIndex()) {
                throw new ShardException.Unavailable(key + ": its members are being changed");
              }
              var ids = all(voters(configuration));
              return new GroupMembers(ids, without(wanted, ids), configuration.getLogEntryIndex());
            });
  }

  private static Set<NodeId> all(List<Set<NodeId>> voters) {
    return voters.stream().flatMap(Set::stream).collect(Collectors.toSet());
  }

  /// The members that the change that is under way is to lead to; none if there is no such change.
  private Set<NodeId> wantedUnderWay() {
    var change = membersChange;
    return change.isUnderWay(currentTerm()) ? change.wanted : Set.of();
  }

  private static Set<NodeId> without(Set<NodeId> nodes, Set<NodeId> others) {
    var left = new HashSet<>(nodes);
    left.removeAll(others);
    return left;
  }

  /// Ends this leadership, and so the change that is under way, if one that is to become a member
  /// has been silent for so long that Ratis should have given it up. Ratis looks at that only when
  /// nothing has happened in the group for as long as an election may take
  /// (`LeaderStateImpl.EventProcessor`, release 3.3.0): never where something is written. And until
  /// then neither the members nor the leader can be changed.
  void giveUpSilentChange() {
    if (isComingSilent()) {
      submitter.execute(
          () -> {
            if (isComingSilent()) {
              log.warn(
                  "change of members given up, a new one is silent group={} wanted={}",
                  key,
                  membersChange.wanted);
              stopLeading(STOP_PATIENCE);
            }
          });
    }
  }

  private boolean isComingSilent() {
    var change = membersChange;
    if (!change.isUnderWay(currentTerm()) || !leads()) {
      return false;
    }
    long silentMillis =
        RaftServerConfigKeys.stagingTimeout(server.getProperties()).toLong(TimeUnit.MILLISECONDS);
    if (nanoClock.getAsLong() - change.begunNanos <= TimeUnit.MILLISECONDS.toNanos(silentMillis)) {
      return false;
    }
    // Ratis may have stopped sending to one, and does not begin again before it is a member.
    var answering =
        followers()
            .filter(follower -> follower.getLastRpcElapsedTimeMs() <= silentMillis)
            .map(Replica::node)
            .collect(Collectors.toSet());
    return !answering.containsAll(without(change.wanted, all(voters())));
  }

  /// A change of members that Ratis was asked for.
  private record MembersChange(
      Set<NodeId> wanted, long term, long begunNanos, CompletableFuture<Void> made) {
    boolean isUnderWay(long now) {
      return !made.isDone() && term == now;
    }
  }

  /// Whoever asks again for a change that is under way waits for it: a new member that fetches a
  /// snapshot takes longer than anybody waits.
  ///
  /// @param coming those of `wanted` that are no members yet
  private CompletableFuture<Void> setConfiguration(
      List<RaftPeer> expected,
      List<RaftPeer> wanted,
      Set<NodeId> coming,
      Duration handOverTimeout) {
    var change =
        new MembersChange(
            nodes(wanted), currentTerm(), nanoClock.getAsLong(), new CompletableFuture<>());
    var underWay = begun(change);
    if (underWay.isPresent()) {
      return underWay.get().wanted.equals(change.wanted)
          ? underWay.get().made.copy()
          : CompletableFuture.failedFuture(beingChanged(underWay.get().wanted, change.wanted));
    }
    // Ratis waits for the change in the thread that asks for it, and ends it in the one that
    // another change needs: each is asked for by a thread of its own.
    var _ =
        CompletableFuture.completedFuture(coming)
            .thenCompose(_ -> requireTermsOf(coming, handOverTimeout))
            .thenComposeAsync(
                _ -> {
                  // Asked for in a later term, it would be under way and nobody would know.
                  if (!change.isUnderWay(currentTerm())) {
                    throw notLeader();
                  }
                  return askForConfiguration(expected, wanted);
                },
                submitter)
            .whenComplete(
                (_, failure) -> {
                  if (failure == null) {
                    change.made.complete(null);
                  } else {
                    change.made.completeExceptionally(notChanged(failure));
                  }
                });
    return change.made.copy();
  }

  private ShardException beingChanged(Set<NodeId> to, Set<NodeId> wanted) {
    return new ShardException.Unavailable(
        "%s: its members are being changed to %s (expected: to %s)".formatted(key, to, wanted));
  }

  private ShardException notChanged(Throwable failure) {
    return failure.getCause() instanceof ShardException cause
        ? cause
        : new ShardException.Unavailable(key + ": its members were not changed", failure);
  }

  /// The change that is under way; none if `change` is from now on.
  private synchronized Optional<MembersChange> begun(MembersChange change) {
    if (membersChange.isUnderWay(change.term)) {
      return Optional.of(membersChange);
    }
    membersChange = change;
    return Optional.empty();
  }

  private CompletableFuture<Void> askForConfiguration(
      List<RaftPeer> expected, List<RaftPeer> wanted) {
    var arguments =
        SetConfigurationRequest.Arguments.newBuilder()
            .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
            .setServersInCurrentConf(expected)
            .setServersInNewConf(wanted)
            .build();
    log.info("members of {}: from {} to {}", key, nodes(expected), nodes(wanted));
    try {
      return server
          .setConfigurationAsync(
              new SetConfigurationRequest(
                  proposer, server.getId(), groupId, CallId.getAndIncrement(), arguments))
          .thenAccept(
              reply -> {
                if (!reply.isSuccess()) {
                  throw new CompletionException(reply.getException());
                }
              });
    } catch (IOException | RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  // --- reading

  @Override
  public CompletableFuture<Long> readIndex() {
    try {
      return barrier.readIndex(this);
    } catch (ShardException.Unavailable e) {
      // It is being opened anew.
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletableFuture<Void> awaitApplied(long index) {
    return machine.applied().reached(index);
  }

  @Override
  public long currentTerm() {
    return info().map(DivisionInfo::getCurrentTerm).orElse(-1L);
  }

  @Override
  public boolean leaderReady() {
    return info().filter(DivisionInfo::isLeaderReady).isPresent();
  }

  @Override
  public long committedIndex() {
    return opened
        .map(division -> division.getRaftLog().getLastCommittedIndex())
        .orElseGet(() -> machine.applied().get());
  }

  @Override
  public OptionalLong leaderSilenceMillis() {
    if (leaderReady()) {
      return OptionalLong.of(0);
    }
    return info()
        .map(DivisionInfo::getRoleInfoProto)
        .map(Replica::leaderSilenceMillis)
        .orElseGet(OptionalLong::empty);
  }

  private static OptionalLong leaderSilenceMillis(RoleInfoProto role) {
    if (role.hasCandidateInfo()) {
      return OptionalLong.of(role.getCandidateInfo().getLastLeaderElapsedTimeMs());
    }
    var leader = role.getFollowerInfo().getLeaderInfo();
    return leader.getId().getId().isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(leader.getLastRpcElapsedTimeMs());
  }

  /// Up to which entries are committed, and synced on this node; −1 while it is not open.
  long committedHere() {
    return opened
        .map(Division::getRaftLog)
        .map(log -> Math.min(log.getLastCommittedIndex(), log.getFlushIndex()))
        .orElse(-1L);
  }

  @Override
  public List<Set<NodeId>> voters() {
    return voters(openDivision().getRaftConf());
  }

  private static List<Set<NodeId>> voters(RaftConfiguration configuration) {
    return Stream.of(configuration.getCurrentPeers(), configuration.getPreviousPeers())
        .filter(peers -> !peers.isEmpty())
        .map(Replica::nodes)
        .toList();
  }

  private static Set<NodeId> nodes(Collection<RaftPeer> peers) {
    return peers.stream().map(peer -> node(peer.getId())).collect(Collectors.toUnmodifiableSet());
  }

  private static NodeId node(ServerRpcProto follower) {
    return NodeId.parse(follower.getId().getId().toStringUtf8());
  }

  static NodeId node(RaftPeerId peer) {
    return NodeId.parse(peer.toString());
  }
}
