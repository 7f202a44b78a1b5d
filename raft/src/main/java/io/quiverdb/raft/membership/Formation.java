package io.quiverdb.raft.membership;

import io.quiverdb.raft.Claim;
import io.quiverdb.raft.FeatureSupport;
import io.quiverdb.raft.FormationException;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.PeerTransport;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.catalog.ShardMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// Makes one cluster of nodes that have none. May be begun on several nodes at once, may crash
/// anywhere, and is simply begun again.
///
/// The nodes are claimed one after the other in the order of their ids. What the first node holds
/// decides: a claim found there is adopted whole, and written over those of later nodes that have
/// no group. Then each node, in the same order, opens the catalogue's group if its claim is still
/// this one; from then on the claim stands. So the first node's group, opened first, decides
/// between formings that overlap: the others find its claim and go on with that. (Model-checked,
/// with crashes and with nodes that lose their claims.)
///
/// The catalogue's leader does the rest ([io.quiverdb.raft.catalog.Reconciler]): once all members
/// have opened the group it proposes the first operation. The cluster is formed when that is
/// applied.
public final class Formation {
  private static final Set<Integer> NODE_COUNTS = Set.of(1, 3, 5);
  private static final int SHARDS_DEFAULT_MIN = 3;
  private static final int REPLICATION_FACTOR_DEFAULT_MAX = 3;

  private final PeerTransport transport;
  private final ScheduledExecutorService scheduler;
  private final RandomGenerator random;
  private final int entryBytesMax;
  private final NodeKeys keys;
  private final Pace pace;

  /// Why nodes did not answer when they were asked last, by address.
  private final Map<String, String> refusals = new ConcurrentHashMap<>();

  /// How long a forming waits for others.
  ///
  /// @param poll the wait between two questions to the nodes
  /// @param findsMax how often they are asked until all have answered
  /// @param pollsMax how often they are asked whether the cluster is formed
  public record Pace(Duration poll, int findsMax, int pollsMax) {
    public static final Pace PRODUCTION = new Pace(Duration.ofMillis(100), 100, 600);
  }

  /// @param random draws the cluster's id
  /// @param entryBytesMax the largest log entry, for the life of the cluster
  /// @param keys draws the cluster's catalogue key
  public Formation(
      PeerTransport transport,
      ScheduledExecutorService scheduler,
      RandomGenerator random,
      int entryBytesMax,
      NodeKeys keys,
      Pace pace) {
    this.transport = transport;
    this.scheduler = scheduler;
    this.random = random;
    this.entryBytesMax = entryBytesMax;
    this.keys = keys;
    this.pace = pace;
  }

  /// Makes one cluster of the nodes at these addresses, or finishes a forming of them that was
  /// begun before: then with that one's shards and replication factor, as the claim tells. Complete
  /// when the cluster is formed; its shards follow.
  ///
  /// The future fails with [IllegalArgumentException] for arguments that make no cluster, and if
  /// the nodes have no feature level in common, with [FormationException] if the nodes are, or are
  /// to be, another cluster, and with a [ShardException] if a node cannot be reached:
  /// [ShardException.OutcomeUnknown] once a node was claimed, as the cluster may form all the same.
  /// Then it may be begun again.
  ///
  /// @param shards 0 for the default: the larger of 3 and the number of nodes
  /// @param replicationFactor 0 for the default: 3, or the number of nodes if that is less
  public CompletableFuture<Claim> form(
      List<String> peerAddresses, int shards, int replicationFactor) {
    try {
      checkArguments(peerAddresses, shards, replicationFactor);
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(e);
    }
    return find(peerAddresses, 1)
        .thenCompose(Formation::refuseFormed)
        .thenCompose(
            nodes -> {
              // Which level it is, the reconciler asks again when it proposes the first operation.
              int _ = FeatureSupport.highestOfAll(nodes.stream().map(FoundNode::status).toList());
              var forming = new Forming(nodes, propose(nodes, shards, replicationFactor));
              return forming
                  .run()
                  .thenCompose(claim -> awaitFormed(nodes, claim, 1))
                  .exceptionallyCompose(
                      failure ->
                          CompletableFuture.failedFuture(
                              forming.begun() ? asUnknown(failure) : failure));
            });
  }

  private static Throwable asUnknown(Throwable failure) {
    return unwrapped(failure) instanceof ShardException.Unavailable unavailable
        ? new ShardException.OutcomeUnknown(String.valueOf(unavailable.getMessage()), unavailable)
        : failure;
  }

  private static void checkArguments(List<String> addresses, int shards, int replicationFactor) {
    if (!NODE_COUNTS.contains(addresses.size())) {
      throw new IllegalArgumentException(
          "nodes: %d, %s (expected: 1, 3 or 5)".formatted(addresses.size(), addresses));
    }
    requireWithin("shards", shards, ShardMap.SHARDS_MAX);
    requireWithin("replication factor", replicationFactor, addresses.size());
  }

  private static void requireWithin(String what, int actual, int max) {
    if (actual < 0 || actual > max) {
      throw new IllegalArgumentException(
          "%s: %d (expected: 1 to %d, or 0 for the default)".formatted(what, actual, max));
    }
  }

  /// All listed nodes, in the order of their ids. Those that are just starting are waited for.
  private CompletableFuture<List<FoundNode>> find(List<String> addresses, int attempt) {
    var asked = addresses.stream().map(this::ask).toList();
    return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
        .thenCompose(
            _ -> {
              var answers = asked.stream().map(CompletableFuture::join).toList();
              if (attempt < pace.findsMax() && answers.stream().anyMatch(Optional::isEmpty)) {
                return afterPause().thenCompose(_ -> find(addresses, attempt + 1));
              }
              return CompletableFuture.completedFuture(requireAll(addresses, answers));
            });
  }

  private CompletableFuture<Optional<FoundNode>> ask(String address) {
    var peer = transport.at(address);
    return peer.status()
        .thenApply(status -> Optional.of(new FoundNode(address, peer, status)))
        .exceptionally(
            failure -> {
              if (unwrapped(failure) instanceof ShardException unanswered) {
                refusals.put(address, String.valueOf(unanswered.getMessage()));
                return Optional.empty();
              }
              throw new CompletionException(failure);
            });
  }

  private List<FoundNode> requireAll(List<String> addresses, List<Optional<FoundNode>> answers) {
    var missing = new ArrayList<String>();
    Map<NodeId, FoundNode> found = new HashMap<>();
    for (int i = 0; i < addresses.size(); i++) {
      if (answers.get(i).isEmpty()) {
        missing.add(addresses.get(i));
        continue;
      }
      var node = answers.get(i).get();
      var twin = found.put(node.id(), node);
      if (twin != null) {
        throw new IllegalArgumentException(
            "node id: %s at %s and at %s (expected: a node once, and no copy of a data directory)"
                .formatted(node.id(), twin.address(), node.address()));
      }
    }
    if (!missing.isEmpty()) {
      throw new ShardException.Unavailable(
          "no answer from %s (expected: all listed nodes up): %s"
              .formatted(
                  String.join(", ", missing),
                  missing.stream().map(refusals::get).collect(Collectors.joining("; "))));
    }
    return found.values().stream().sorted(Comparator.comparing(FoundNode::id)).toList();
  }

  /// Every member has opened the catalogue's group before the first operation was proposed: one
  /// that has applied it proves that nothing is left to do.
  private static CompletableFuture<List<FoundNode>> refuseFormed(List<FoundNode> nodes) {
    var member = nodes.stream().filter(node -> node.status().clusterId().isPresent()).findFirst();
    if (member.isEmpty()) {
      return CompletableFuture.completedFuture(nodes);
    }
    UUID clusterId = member.get().status().clusterId().orElseThrow();
    return member
        .get()
        .peer()
        .claim()
        .thenApply(
            claim -> {
              if (claim.isPresent() && hasAll(claim.get(), nodes)) {
                throw new FormationException.AlreadyFormed(clusterId);
              }
              throw new FormationException.OtherCluster(member.get().address(), clusterId);
            });
  }

  private static boolean hasAll(Claim claim, List<FoundNode> nodes) {
    var memberIds = claim.members().stream().map(Member::id).collect(Collectors.toSet());
    return nodes.stream().allMatch(node -> memberIds.contains(node.id()));
  }

  private Claim propose(List<FoundNode> nodes, int shards, int replicationFactor) {
    return new Claim(
        new UUID(random.nextLong(), random.nextLong()),
        nodes.stream().map(node -> node.status().self()).toList(),
        shards > 0 ? shards : Math.max(SHARDS_DEFAULT_MIN, nodes.size()),
        replicationFactor > 0
            ? replicationFactor
            : Math.min(REPLICATION_FACTOR_DEFAULT_MAX, nodes.size()),
        entryBytesMax,
        keys.draw());
  }

  /// One member that has applied the first operation is enough: it is committed.
  private CompletableFuture<Claim> awaitFormed(List<FoundNode> nodes, Claim claim, int poll) {
    var asked = nodes.stream().map(node -> ask(node.address())).toList();
    return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
        .thenCompose(
            _ -> {
              boolean isFormed =
                  asked.stream()
                      .flatMap(answer -> answer.join().stream())
                      .anyMatch(
                          node -> node.status().clusterId().equals(Optional.of(claim.clusterId())));
              if (isFormed) {
                return CompletableFuture.completedFuture(claim);
              }
              if (poll == pace.pollsMax()) {
                throw new ShardException.Unavailable(
                    "cluster %s: claimed, but its catalogue has not come up (expected: within %s)"
                        .formatted(claim.clusterId(), pace.poll().multipliedBy(poll)));
              }
              return afterPause().thenCompose(_ -> awaitFormed(nodes, claim, poll + 1));
            });
  }

  private CompletableFuture<Void> afterPause() {
    var pause = new CompletableFuture<Void>();
    var _ =
        scheduler.schedule(
            () -> pause.complete(null), pace.poll().toMillis(), TimeUnit.MILLISECONDS);
    return pause;
  }

  private static Throwable unwrapped(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
