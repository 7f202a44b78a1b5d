package io.quiverdb.client.routing;

import io.grpc.MethodDescriptor;
import io.quiverdb.api.v1.ClusterGrpc;
import io.quiverdb.api.v1.GetTopologyRequest;
import io.quiverdb.api.v1.Topology;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The connections to a cluster's nodes, and what is known of them.
///
/// What is known may be old: a wrong guess costs an attempt, never a wrong answer.
final class ClusterConnection implements AutoCloseable {
  private static final long TOPOLOGY_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long REFRESH_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final RouterOptions options;
  private final Channels channels;
  private final Timer timer;
  private final RandomGenerator random;
  private final LongSupplier nanoClock;
  private final AtomicReference<@Nullable CompletableFuture<ShardMap>> refreshing =
      new AtomicReference<>();
  private final AtomicLong refreshedNanos;
  private volatile ShardMap map = ShardMap.UNKNOWN;
  private final AtomicInteger turn;
  private final TopologyWatch watch;

  ClusterConnection(
      RouterOptions options,
      Channels channels,
      Timer timer,
      RandomGenerator random,
      LongSupplier nanoClock) {
    this.options = options;
    this.channels = channels;
    this.timer = timer;
    this.random = random;
    this.nanoClock = nanoClock;
    this.refreshedNanos = new AtomicLong(nanoClock.getAsLong() - REFRESH_INTERVAL_NANOS);
    this.turn = new AtomicInteger(random.nextInt(1 << 10));
    this.watch =
        new TopologyWatch(channels, timer, backoff(), this::anyNode, topology -> learned(topology));
  }

  ShardMap map() {
    return map;
  }

  Deadline deadline() {
    return new Deadline(nanoClock, options.timeout());
  }

  Backoff backoff() {
    return new Backoff(random);
  }

  Timer timer() {
    return timer;
  }

  long attemptTimeoutNanos() {
    return options.attemptTimeout().toNanos();
  }

  <Q, R> CompletableFuture<R> send(
      String address, MethodDescriptor<Q, R> method, Q request, long timeoutNanos) {
    return channels.send(address, method, request, timeoutNanos);
  }

  /// Who leads a shard, if a failure tells and we may ask him; kept in mind.
  synchronized Optional<String> leaderToldBy(CallFailure failure, int shard) {
    if (options.seedsOnly()) {
      return Optional.empty();
    }
    Optional<String> leader = failure.leaderAddress();
    leader.ifPresent(address -> map = map.withLeader(shard, address));
    return leader;
  }

  /// One that has a replica of the shard, each in turn, those that can be reached first.
  Optional<String> replicaOf(int shard, Optional<String> avoided) {
    List<String> replicas =
        map.replicasOf(shard).stream()
            .filter(address -> !avoided.equals(Optional.of(address)))
            .filter(channels::looksReachable)
            .toList();
    return replicas.isEmpty()
        ? Optional.empty()
        : Optional.of(replicas.get(Math.floorMod(turn.getAndIncrement(), replicas.size())));
  }

  /// Who shall be asked what any node can answer: each in turn, those that can be reached first.
  String anyNode(Optional<String> avoided) {
    return nodesInTurn(avoided).get(0);
  }

  /// The map, asked for if there is none yet or the cluster had not been formed.
  ///
  /// @return fails with the [CallFailure] of the last node asked, or of one that belongs to no
  ///   cluster
  CompletableFuture<ShardMap> learn(Deadline deadline) {
    ShardMap known = map;
    if (known.formed()) {
      return CompletableFuture.completedFuture(known);
    }
    return timer.limit(refresh(Optional.empty()), deadline.remainingNanos());
  }

  /// Whether a call failed because somebody has yet to form the cluster, which waiting does not
  /// bring about. A node that says so of a cluster which is known to be formed was emptied.
  boolean waitsForInit(CallFailure failure) {
    return failure.notFormed() && !map.formed();
  }

  /// Asks for the map unless that was done just now; nobody waits for it.
  void refreshSoon() {
    if (nanoClock.getAsLong() - refreshedNanos.get() >= REFRESH_INTERVAL_NANOS) {
      var unused = refresh(Optional.empty());
    }
  }

  /// Asks one node after the other for the map, until one answers. Calls share what is under way.
  CompletableFuture<ShardMap> refresh(Optional<String> avoided) {
    CompletableFuture<ShardMap> mine = new CompletableFuture<>();
    CompletableFuture<ShardMap> theirs = refreshing.compareAndExchange(null, mine);
    if (theirs != null) {
      return theirs;
    }
    refreshedNanos.set(nanoClock.getAsLong());
    var unused =
        askForMap(nodesInTurn(avoided), 0, Optional.empty())
            .whenComplete(
                (learned, error) -> {
                  refreshing.set(null);
                  if (error == null) {
                    mine.complete(learned);
                  } else {
                    mine.completeExceptionally(error);
                  }
                });
    return mine;
  }

  /// @param unformed what a node said that belongs to no cluster: it tells more than the silence of
  ///   others
  private CompletableFuture<ShardMap> askForMap(
      List<String> nodes, int index, Optional<CallFailure> unformed) {
    return send(
            nodes.get(index),
            ClusterGrpc.getGetTopologyMethod(),
            GetTopologyRequest.getDefaultInstance(),
            TOPOLOGY_TIMEOUT_NANOS)
        .thenApply(this::learned)
        .exceptionallyCompose(
            error -> {
              CallFailure failure = CallFailure.of(error);
              Optional<CallFailure> said = failure.notFormed() ? Optional.of(failure) : unformed;
              return index + 1 < nodes.size()
                  ? askForMap(nodes, index + 1, said)
                  : CompletableFuture.failedFuture(said.orElse(failure));
            });
  }

  private synchronized ShardMap learned(Topology topology) {
    ShardMap told = ShardMap.of(topology);
    ShardMap learned = options.seedsOnly() ? told.behind(options.seeds()) : told;
    // A node that has just been started, and belongs to no cluster yet, knows less than we do.
    if (learned.formed() || !map.formed()) {
      map = learned;
    }
    if (map.formed()) {
      watch.start();
    }
    return map;
  }

  private List<String> nodesInTurn(Optional<String> avoided) {
    Set<String> all = new LinkedHashSet<>(map.addresses());
    if (all.isEmpty() || all.stream().noneMatch(channels::looksReachable)) {
      // Nodes may name addresses that cannot be reached from here.
      all.addAll(options.seeds());
    }
    List<String> reachable = new ArrayList<>();
    List<String> others = new ArrayList<>();
    List<String> last = new ArrayList<>();
    for (String address : all) {
      if (avoided.isPresent() && avoided.get().equals(address)) {
        last.add(address);
      } else if (channels.looksReachable(address)) {
        reachable.add(address);
      } else {
        others.add(address);
      }
    }
    int start = turn.getAndIncrement();
    List<String> inTurn = new ArrayList<>(all.size());
    rotateInto(inTurn, reachable, start);
    rotateInto(inTurn, others, start);
    inTurn.addAll(last);
    return inTurn;
  }

  private static void rotateInto(List<String> target, List<String> source, int start) {
    for (int i = 0; i < source.size(); i++) {
      target.add(source.get(Math.floorMod(start + i, source.size())));
    }
  }

  @Override
  public void close() {
    timer.close();
    channels.close();
  }
}
