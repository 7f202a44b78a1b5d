package io.quiverdb.raft.barrier;

import com.codahale.metrics.Histogram;
import com.codahale.metrics.Meter;
import com.codahale.metrics.MetricRegistry;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.LastMinute;
import io.quiverdb.raft.MetricNames;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.ShardException;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// Finds an index that covers every entry acknowledged before a read began, as Raft's ReadIndex
/// does (Ongaro 2014, section 6.4), by asking the members for their terms.
///
/// Why it holds: a leader of a later term needs the votes of a majority, which has a node in common
/// with the majority that still was at the leader's term *after* the read arrived. That node voted
/// later, so nothing of the later term was committed before the read arrived. No clock is involved.
///
/// All reads that wait for a node share one request to it: while one is under way, further ones
/// gather for the next.
public final class Barrier {
  private final NodeId self;
  private final Function<NodeId, Peer> peers;
  private final Duration requestTimeout;
  private final Histogram batch;
  private final Meter refused;
  private final Map<NodeId, Member> members = new ConcurrentHashMap<>();

  /// @param peers reaches another node
  /// @param requestTimeout after which a node that did not answer counts as one that cannot
  ///   confirm; nothing but the wait depends on it
  public Barrier(
      NodeId self, Function<NodeId, Peer> peers, Duration requestTimeout, MetricRegistry metrics) {
    this.self = self;
    this.peers = peers;
    this.requestTimeout = requestTimeout;
    this.batch = LastMinute.histogram(metrics, MetricNames.BARRIER_BATCH);
    this.refused = metrics.meter(MetricNames.BARRIER_REFUSED);
  }

  /// An index that covers every entry acknowledged before the call. To be called after the read
  /// arrived.
  ///
  /// Fails with [ShardException.NotLeader], or with [ShardException.Unavailable] if no majority
  /// confirms.
  public CompletableFuture<Long> readIndex(LedGroup group) {
    // The term comes first. Ratis drops the role before it raises the term, so a leader deposed in
    // between would otherwise ask the others to confirm its successor's term, and they would.
    long term = group.currentTerm();
    if (!group.leaderReady()) {
      refused.mark();
      return CompletableFuture.failedFuture(notLeader(group));
    }
    long index = group.committedIndex();
    var read = new Read(group.key(), term, index, self, group.voters());
    if (read.settled()) {
      return read.index();
    }
    for (NodeId node : read.asked()) {
      members.computeIfAbsent(node, Member::new).confirm(read);
    }
    return read.index().whenComplete((_, failure) -> forget(read, failure != null));
  }

  /// The term that another node's replica of a group is in, 0 if it tells none; fails if the node
  /// does not answer.
  ///
  /// @param own term of this node's replica
  public CompletableFuture<Long> termOf(NodeId node, GroupKey group, long own) {
    return terms(node, Map.of(group, own)).thenApply(terms -> terms.getOrDefault(group, 0L));
  }

  /// The replica does not lead this group any more: its waiting reads fail.
  public void leaderLost(GroupKey group) {
    for (Member member : members.values()) {
      member.fail(group);
    }
  }

  /// How many reads wait to be asked about.
  int waiting() {
    return members.values().stream().mapToInt(Member::waiting).sum();
  }

  private void forget(Read read, boolean failed) {
    if (failed) {
      refused.mark();
    }
    for (NodeId node : read.asked()) {
      members.computeIfAbsent(node, Member::new).forget(read);
    }
  }

  private CompletableFuture<Map<GroupKey, Long>> terms(NodeId node, Map<GroupKey, Long> own) {
    try {
      return peers
          .apply(node)
          .currentTerms(own)
          .orTimeout(requestTimeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RuntimeException | Error e) {
      // Whatever it is: unanswered, what waits for this node would wait for ever.
      return CompletableFuture.failedFuture(e);
    }
  }

  private static ShardException notLeader(LedGroup group) {
    return group
        .leader()
        .filter(leader -> !group.leaderReady())
        .<ShardException>map(
            leader -> new ShardException.NotLeader(group.key().toString(), group.leader()))
        .orElseGet(() -> new ShardException.Unavailable(group.key() + ": no leader is ready"));
  }

  /// Reads that want the term of one node.
  private final class Member {
    private final NodeId node;
    private Set<Read> waiting = new LinkedHashSet<>();
    private Set<Read> asked = Set.of();

    Member(NodeId node) {
      this.node = node;
    }

    void confirm(Read read) {
      synchronized (this) {
        waiting.add(read);
      }
      ask();
    }

    synchronized void forget(Read read) {
      waiting.remove(read);
    }

    synchronized int waiting() {
      return waiting.size() + asked.size();
    }

    void fail(GroupKey group) {
      Set<Read> all = new HashSet<>();
      synchronized (this) {
        all.addAll(waiting);
        all.addAll(asked);
      }
      for (Read read : all) {
        if (read.group().equals(group)) {
          read.deposed();
        }
      }
    }

    /// Asks for all that wait, unless an answer is outstanding.
    private void ask() {
      Set<Read> reads;
      synchronized (this) {
        if (!asked.isEmpty() || waiting.isEmpty()) {
          return;
        }
        reads = waiting;
        asked = reads;
        waiting = new LinkedHashSet<>();
      }
      batch.update(reads.size());
      Map<GroupKey, Long> own = new ConcurrentHashMap<>();
      reads.forEach(read -> own.merge(read.group(), read.term(), Math::max));
      var _ =
          terms(node, own)
              .whenComplete(
                  (terms, failure) -> answered(reads, failure == null ? terms : Map.of()));
    }

    private void answered(Set<Read> reads, Map<GroupKey, Long> terms) {
      synchronized (this) {
        asked = Set.of();
      }
      // The next request goes out before the reads are served, which may take a while.
      ask();
      for (Read read : reads) {
        Long term = terms.get(read.group());
        // A node that answers with an earlier term, such as 0 while it starts, confirms nothing.
        if (term != null && term == read.term()) {
          read.confirmed(node);
        } else if (term != null && term > read.term()) {
          read.deposed();
        } else {
          read.unconfirmed(node);
        }
      }
    }
  }

  /// A read that waits for a majority of each set of voters.
  private static final class Read {
    private final GroupKey group;
    private final long term;
    private final long committed;
    private final List<Set<NodeId>> voters;
    private final Set<NodeId> asked = new HashSet<>();
    private final Set<NodeId> confirmed = new HashSet<>();
    private final Set<NodeId> unconfirmed = new HashSet<>();
    private final CompletableFuture<Long> index = new CompletableFuture<>();

    Read(GroupKey group, long term, long committed, NodeId self, List<Set<NodeId>> voters) {
      this.group = group;
      this.term = term;
      this.committed = committed;
      this.voters = voters;
      voters.forEach(asked::addAll);
      asked.remove(self);
      confirmed(self);
      if (asked.isEmpty() && !settled()) {
        index.completeExceptionally(
            new ShardException.Unavailable(group + ": its members are not known yet"));
      }
    }

    GroupKey group() {
      return group;
    }

    long term() {
      return term;
    }

    Set<NodeId> asked() {
      return asked;
    }

    CompletableFuture<Long> index() {
      return index;
    }

    boolean settled() {
      return index.isDone();
    }

    void confirmed(NodeId node) {
      boolean enough;
      synchronized (this) {
        confirmed.add(node);
        enough = !voters.isEmpty() && voters.stream().allMatch(set -> majority(set, confirmed));
      }
      if (enough) {
        index.complete(committed);
      }
    }

    void unconfirmed(NodeId node) {
      boolean hopeless;
      synchronized (this) {
        unconfirmed.add(node);
        hopeless = voters.stream().anyMatch(this::outOfReach);
      }
      if (hopeless) {
        index.completeExceptionally(
            new ShardException.Unavailable(group + ": no majority confirms its leader"));
      }
    }

    void deposed() {
      index.completeExceptionally(
          new ShardException.Unavailable(group + ": its leader is being replaced"));
    }

    private boolean outOfReach(Set<NodeId> set) {
      var possible = new HashSet<>(set);
      possible.removeAll(unconfirmed);
      return !majority(set, possible);
    }

    private static boolean majority(Set<NodeId> set, Set<NodeId> some) {
      return set.stream().filter(some::contains).count() > set.size() / 2;
    }
  }
}
