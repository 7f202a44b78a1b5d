package io.quiverdb.raft.catalog;

import io.quiverdb.core.Position;
import io.quiverdb.core.storage.CrashedException;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeAddresses;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.PeerTransport;
import io.quiverdb.raft.Shard;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.ShardWrite;
import io.quiverdb.raft.TestKeyRing;
import io.quiverdb.raft.Written;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Nodes that run the real forming, catalogue and reconciler over a simulated network, simulated
/// disks and simulated groups; everything follows from a seed.
///
/// Faults, while they are on: requests and replies are lost or late, requests to shards come twice
/// or long after their sender was deposed, leaders change and hear of it late, nodes crash between
/// any two steps and at any call of the disk, and nodes without a group lose their claim.
public final class SimulatedCluster {
  private static final int TIMEOUT_MILLIS = 400;

  private final Random random;
  private final Simulation simulation;
  private final Simulation.Scheduler world;
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private final Map<UUID, SimulatedGroup> groups = new HashMap<>();
  private final Map<UUID, List<SimulatedShard>> shards = new HashMap<>();
  private final List<String> violations = new ArrayList<>();
  private boolean hasFaults;

  public SimulatedCluster(long seed, int nodeCount) {
    // The first numbers of java.util.Random are alike for seeds that are.
    random = new Random(new Random(seed).nextLong());
    simulation = new Simulation(random);
    world = simulation.scheduler();
    for (int i = 0; i < nodeCount; i++) {
      var id = new NodeId(new UUID(random.nextLong(), random.nextLong()));
      var addresses = new NodeAddresses("client" + i, "peer" + i, "raft" + i);
      nodes.add(new SimulatedNode(this, new Member(id, addresses), random));
    }
  }

  public Random random() {
    return random;
  }

  /// What runs whichever nodes are up.
  Simulation.Scheduler world() {
    return world;
  }

  Simulation simulation() {
    return simulation;
  }

  public List<SimulatedNode> nodes() {
    return nodes;
  }

  public List<String> addresses() {
    return nodes.stream().map(SimulatedNode::address).toList();
  }

  /// What must never happen and did.
  public List<String> violations() {
    return violations;
  }

  public void violate(String what) {
    violations.add(what);
  }

  public void beginFaults() {
    hasFaults = true;
  }

  /// From now on everything works, and every node is up.
  public void endFaults() {
    hasFaults = false;
    nodes.forEach(SimulatedNode::keepTheDisk);
    nodes.stream().filter(node -> !node.isUp()).forEach(SimulatedNode::start);
  }

  /// True once in a while.
  boolean strikes(int percent) {
    return hasFaults && random.nextInt(100) < percent;
  }

  /// Runs one task of somebody, or lets something happen.
  public void step() {
    try {
      if (!simulation.step() || random.nextInt(20) == 0) {
        happen();
      }
    } catch (CrashedException e) {
      crashWhoeverLostItsDisk();
    }
    checkActiveIsEverywhere();
    checkShreddedIsNowhere();
  }

  private void happen() {
    var node = nodes.get(random.nextInt(nodes.size()));
    if (!node.isUp()) {
      if (hasFaults) {
        node.start();
      }
      return;
    }
    groups.values().forEach(group -> happenTo(group, node));
    if (strikes(10)) {
      node.crash();
    } else if (strikes(10)) {
      node.crashSoonAtTheDisk();
    } else if (strikes(5)) {
      node.crashAndLoseClaim();
    } else if (strikes(5)) {
      shards.values().forEach(all -> all.forEach(SimulatedShard::forgetRequests));
    }
  }

  private void happenTo(SimulatedGroup group, SimulatedNode node) {
    if (!group.hasLeader() || strikes(20)) {
      group.elect(node.id());
    }
    if (!hasFaults || random.nextBoolean()) {
      group.followAll();
    }
  }

  private void crashWhoeverLostItsDisk() {
    nodes.stream().filter(SimulatedNode::hasCrashedDisk).forEach(SimulatedNode::crash);
  }

  public SimulatedNode node(NodeId id) {
    return nodes.stream().filter(node -> node.id().equals(id)).findFirst().orElseThrow();
  }

  SimulatedGroup group(Claim claim) {
    return groups.computeIfAbsent(claim.clusterId(), _ -> new SimulatedGroup(this, claim, random));
  }

  /// The one cluster that is formed, if any.
  Optional<SimulatedGroup> formed() {
    var formed = groups.values().stream().filter(group -> group.truth.view().isPresent()).toList();
    if (formed.size() > 1) {
      violate("two clusters are formed");
    }
    return formed.stream().findFirst();
  }

  public Optional<UUID> formedId() {
    return formed().map(group -> group.claim.clusterId());
  }

  List<SimulatedShard> shards(Claim claim) {
    return shards.computeIfAbsent(
        claim.clusterId(),
        _ ->
            IntStream.range(0, claim.shards())
                .mapToObj(_ -> new SimulatedShard(this::violate))
                .toList());
  }

  // --- the network

  public PeerTransport transportOf(SimulatedNode from) {
    return new PeerTransport() {
      @Override
      public Peer at(String peerAddress) {
        var to = nodes.stream().filter(node -> node.address().equals(peerAddress)).findFirst();
        return new RemotePeer(SimulatedCluster.this, from, to.orElseThrow());
      }

      @Override
      public void close() {}
    };
  }

  <T> CompletableFuture<T> call(
      SimulatedNode from, SimulatedNode to, Function<Peer, CompletableFuture<T>> request) {
    return deliver(
        from, () -> to.isUp() ? request.apply(to) : CompletableFuture.failedFuture(noRoute()));
  }

  Shard shardFrom(SimulatedNode from, Claim claim, int number) {
    var shard = shards(claim).get(number);
    if (!hasQuorum(claim, number)) {
      throw new ShardException.Unavailable("shard " + number + ": no leader");
    }
    return new RemoteShard(number, write -> deliver(from, () -> write(shard, write)));
  }

  private CompletableFuture<Written> write(SimulatedShard shard, ShardWrite write) {
    var written = new Written(shard.apply(write), Position.START);
    if (strikes(20)) {
      world.executeWithin(5_000, () -> shard.apply(write));
    }
    return CompletableFuture.completedFuture(written);
  }

  private boolean hasQuorum(Claim claim, int number) {
    var members = ShardMap.of(claim).shards().get(number).members();
    long open =
        members.stream()
            .map(this::node)
            .filter(node -> node.isUp() && node.has(new GroupKey.ShardGroup(number)))
            .count();
    return open > members.size() / 2;
  }

  private interface Request<T> {
    CompletableFuture<T> arrive();
  }

  private <T> CompletableFuture<T> deliver(SimulatedNode from, Request<T> request) {
    var answer = new CompletableFuture<T>();
    if (strikes(5)) {
      from.scheduler().executeWithin(50, () -> answer.completeExceptionally(noRoute()));
      return answer;
    }
    var caller = from.scheduler();
    // Also long after the caller gave up.
    world.executeWithin(
        strikes(5) ? 3_000 : 20,
        () -> {
          var _ =
              request
                  .arrive()
                  .whenComplete((value, failure) -> reply(caller, answer, value, failure));
        });
    var _ =
        caller.schedule(
            () -> answer.completeExceptionally(new ShardException.OutcomeUnknown("no answer")),
            TIMEOUT_MILLIS,
            TimeUnit.MILLISECONDS);
    return answer;
  }

  private <T> void reply(
      Simulation.Scheduler caller,
      CompletableFuture<T> answer,
      @Nullable T value,
      @Nullable Throwable failure) {
    if (strikes(5)) {
      return;
    }
    caller.executeWithin(
        20,
        () -> {
          if (failure != null) {
            answer.completeExceptionally(failure);
          } else {
            answer.complete(value);
          }
        });
  }

  private static ShardException noRoute() {
    return new ShardException.Unavailable("no route");
  }

  // --- what must hold

  /// A group stands for a claim that can no longer be replaced.
  void checkOneCluster() {
    var clusterIds =
        nodes.stream()
            .filter(node -> node.has(new GroupKey.CatalogGroup()))
            .flatMap(node -> node.heldClaim().stream())
            .map(Claim::clusterId)
            .collect(Collectors.toSet());
    if (clusterIds.size() > 1) {
      violate("groups of two clusters: " + clusterIds);
    }
  }

  void checkBeforeLogging(Claim claim, ByteBuffer entry) {
    var op = new CatalogKeys(() -> TestKeyRing.INSTANCE).open(0, entry.duplicate());
    if (op.hasFormCluster()) {
      claim.members().forEach(member -> checkReadyToBeFormed(node(member.id()), claim));
    }
  }

  private void checkReadyToBeFormed(SimulatedNode node, Claim claim) {
    if (!node.has(new GroupKey.CatalogGroup())) {
      violate("formed before " + node.id() + " opened the group");
    }
    if (node.isUp() && !node.heldClaim().equals(Optional.of(claim))) {
      violate("formed while " + node.id() + " holds " + node.heldClaim());
    }
  }

  private void checkShreddedIsNowhere() {
    for (var group : groups.values()) {
      for (var shredding : group.truth.view().map(CatalogView::shreddings).orElse(List.of())) {
        long id = shredding.collectionId();
        boolean isNowhere =
            nodes.stream().allMatch(node -> node.hasErased(id))
                && shards(group.claim).stream()
                    .allMatch(shard -> shard.isDropped(id) && shard.isShredded(id));
        if (shredding.complete() && !isNowhere) {
          violate("shredded, but not everywhere: " + shredding);
        }
      }
    }
  }

  private void checkActiveIsEverywhere() {
    for (var group : groups.values()) {
      for (var collection : group.truth.state().collections()) {
        if (collection.state() == CollectionInfo.State.ACTIVE
            && !shards(group.claim).stream()
                .allMatch(shard -> shard.hasSettings(collection.id(), collection.settings()))) {
          violate("active, but not on every shard as it is: " + collection);
        }
      }
    }
  }
}
