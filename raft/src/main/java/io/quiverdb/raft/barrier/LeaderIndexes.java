package io.quiverdb.raft.barrier;

import com.codahale.metrics.Histogram;
import com.codahale.metrics.MetricRegistry;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.LastMinute;
import io.quiverdb.raft.MetricNames;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.ReadIndex;
import io.quiverdb.raft.ShardException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The barrier as a follower uses it: asks the leaders for the indexes that reads have to see.
///
/// All reads of all groups that one node leads share one request to it: while one is under way,
/// further ones gather for the next, so that the leader is asked after each of them has arrived.
public final class LeaderIndexes {
  private final Function<NodeId, Peer> peers;
  private final Duration requestTimeout;
  private final Histogram batch;
  private final Map<NodeId, Leader> leaders = new ConcurrentHashMap<>();

  /// @param peers reaches another node
  /// @param requestTimeout after which a node that did not answer is held to be out of reach
  public LeaderIndexes(
      Function<NodeId, Peer> peers, Duration requestTimeout, MetricRegistry metrics) {
    this.peers = peers;
    this.requestTimeout = requestTimeout;
    this.batch = LastMinute.histogram(metrics, MetricNames.BARRIER_ASKED);
  }

  /// An index that covers every entry acknowledged before the call. Fails with a [ShardException].
  ///
  /// @param leader which other node is held to lead the group
  public CompletableFuture<Long> readIndex(NodeId leader, GroupKey group) {
    return leaders.computeIfAbsent(leader, Leader::new).readIndex(group);
  }

  /// Reads that one node is to be asked for.
  private final class Leader {
    private final NodeId node;
    private Map<GroupKey, List<CompletableFuture<Long>>> waiting = new LinkedHashMap<>();
    private boolean asked;

    Leader(NodeId node) {
      this.node = node;
    }

    CompletableFuture<Long> readIndex(GroupKey group) {
      var index = new CompletableFuture<Long>();
      synchronized (this) {
        waiting.computeIfAbsent(group, _ -> new ArrayList<>()).add(index);
      }
      ask();
      return index;
    }

    /// Asks for all that wait, unless an answer is outstanding.
    private void ask() {
      Map<GroupKey, List<CompletableFuture<Long>>> reads;
      synchronized (this) {
        if (asked || waiting.isEmpty()) {
          return;
        }
        asked = true;
        reads = waiting;
        waiting = new LinkedHashMap<>();
      }
      batch.update(reads.values().stream().mapToInt(List::size).sum());
      var _ =
          request(reads)
              .orTimeout(requestTimeout.toMillis(), TimeUnit.MILLISECONDS)
              .whenComplete((indexes, failure) -> answered(reads, indexes, failure));
    }

    private CompletableFuture<Map<GroupKey, ReadIndex>> request(
        Map<GroupKey, List<CompletableFuture<Long>>> reads) {
      try {
        return peers.apply(node).readIndexes(reads.keySet());
      } catch (RuntimeException | Error e) {
        // Whatever it is: unanswered, those that wait would wait for ever.
        return CompletableFuture.failedFuture(e);
      }
    }

    private void answered(
        Map<GroupKey, List<CompletableFuture<Long>>> reads,
        @Nullable Map<GroupKey, ReadIndex> indexes,
        @Nullable Throwable failure) {
      synchronized (this) {
        asked = false;
      }
      // The next request goes out before the reads are served, which may take a while.
      ask();
      Map<GroupKey, ReadIndex> told = indexes == null ? Map.of() : indexes;
      reads.forEach(
          (group, waiters) -> {
            var answer =
                failure == null ? told.get(group) : new ReadIndex.Refused(refusal(failure));
            waiters.forEach(waiter -> settle(waiter, group, answer));
          });
    }

    private void settle(
        CompletableFuture<Long> waiter, GroupKey group, @Nullable ReadIndex answer) {
      switch (answer) {
        case ReadIndex.At(var index) -> waiter.complete(index);
        case ReadIndex.Refused(var why) -> waiter.completeExceptionally(why);
        case null ->
            waiter.completeExceptionally(
                new ShardException.Unavailable(
                    group + ": node " + node + " says nothing of it (expected: a read index)"));
      }
    }

    private ShardException refusal(Throwable failure) {
      Throwable cause =
          failure instanceof CompletionException && failure.getCause() != null
              ? failure.getCause()
              : failure;
      return cause instanceof ShardException known
          ? known
          : new ShardException.Unavailable(
              "node " + node + ": no read index (expected: the leader's)", cause);
    }
  }
}
