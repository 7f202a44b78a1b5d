package io.quiverdb.raft.catalog;

import io.quiverdb.core.RequestStamp;
import io.quiverdb.core.op.FeatureLevels;
import io.quiverdb.raft.CatalogOrder;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.FeatureSupport;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.GroupReplica;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.NodeStatus;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.ReplicaErasure;
import io.quiverdb.raft.Shard;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.ShardInfo;
import io.quiverdb.raft.ShardWrite;
import io.quiverdb.raft.Written;
import io.quiverdb.raft.catalog.Goals.Change;
import io.quiverdb.raft.catalog.Goals.Goal;
import io.quiverdb.raft.catalog.proto.CatalogAnswer;
import io.quiverdb.raft.catalog.proto.CatalogCopy;
import io.quiverdb.raft.catalog.proto.CatalogOp;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Makes the cluster what the catalogue says: forms it, opens the shards' groups, gives shards
/// their slots and the cluster's feature level, takes collections to every shard and off it, has
/// every node destroy the keys of those that are shredded, and moves replicas ([Moves]) and leaders
/// ([LeaderSpread]). Works only while this node leads the catalogue.
///
/// It remembers nothing that a new leader would need: every step may be repeated, by the same
/// leader or another, before or after its copies. What it asks of a shard carries the catalogue
/// index that caused it and a request id derived from it; the shard ignores one older than the
/// collection's last (the model: the ops of deposed reconcilers stay in flight for ever).
public final class Reconciler implements AutoCloseable {
  private static final int TICKS_PER_SWEEP = 12;

  /// The index of members that no move has changed.
  private static final long AS_FORMED = 0;

  private final Claim claim;
  private final GroupReplica group;
  private final CatalogReplica replica;
  private final Function<NodeId, Peer> peers;
  private final IntFunction<Shard> shardLeaders;
  private final Supplier<Optional<CatalogCopy>> recovery;
  private final ScheduledExecutorService scheduler;
  private final Pace pace;
  private final CatalogReplica.Listener listener = new Events();
  private final AtomicBoolean passDue = new AtomicBoolean();
  private final Moves moves;
  private final LeaderSpread leaderSpread;
  private int ticks;

  /// Of this leadership; empty while another node leads.
  private volatile Optional<Goals> goals = Optional.empty();

  /// How hard it tries.
  ///
  /// @param retryFirst the wait after a step's first failure, doubled with each further one
  /// @param retryLast the longest wait
  /// @param patience after which a step without an answer counts as failed
  public record Pace(Duration retryFirst, Duration retryLast, Duration patience) {
    public static final Pace PRODUCTION =
        new Pace(Duration.ofMillis(50), Duration.ofSeconds(5), Duration.ofSeconds(10));

    Duration delayAfter(int failures) {
      var delay = retryFirst;
      for (int i = 1; i < failures && delay.compareTo(retryLast) < 0; i++) {
        delay = delay.multipliedBy(2);
      }
      return delay.compareTo(retryLast) < 0 ? delay : retryLast;
    }
  }

  /// @param claim of this node; what it proposes to an empty catalogue
  /// @param peers reaches a member of the claim
  /// @param shardLeaders reaches a shard's leader; throws a [io.quiverdb.raft.ShardException] if
  ///   none is known
  /// @param leaderIds who leads a shard, as far as this node knows
  /// @param recovery what an empty catalogue begins with, if the cluster was recovered
  /// @param scheduler runs everything here; shut down after this is closed
  public Reconciler(
      Claim claim,
      GroupReplica group,
      CatalogReplica replica,
      Function<NodeId, Peer> peers,
      IntFunction<Shard> shardLeaders,
      IntFunction<Optional<NodeId>> leaderIds,
      Supplier<Optional<CatalogCopy>> recovery,
      ScheduledExecutorService scheduler,
      Pace pace) {
    this.claim = claim;
    this.group = group;
    this.replica = replica;
    this.peers = peers;
    this.shardLeaders = shardLeaders;
    this.recovery = recovery;
    this.scheduler = scheduler;
    this.pace = pace;
    this.leaderSpread = new LeaderSpread(peers);
    this.moves =
        new Moves(
            group,
            peers,
            leaderIds,
            this::propose,
            () -> replica.view().map(CatalogView::membership));
  }

  /// Begins to follow the replica; it works when the replica leads.
  public void start() {
    replica.listen(listener);
  }

  @Override
  public void close() {
    replica.ignore(listener);
    goals = Optional.empty();
  }

  private final class Events implements CatalogReplica.Listener {
    @Override
    public void changed() {
      requestPass();
    }

    @Override
    public void leaderReady() {
      goals = Optional.of(new Goals(scheduler, pace, Reconciler.this::requestPass));
      requestPass();
    }

    @Override
    public void leaderLost() {
      goals = Optional.empty();
    }
  }

  private void requestPass() {
    if (goals.isPresent() && passDue.compareAndSet(false, true)) {
      scheduler.execute(this::pass);
    }
  }

  private synchronized void pass() {
    // Before the state is read: what changes after that asks for another pass.
    passDue.set(false);
    goals.ifPresent(
        mine -> {
          // Before the state: what it is said to be based on is never later.
          var order = order();
          pursue(mine, replica.view(), order);
        });
  }

  private CatalogOrder order() {
    return CatalogOrder.of(replica.applied());
  }

  /// Looks now and then for replicas that belong nowhere, and for nodes that lead too many shards.
  /// To be called several times a second.
  public synchronized void tick() {
    if (goals.isEmpty()) {
      ticks = 0;
      return;
    }
    // At once when it begins to lead: moves wait for that.
    if (ticks++ % TICKS_PER_SWEEP != 0) {
      return;
    }
    var order = order();
    var mine = goals;
    replica
        .view()
        .ifPresent(view -> mine.ifPresent(leading -> sweep(leading, view.membership(), order)));
  }

  private void sweep(Goals mine, Membership now, CatalogOrder order) {
    var statuses = now.nodes().stream().map(node -> status(node.id())).toList();
    var heard = statuses.stream().map(status -> status.thenAccept(this::learn)).toList();
    var _ =
        CompletableFuture.allOf(heard.toArray(CompletableFuture<?>[]::new))
            .whenComplete(
                (_, _) -> {
                  if (!mine.areNodesAsked()) {
                    mine.nodesWereAsked();
                    requestPass();
                  }
                });
    moves.sweep(now, statuses, order);
    var _ =
        CompletableFuture.allOf(statuses.toArray(CompletableFuture<?>[]::new))
            .whenComplete(
                (_, _) -> {
                  if (goals.isPresent()) {
                    leaderSpread.sweep(now, answered(statuses));
                  }
                });
  }

  private void learn(NodeStatus status) {
    if (moves.learn(status)) {
      requestPass();
    }
  }

  private static List<NodeStatus> answered(List<CompletableFuture<NodeStatus>> statuses) {
    return statuses.stream()
        .filter(status -> status.state() == Future.State.SUCCESS)
        .map(CompletableFuture::join)
        .toList();
  }

  private CompletableFuture<NodeStatus> status(NodeId node) {
    try {
      return withinPatience(peers.apply(node).status());
    } catch (ShardException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void pursue(Goals mine, Optional<CatalogView> view, CatalogOrder order) {
    if (view.isEmpty()) {
      mine.pursue(new Goal.Form(), this::form);
      return;
    }
    var shards = view.get().shards();
    var membership = view.get().membership();
    shards.forEach(
        shard -> serve(mine, shard, membership.placement(new ShardGroup(shard.number())), order));
    shards.forEach(shard -> raise(mine, shard, view.get().featureLevel()));
    var changing = changing(view.get());
    var erasing = view.get().shreddings().stream().filter(one -> !one.complete()).toList();
    mine.forgetChangesOtherThan(
        Stream.concat(changing.stream().map(Change::of), erasing.stream().map(Change::of))
            .toList());
    changing.forEach(collection -> spread(mine, shards, collection));
    erasing.stream()
        .filter(one -> changing.stream().noneMatch(still -> still.id() == one.collectionId()))
        .forEach(one -> mine.pursue(new Goal.Erase(Change.of(one)), () -> erase(one)));
    moves.pursue(mine, membership, view.get().index(), order);
  }

  private static List<CollectionInfo> changing(CatalogView view) {
    return view.collections().stream().filter(CollectionInfo::isChanging).toList();
  }

  /// Formed means that all claims are equal, hence every member has to open the catalogue's group
  /// first: from then on its claim cannot be replaced.
  private CompletableFuture<?> form() {
    var opened =
        claim.members().stream()
            .map(Member::id)
            .map(member -> openGroup(member, new CatalogGroup()))
            .toArray(CompletableFuture<?>[]::new);
    return CompletableFuture.allOf(opened)
        .thenCompose(_ -> first())
        .thenCompose(this::propose)
        .thenAccept(Reconciler::requireFormed);
  }

  /// A cluster begins at the highest level that all of its nodes support.
  private CompletableFuture<CatalogOp> first() {
    var recovered = recovery.get().map(CatalogOps::recover);
    if (recovered.isPresent()) {
      return CompletableFuture.completedFuture(recovered.get());
    }
    var asked = claim.members().stream().map(member -> peers.apply(member.id()).status()).toList();
    return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
        .thenApply(
            _ ->
                CatalogOps.form(
                    claim,
                    FeatureSupport.highestOfAll(
                        asked.stream().map(CompletableFuture::join).toList())));
  }

  private static void requireFormed(CatalogAnswer answer) {
    if (!answer.hasFormed()) {
      throw new IllegalStateException("forming: answered " + answer.getKindCase());
    }
  }

  private void serve(Goals mine, ShardInfo shard, Placement placement, CatalogOrder order) {
    var key = new ShardGroup(shard.number());
    int openReplicas = 0;
    for (var member : shard.members()) {
      boolean isOpen =
          mine.pursue(
              new Goal.Open(key, member),
              () ->
                  placement.changedIndex() == AS_FORMED
                      ? openGroup(member, key)
                      : peers.apply(member).openReplica(key, order, AS_FORMED, 0));
      openReplicas += isOpen ? 1 : 0;
    }
    // Fewer cannot elect a leader; to wait for all would let one dead node hold up the others.
    if (openReplicas > shard.members().size() / 2) {
      mine.pursue(new Goal.OwnSlots(shard.number()), () -> setOwnership(shard));
    }
  }

  /// A shard begins at the first.
  private void raise(Goals mine, ShardInfo shard, int level) {
    if (level > FeatureLevels.FIRST && mine.isReached(new Goal.OwnSlots(shard.number()))) {
      boolean _ =
          mine.pursue(
              new Goal.RaiseLevel(shard.number(), level),
              () ->
                  write(
                          shard,
                          new ShardWrite.SetFeatureLevel(stamp(level, 0, shard, "level"), level))
                      .thenAccept(written -> ShardOutcomes.requireRaised(written.outcome())));
    }
  }

  private CompletableFuture<Void> openGroup(NodeId member, GroupKey key) {
    return peers.apply(member).openGroup(claim.clusterId(), key);
  }

  private CompletableFuture<?> setOwnership(ShardInfo shard) {
    var stamp = stamp(shard.epoch(), 0, shard, "ownership");
    return write(shard, new ShardWrite.SetOwnership(stamp, shard.epoch(), shard.slots()))
        .thenAccept(written -> ShardOutcomes.requireOwned(written.outcome(), shard.epoch()));
  }

  /// Finishes the change when it is done everywhere.
  private void spread(Goals mine, List<ShardInfo> shards, CollectionInfo collection) {
    boolean isEverywhere = true;
    for (var shard : shards) {
      isEverywhere &=
          mine.isReached(new Goal.OwnSlots(shard.number()))
              && mine.pursue(
                  new Goal.ChangeShard(Change.of(collection), shard.number()),
                  () -> change(shard, collection));
    }
    if (isEverywhere) {
      mine.pursue(
          new Goal.Finish(Change.of(collection)), () -> propose(CatalogOps.finish(collection)));
    }
  }

  private CompletableFuture<?> change(ShardInfo shard, CollectionInfo collection) {
    return switch (collection.state()) {
      case CREATING ->
          write(
                  shard,
                  new ShardWrite.CreateCollection(
                      stamp(collection.catalogIndex(), collection.id(), shard, "create"),
                      collection.id(),
                      collection.catalogIndex(),
                      collection.name(),
                      collection.descriptor(),
                      collection.settings(),
                      collection.wrappedKeys()))
              .thenAccept(written -> ShardOutcomes.requireCreated(written.outcome()));
      case DROPPING ->
          write(
                  shard,
                  new ShardWrite.DropCollection(
                      stamp(collection.catalogIndex(), collection.id(), shard, "drop"),
                      collection.id(),
                      collection.catalogIndex()))
              .thenAccept(written -> ShardOutcomes.requireDropped(written.outcome()));
      case SHREDDING ->
          write(
                  shard,
                  new ShardWrite.ShredCollection(
                      stamp(collection.catalogIndex(), collection.id(), shard, "shred"),
                      collection.id(),
                      collection.catalogIndex()))
              .thenAccept(written -> ShardOutcomes.requireDropped(written.outcome()));
      case UPDATING ->
          write(
                  shard,
                  new ShardWrite.UpdateSettings(
                      stamp(collection.catalogIndex(), collection.id(), shard, "update"),
                      collection.id(),
                      collection.catalogIndex(),
                      collection.settings()))
              .thenAccept(written -> ShardOutcomes.requireUpdated(written.outcome()));
      case ACTIVE, ORPHANED ->
          throw new IllegalStateException(
              "collection " + collection.id() + ": " + collection.state());
    };
  }

  /// All nodes, whatever they replicate: one that is down stays outstanding, and is asked again.
  /// And no replica may be on its way meanwhile, which a node could get from one that is asked
  /// later.
  private CompletableFuture<?> erase(Shredding shredding) {
    var before = settled();
    var asked = before.nodes().stream().map(node -> erase(shredding, node.id(), before)).toList();
    return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
        .thenCompose(
            _ -> {
              var outstanding =
                  asked.stream().map(CompletableFuture::join).flatMap(Optional::stream).toList();
              if (!outstanding.isEmpty()) {
                throw new ShardException.Unavailable(
                    "erasure: outstanding " + String.join("; ", outstanding));
              }
              if (!settled().placements().equals(before.placements())) {
                throw new ShardException.Unavailable("erasure: replicas have moved meanwhile");
              }
              return propose(CatalogOps.endShred(shredding.collectionId()));
            });
  }

  /// @throws ShardException.Unavailable while replicas are being moved
  private Membership settled() {
    var membership =
        replica
            .view()
            .orElseThrow(() -> new ShardException.Unavailable("catalogue: not formed"))
            .membership();
    boolean moves =
        membership.placements().values().stream().anyMatch(one -> one.move().isPresent());
    if (moves) {
      throw new ShardException.Unavailable("erasure: replicas are being moved");
    }
    return membership;
  }

  /// @param before the nodes, and what they replicate
  /// @return what is outstanding, if anything is
  private CompletableFuture<Optional<String>> erase(
      Shredding shredding, NodeId node, Membership before) {
    CompletableFuture<List<ReplicaErasure>> answer;
    try {
      answer = peers.apply(node).erasure(shredding.collectionId(), true);
    } catch (ShardException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    return withinPatience(answer)
        .handle(
            (replicas, failure) ->
                failure != null
                    ? Optional.of("node " + node + ": no answer")
                    : outstanding(node, replicas, before));
  }

  /// A replica that the node is to have and does not tell of may be anything.
  private static Optional<String> outstanding(
      NodeId node, List<ReplicaErasure> replicas, Membership before) {
    var untold =
        before.placements().entrySet().stream()
            .filter(group -> group.getValue().members().contains(node))
            .map(Map.Entry::getKey)
            .filter(group -> replicas.stream().noneMatch(one -> one.group().equals(group)))
            .map(group -> "node %s: %s: not open".formatted(node, group));
    var left =
        replicas.stream()
            .filter(one -> !one.isComplete())
            .map(one -> "node %s: %s: %s".formatted(node, one.group(), one.outstanding()));
    return Stream.concat(untold, left).findFirst();
  }

  /// Half of it, so that a node that does not answer is told of, and not the whole attempt.
  private <T> CompletableFuture<T> withinPatience(CompletableFuture<T> answer) {
    var bounded = answer.copy();
    var givesUp =
        scheduler.schedule(
            () -> bounded.completeExceptionally(new TimeoutException("no answer")),
            pace.patience().dividedBy(2).toMillis(),
            TimeUnit.MILLISECONDS);
    return bounded.whenComplete((_, _) -> givesUp.cancel(false));
  }

  /// Without a position: the request may be as old as the collection, and to repeat it is harmless.
  private static RequestStamp stamp(
      long catalogIndex, long collectionId, ShardInfo shard, String kind) {
    return new RequestStamp(
        Digests.shardRequest(catalogIndex, collectionId, shard.number(), kind),
        shard.epoch(),
        Optional.empty());
  }

  private CompletableFuture<Written> write(ShardInfo shard, ShardWrite write) {
    return shardLeaders.apply(shard.number()).write(write);
  }

  private CompletableFuture<CatalogAnswer> propose(CatalogOp op) {
    return group
        .propose(replica.keys().seal(op))
        .thenApply(reply -> CatalogAnswers.parse(reply.answer()));
  }
}
