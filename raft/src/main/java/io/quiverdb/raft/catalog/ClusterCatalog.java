package io.quiverdb.raft.catalog;

import io.quiverdb.core.FeatureLevelException;
import io.quiverdb.core.StateHash;
import io.quiverdb.core.VersionRange;
import io.quiverdb.raft.FeatureSupport;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupReplica;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.NodeStatus;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.catalog.CatalogWrite.AddNode;
import io.quiverdb.raft.catalog.CatalogWrite.CreateApiKey;
import io.quiverdb.raft.catalog.CatalogWrite.CreateCollection;
import io.quiverdb.raft.catalog.CatalogWrite.DropCollection;
import io.quiverdb.raft.catalog.CatalogWrite.MoveReplica;
import io.quiverdb.raft.catalog.CatalogWrite.RaiseFeatureLevel;
import io.quiverdb.raft.catalog.CatalogWrite.Rebalance;
import io.quiverdb.raft.catalog.CatalogWrite.RevokeApiKey;
import io.quiverdb.raft.catalog.CatalogWrite.SetNodeState;
import io.quiverdb.raft.catalog.CatalogWrite.SetReplicationFactor;
import io.quiverdb.raft.catalog.CatalogWrite.ShredCollection;
import io.quiverdb.raft.catalog.CatalogWrite.UpdateSettings;
import io.quiverdb.raft.catalog.CollectionInfo.State;
import io.quiverdb.raft.catalog.proto.CatalogAnswer;
import io.quiverdb.raft.catalog.proto.CatalogOp;
import io.quiverdb.raft.catalog.proto.Collection;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/// The catalogue as this node uses it: its own replica, and the leader's where that is needed.
public final class ClusterCatalog implements Catalog, AutoCloseable {
  private static final int WRITES_MAX = 1024;

  private final GroupReplica group;
  private final CatalogReplica replica;
  private final Function<NodeId, Peer> peers;
  private final Executor executor;
  private final Waiters waiters;
  private final AtomicInteger writes = new AtomicInteger();

  /// @param peers reaches a member of the cluster
  /// @param executor runs what follows upon an entry's being applied; shut down after this is
  ///   closed
  public ClusterCatalog(
      GroupReplica group, CatalogReplica replica, Function<NodeId, Peer> peers, Executor executor) {
    this.group = group;
    this.replica = replica;
    this.peers = peers;
    this.executor = executor;
    this.waiters = new Waiters(group, replica, executor);
  }

  /// @throws ShardException.Unavailable before the cluster is formed
  @Override
  public CatalogView view() {
    return replica
        .view()
        .orElseThrow(() -> new ShardException.Unavailable("catalogue: no cluster is formed yet"));
  }

  @Override
  public CompletableFuture<CatalogView> barrier() {
    return readIndex().thenComposeAsync(group::awaitApplied, executor).thenApply(_ -> view());
  }

  private CompletableFuture<Long> readIndex() {
    return group.leads() ? group.readIndex() : atLeader(peer -> peer.readIndex(group.key()));
  }

  @Override
  public CompletableFuture<CatalogWritten> write(CatalogWrite write) {
    return group.leads() ? writeAsLeader(write) : atLeader(peer -> peer.writeCatalog(write));
  }

  /// What this node has, for one that does not replicate the catalogue.
  ///
  /// @param after index that the other has; −1 if nothing
  /// @param linearizable whether it is to show every change acknowledged before the call
  /// @return empty if there is nothing newer
  public CompletableFuture<Optional<ByteBuffer>> copy(long after, boolean linearizable) {
    var reached =
        linearizable
            ? barrier()
            : CompletableFuture.completedFuture(replica).thenApply(_ -> view());
    return reached.thenApply(
        view ->
            view.index() > after
                ? Optional.of(replica.keys().sealCopy(replica.state().toCopy()))
                : Optional.empty());
  }

  /// The hash of this node's replica at the entry at `index`, once that is applied here; empty if
  /// it is too long ago.
  public CompletableFuture<Optional<StateHash>> hashAt(long index) {
    var reached = group.awaitApplied(index);
    var hash = reached.thenApplyAsync(_ -> replica.hashAt(index), executor);
    // It may never be.
    var _ = hash.whenComplete((_, _) -> reached.cancel(false));
    return hash;
  }

  private <T> CompletableFuture<T> atLeader(Function<Peer, CompletableFuture<T>> call) {
    var leader = group.leader();
    if (leader.isEmpty()) {
      return CompletableFuture.failedFuture(
          new ShardException.Unavailable(group.key() + ": no leader is known"));
    }
    return call.apply(peers.apply(leader.get()));
  }

  /// What the leader does for itself and for others; fails on any other node and never forwards.
  ///
  /// A change that is begun and whose end this node does not see, because it stops leading, fails
  /// as [ShardException.OutcomeUnknown]: the next leader goes on with it, and tells whoever repeats
  /// the request.
  public CompletableFuture<CatalogWritten> writeAsLeader(CatalogWrite write) {
    if (!group.leads()) {
      return CompletableFuture.failedFuture(notLeader());
    }
    CatalogOp op;
    if (write instanceof RaiseFeatureLevel raise) {
      return raise(raise);
    }
    try {
      op = begin(write);
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(e);
    }
    return writeAsLeader(op);
  }

  private CompletableFuture<CatalogWritten> writeAsLeader(CatalogOp op) {
    int level = replica.state().featureLevel();
    if (!replica.levels().isInForce(op.getKindCase(), level)) {
      var refusal =
          FeatureLevelException.notInForce(
              "catalogue, " + op.getKindCase(), level, replica.levels().supported());
      return CompletableFuture.failedFuture(
          new IllegalArgumentException(refusal.getMessage(), refusal));
    }
    if (writes.incrementAndGet() > WRITES_MAX) {
      writes.decrementAndGet();
      return CompletableFuture.failedFuture(
          new ShardException.Overloaded(
              group.key() + ": more than " + WRITES_MAX + " changes under way"));
    }
    return proposeUntilSettled(op).whenComplete((_, _) -> writes.decrementAndGet());
  }

  /// Only what every node has just said that it supports is logged. One that starts an older
  /// release meanwhile stops where it meets what it does not know.
  private CompletableFuture<CatalogWritten> raise(RaiseFeatureLevel write) {
    Map<NodeId, CompletableFuture<Optional<VersionRange>>> asked = new TreeMap<>();
    for (var member : replica.view().map(CatalogView::members).orElse(List.of())) {
      asked.put(member.id(), support(member.id()));
    }
    return CompletableFuture.allOf(asked.values().toArray(CompletableFuture<?>[]::new))
        .thenComposeAsync(
            _ -> {
              var support = new TreeMap<NodeId, Optional<VersionRange>>();
              asked.forEach((id, answer) -> support.put(id, answer.join()));
              FeatureSupport.requireAll(write.level(), support);
              return writeAsLeader(
                  CatalogOps.raiseFeatureLevel(
                      write, support.keySet(), replica.keys().requestMac()));
            },
            executor);
  }

  private CompletableFuture<Optional<VersionRange>> support(NodeId node) {
    CompletableFuture<NodeStatus> answer;
    try {
      answer = peers.apply(node).status();
    } catch (ShardException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    return answer.handle(
        (status, failure) -> {
          if (failure != null) {
            throw new ShardException.Unavailable(
                "node %s: no answer (expected: every node up, to say what it supports)"
                    .formatted(node),
                failure);
          }
          return status.featureLevels();
        });
  }

  private CatalogOp begin(CatalogWrite write) {
    return switch (write) {
      case CreateCollection create ->
          CatalogOps.beginCreate(
              create, replica.keys().drawCollectionKeys(), replica.keys().requestMac());
      case UpdateSettings update -> CatalogOps.beginUpdate(update, replica.keys().requestMac());
      case DropCollection drop -> CatalogOps.beginDrop(drop, replica.keys().requestMac());
      case ShredCollection shred -> {
        if (!replica.keys().hasDataKeys()) {
          throw new IllegalArgumentException(
              "cluster: without encryption, no collection has a key that could be destroyed"
                  + " (expected: an encrypted one; a drop deletes the files)");
        }
        yield CatalogOps.beginShred(shred, replica.keys().requestMac());
      }
      case AddNode add -> CatalogOps.addNode(add, replica.keys().requestMac());
      case SetNodeState set -> CatalogOps.setNodeState(set, replica.keys().requestMac());
      case SetReplicationFactor set ->
          CatalogOps.setReplicationFactor(set, replica.keys().requestMac());
      case MoveReplica move -> {
        var placement = view().membership().placement(new GroupKey.ShardGroup(move.shard()));
        yield CatalogOps.moveReplica(move, placement.changedIndex(), replica.keys().requestMac());
      }
      case Rebalance rebalance -> CatalogOps.rebalance(rebalance, replica.keys().requestMac());
      case CreateApiKey create -> CatalogOps.createApiKey(create, replica.keys().requestMac());
      case RevokeApiKey revoke -> CatalogOps.revokeApiKey(revoke, replica.keys().requestMac());
      case RaiseFeatureLevel _ -> throw new AssertionError("nodes are asked first: " + write);
    };
  }

  private CompletableFuture<CatalogWritten> proposeUntilSettled(CatalogOp op) {
    return group
        .propose(replica.keys().seal(op))
        .thenComposeAsync(reply -> settle(op, CatalogAnswers.parse(reply.answer())), executor);
  }

  private CompletableFuture<CatalogWritten> settle(CatalogOp op, CatalogAnswer answer) {
    return switch (answer.getKindCase()) {
      case CREATED -> awaitCreated(answer.getCreated());
      case UPDATED -> awaitUpdated(answer.getUpdated());
      case DROPPED ->
          awaitGone(answer.getDropped(), () -> endUnseen("drop", answer.getDropped()))
              .thenApply(_ -> new CatalogWritten.Dropped());
      case SHREDDED ->
          awaitGone(answer.getShredded(), () -> endUnseen("shred", answer.getShredded()))
              .thenApply(_ -> new CatalogWritten.Shredded(answer.getShredded().getId()));
      case ALREADY_EXISTS ->
          settled(
              new CatalogWritten.AlreadyExists(
                  CatalogMessages.fromMessage(answer.getAlreadyExists())));
      case CHANGED -> settled(new CatalogWritten.Changed());
      case API_KEY_CREATED -> settled(new CatalogWritten.ApiKeyCreated());
      case API_KEY_REVOKED -> settled(new CatalogWritten.ApiKeyRevoked());
      case NOT_FOUND -> settled(new CatalogWritten.NotFound());
      case REQUEST_ID_REUSED -> settled(new CatalogWritten.RequestIdReused());
      // Nothing is begun yet, so that whoever loses patience may know that nothing was done.
      case BEING_DROPPED ->
          awaitGone(answer.getBeingDropped(), this::notLeader)
              .thenCompose(_ -> proposeUntilSettled(op));
      case BEING_CHANGED ->
          waiters
              .await(state -> !isBeingChanged(state, answer.getBeingChanged()), this::notLeader)
              .thenCompose(_ -> proposeUntilSettled(op));
      case INVALID ->
          CompletableFuture.failedFuture(new IllegalArgumentException(answer.getInvalid()));
      case NOT_FORMED ->
          CompletableFuture.failedFuture(
              new ShardException.Unavailable("catalogue: no cluster is formed yet"));
      case FORMED, FORMED_OTHERWISE, FINISHED, KIND_NOT_SET ->
          throw new IllegalStateException("catalogue: answered " + answer.getKindCase());
    };
  }

  private CompletableFuture<CatalogWritten> awaitCreated(Collection created) {
    return waiters
        .await(state -> !isCreating(state, created), () -> endUnseen("create", created))
        .thenApply(
            state ->
                new CatalogWritten.Created(
                    find(state, created).orElseGet(() -> goneSince(created))));
  }

  private CompletableFuture<CatalogWritten> awaitUpdated(Collection updated) {
    return waiters
        .await(state -> !isBeingChanged(state, updated), () -> endUnseen("update", updated))
        .thenApply(
            state ->
                new CatalogWritten.Updated(
                    find(state, updated).orElseGet(() -> goneSince(updated))));
  }

  /// Whether this very change has not ended yet.
  private static boolean isBeingChanged(CatalogState state, Collection collection) {
    return find(state, collection)
        .filter(found -> found.catalogIndex() == collection.getCatalogIndex())
        .filter(found -> found.state() == State.CREATING || found.state() == State.UPDATING)
        .isPresent();
  }

  private CompletableFuture<CatalogState> awaitGone(
      Collection dropped, Supplier<ShardException> ifNotSeen) {
    return waiters.await(state -> find(state, dropped).isEmpty(), ifNotSeen);
  }

  private static boolean isCreating(CatalogState state, Collection collection) {
    return find(state, collection).filter(found -> found.state() == State.CREATING).isPresent();
  }

  private static Optional<CollectionInfo> find(CatalogState state, Collection collection) {
    return state.find(collection.getName(), collection.getId());
  }

  /// It was created or updated, and a drop followed or overtook it.
  private static CollectionInfo goneSince(Collection created) {
    return CatalogMessages.fromMessage(
        created.toBuilder().setState(Collection.State.DROPPING).build());
  }

  private static ShardException endUnseen(String change, Collection collection) {
    return new ShardException.OutcomeUnknown(
        "%s of collection %d: begun; this node stopped leading before its end"
            .formatted(change, collection.getId()));
  }

  private ShardException notLeader() {
    return new ShardException.NotLeader(group.key().toString(), group.leader());
  }

  private static CompletableFuture<CatalogWritten> settled(CatalogWritten written) {
    return CompletableFuture.completedFuture(written);
  }

  @Override
  public void close() {
    waiters.close();
  }
}
