package io.quiverdb.raft.catalog;

import io.quiverdb.core.VersionRange;
import io.quiverdb.core.storage.SimulatedStorage;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupReplica;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.ReplicatedState.TermIndex;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.TestKeyRing;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/// A cluster's catalogue group: one log that does not lose what it holds, a leader that may change
/// at any time, and members that follow when they are told to.
final class SimulatedGroup {
  private static final GroupKey KEY = new GroupKey.CatalogGroup();

  /// Of the releases that a simulated cluster runs: of one level, and of two.
  static final VersionRange LEVELS = new VersionRange(1, 2);

  final Claim claim;

  /// Has applied all of the log.
  final CatalogReplica truth =
      new CatalogReplica(
          new SimulatedStorage(),
          new CatalogKeys(() -> TestKeyRing.INSTANCE),
          new CatalogLevels(LEVELS, Map.of()));

  private final SimulatedCluster cluster;
  private final Random random;
  private final List<LogEntry> log = new ArrayList<>();
  private final Map<NodeId, Member> members = new HashMap<>();
  private Optional<Member> leader = Optional.empty();
  private long term;

  /// @param operation empty for an entry that is not the catalogue's
  private record LogEntry(long term, Optional<ByteBuffer> operation) {}

  SimulatedGroup(SimulatedCluster cluster, Claim claim, Random random) {
    this.cluster = cluster;
    this.claim = claim;
    this.random = random;
  }

  Member join(NodeId node, CatalogReplica replica) {
    var member = new Member(node, replica);
    members.put(node, member);
    return member;
  }

  void leave(NodeId node) {
    var gone = members.remove(node);
    leader = leader.filter(led -> led != gone);
  }

  /// Lets a member lead, if a majority is there. The one before may hear of it later.
  void elect(NodeId node) {
    var member = members.get(node);
    if (member == null || members.size() <= claim.members().size() / 2) {
      return;
    }
    leader.ifPresent(
        deposed -> {
          if (deposed == member || random.nextBoolean()) {
            deposed.hearOfLoss();
          } else {
            cluster.node(deposed.node).scheduler().executeWithin(300, deposed::hearOfLossIfDeposed);
          }
        });
    term++;
    leader = Optional.of(member);
    append(Optional.empty());
    member.follow();
    member.believesToLead = true;
    member.replica.leaderReady();
  }

  boolean hasLeader() {
    return leader.isPresent();
  }

  void followAll() {
    List.copyOf(members.values()).forEach(Member::follow);
  }

  private ByteBuffer append(Optional<ByteBuffer> operation) {
    log.add(new LogEntry(term, operation));
    return applyTo(truth, log.size() - 1);
  }

  private ByteBuffer applyTo(CatalogReplica replica, int index) {
    var entry = log.get(index);
    if (entry.operation.isEmpty()) {
      replica.advance(entry.term, index);
      return ByteBuffer.allocate(0);
    }
    return replica.apply(entry.term, index, entry.operation.get().duplicate());
  }

  final class Member implements GroupReplica {
    private final NodeId node;
    private final CatalogReplica replica;
    private final Map<Long, CompletableFuture<Void>> awaited = new HashMap<>();
    private boolean believesToLead;

    Member(NodeId node, CatalogReplica replica) {
      this.node = node;
      this.replica = replica;
    }

    /// Applies what it has not yet.
    ByteBuffer follow() {
      var last = ByteBuffer.allocate(0);
      while (replica.applied().index() < log.size() - 1) {
        last = applyTo(replica, (int) replica.applied().index() + 1);
      }
      awaited.forEach(
          (index, future) -> {
            if (index <= replica.applied().index()) {
              future.complete(null);
            }
          });
      return last;
    }

    private void hearOfLoss() {
      if (believesToLead) {
        believesToLead = false;
        replica.leaderLost();
      }
    }

    private void hearOfLossIfDeposed() {
      if (!isLeader()) {
        hearOfLoss();
      }
    }

    private boolean isLeader() {
      return leader.isPresent() && leader.get() == this;
    }

    @Override
    public GroupKey key() {
      return KEY;
    }

    @Override
    public boolean leads() {
      return believesToLead;
    }

    @Override
    public Optional<NodeId> leader() {
      return leader.map(led -> led.node);
    }

    @Override
    public CompletableFuture<Reply> propose(ByteBuffer entry) {
      if (!isLeader()) {
        return CompletableFuture.failedFuture(
            believesToLead
                ? new ShardException.OutcomeUnknown("deposed")
                : new ShardException.NotLeader(KEY.toString(), leader()));
      }
      var reply = new CompletableFuture<Reply>();
      // Others may come first.
      cluster.node(node).scheduler().executeWithin(20, () -> log(entry, reply));
      return reply;
    }

    private void log(ByteBuffer entry, CompletableFuture<Reply> reply) {
      if (!isLeader() || cluster.strikes(10)) {
        reply.completeExceptionally(new ShardException.OutcomeUnknown("not logged"));
        return;
      }
      cluster.checkBeforeLogging(claim, entry);
      append(Optional.of(entry));
      var answer = follow();
      if (cluster.strikes(10)) {
        reply.completeExceptionally(new ShardException.OutcomeUnknown("logged"));
      } else {
        reply.complete(new Reply(answer, new TermIndex(term, log.size() - 1L)));
      }
    }

    @Override
    public CompletableFuture<Long> readIndex() {
      return isLeader()
          ? CompletableFuture.completedFuture(log.size() - 1L)
          : CompletableFuture.failedFuture(new ShardException.NotLeader(KEY.toString(), leader()));
    }

    @Override
    public long committedIndex() {
      throw new UnsupportedOperationException();
    }

    @Override
    public OptionalLong leaderSilenceMillis() {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> awaitApplied(long index) {
      return replica.applied().index() >= index
          ? CompletableFuture.completedFuture(null)
          : awaited.computeIfAbsent(index, _ -> new CompletableFuture<>());
    }
  }
}
