package io.quiverdb.raft.catalog;

import com.google.protobuf.ByteString;
import io.quiverdb.core.StateHash;
import io.quiverdb.core.op.FeatureLevels;
import io.quiverdb.core.state.CanonicalHash;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.ShardInfo;
import io.quiverdb.raft.WrappedKeys;
import io.quiverdb.raft.catalog.CollectionInfo.State;
import io.quiverdb.raft.catalog.proto.BeginCreateCollection;
import io.quiverdb.raft.catalog.proto.BeginDropCollection;
import io.quiverdb.raft.catalog.proto.BeginShredCollection;
import io.quiverdb.raft.catalog.proto.BeginUpdateSettings;
import io.quiverdb.raft.catalog.proto.CatalogAnswer;
import io.quiverdb.raft.catalog.proto.CatalogCopy;
import io.quiverdb.raft.catalog.proto.CatalogOp;
import io.quiverdb.raft.catalog.proto.Collection;
import io.quiverdb.raft.catalog.proto.CreateApiKey;
import io.quiverdb.raft.catalog.proto.EndShred;
import io.quiverdb.raft.catalog.proto.FinishCollection;
import io.quiverdb.raft.catalog.proto.FormCluster;
import io.quiverdb.raft.catalog.proto.RaiseFeatureLevel;
import io.quiverdb.raft.catalog.proto.RecoverCluster;
import io.quiverdb.raft.catalog.proto.RememberedRequest;
import io.quiverdb.raft.catalog.proto.RevokeApiKey;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/// The catalogue after one log entry: immutable. [#apply] is total and deterministic: the same
/// state and operation give the same state and answer on every replica.
///
/// A collection's change goes in two steps: an operation that begins it (CREATING, UPDATING,
/// DROPPING, SHREDDING), and one that finishes it when every shard has followed. Between them a
/// create or an update may be overtaken by a drop, never the other way round: a name is free when
/// its collection is gone from every shard, and an id is never used again. A shredding goes on
/// after that: until no node has anything left that opens the collection. The protocol was
/// model-checked: the order of checks here is that of the model.
///
/// Of the nodes and of what they replicate it holds what is wanted and what is being changed
/// ([Membership]); that it comes about is the [Reconciler]'s.
///
/// Requests are remembered once they are settled, absence included: a late copy of a drop that was
/// answered "not found" must not drop a collection that was created since.
final class CatalogState {
  static final CatalogState EMPTY =
      new CatalogState(-1, Optional.empty(), 0, new TreeMap<>(), List.of(), RequestWindow.EMPTY);

  private static final int COUNTER_BITS = 48;
  private static final int API_KEYS_MAX = 1_024;

  /// Of those that are complete.
  private static final int SHREDDINGS_MAX = 1_024;

  private final long index;
  private final Optional<Cluster> cluster;
  private final long lastCollectionCounter;
  private final SortedMap<String, CollectionInfo> collections;

  /// In the order in which they began.
  private final List<Shredding> shreddings;

  private final RequestWindow window;
  private final Optional<CatalogView> view;

  /// @param shards with their members of now
  private record Cluster(
      Claim claim,
      Membership membership,
      ShardMap shards,
      SortedMap<String, StoredApiKey> apiKeys,
      int featureLevel) {
    static Cluster of(
        Claim claim,
        Membership membership,
        SortedMap<String, StoredApiKey> apiKeys,
        int featureLevel) {
      return new Cluster(
          claim,
          membership,
          ShardMap.of(claim)
              .withMembers(number -> membership.placement(new ShardGroup(number)).members()),
          apiKeys,
          featureLevel);
    }

    Cluster at(int newLevel) {
      return new Cluster(claim, membership, shards, apiKeys, newLevel);
    }

    Cluster with(SortedMap<String, StoredApiKey> newKeys) {
      return new Cluster(claim, membership, shards, newKeys, featureLevel);
    }
  }

  /// @param answer for whoever proposed the operation
  record Applied(CatalogState state, CatalogAnswer answer) {}

  private CatalogState(
      long index,
      Optional<Cluster> cluster,
      long lastCollectionCounter,
      SortedMap<String, CollectionInfo> collections,
      List<Shredding> shreddings,
      RequestWindow window) {
    assert cluster.isPresent() || collections.isEmpty() : collections.keySet();
    this.index = index;
    this.cluster = cluster;
    this.lastCollectionCounter = lastCollectionCounter;
    this.collections = collections;
    this.shreddings = List.copyOf(shreddings);
    this.window = window;
    this.view = cluster.map(formed -> new View(index, formed, collections, this.shreddings));
  }

  /// Empty before the cluster is formed.
  Optional<CatalogView> view() {
    return view;
  }

  /// Of the last entry that it shows.
  long index() {
    return index;
  }

  /// In the order in which they began.
  List<Shredding> shreddings() {
    return shreddings;
  }

  /// By name; those that are not gone yet.
  List<CollectionInfo> collections() {
    return List.copyOf(collections.values());
  }

  /// A collection that is not gone yet.
  Optional<CollectionInfo> find(String name, long id) {
    return Optional.ofNullable(collections.get(name)).filter(found -> found.id() == id);
  }

  Optional<RememberedRequest> remembered(ByteString requestId) {
    return window.find(requestId);
  }

  /// The same catalogue after a log entry that changes nothing.
  CatalogState at(long newIndex) {
    assert newIndex > index : newIndex + " after " + index;
    return new CatalogState(
        newIndex, cluster, lastCollectionCounter, collections, shreddings, window);
  }

  /// @param levels that of this state is one of them
  /// @throws io.quiverdb.core.UnknownOpException if this version does not know all of the operation
  /// @throws io.quiverdb.core.FeatureLevelException if the operation is of a level that is not in
  ///   force, or sets one that this version does not apply
  Applied apply(long newIndex, CatalogOp op, CatalogLevels levels) {
    KnownCatalogOps.requireKnown(newIndex, op);
    levels.require(newIndex, op, featureLevel());
    var next = at(newIndex);
    return switch (op.getKindCase()) {
      case FORM_CLUSTER -> next.form(op.getFormCluster());
      case RECOVER_CLUSTER -> next.recover(op.getRecoverCluster());
      case BEGIN_CREATE_COLLECTION,
          BEGIN_UPDATE_SETTINGS,
          BEGIN_DROP_COLLECTION,
          BEGIN_SHRED_COLLECTION,
          ADD_NODE,
          SET_NODE_STATE,
          SET_REPLICATION_FACTOR,
          BEGIN_REBALANCE,
          CREATE_API_KEY,
          REVOKE_API_KEY,
          RAISE_FEATURE_LEVEL ->
          next.applyOnce(op);
      // Of users, and of the reconciler, who may repeat it.
      case BEGIN_MOVE -> op.getRequestId().isEmpty() ? next.change(op) : next.applyOnce(op);
      case FINISH_COLLECTION -> next.finish(op.getFinishCollection());
      case END_SHRED -> next.endShred(op.getEndShred());
      case END_MOVE, END_REBALANCE -> next.change(op);
      case KIND_NOT_SET -> throw new AssertionError(op.getKindCase());
    };
  }

  private Applied form(FormCluster op) {
    Claim claim;
    try {
      claim = CatalogMessages.fromMessage(op.getClaim());
    } catch (IllegalArgumentException e) {
      return unchanged(CatalogAnswers.invalid(e));
    }
    if (cluster.isEmpty()) {
      if (op.getFeatureLevel() < FeatureLevels.FIRST) {
        return unchanged(CatalogAnswers.invalid(invalidLevel(op.getFeatureLevel())));
      }
      var formed =
          Optional.of(
              Cluster.of(claim, Membership.of(claim), new TreeMap<>(), op.getFeatureLevel()));
      return new Applied(
          new CatalogState(index, formed, lastCollectionCounter, collections, shreddings, window),
          CatalogAnswers.FORMED);
    }
    return formedBefore(claim);
  }

  private Applied formedBefore(Claim claim) {
    Claim formed = cluster.orElseThrow().claim;
    return unchanged(
        formed.equals(claim)
            ? CatalogAnswers.FORMED
            : CatalogAnswers.formedOtherwise(formed.clusterId()));
  }

  private Applied recover(RecoverCluster op) {
    CatalogState recovered;
    try {
      recovered = fromMessage(index, op.getState());
    } catch (IllegalArgumentException e) {
      return unchanged(CatalogAnswers.invalid(e));
    }
    return cluster.isEmpty()
        ? new Applied(recovered, CatalogAnswers.FORMED)
        : formedBefore(recovered.cluster.orElseThrow().claim);
  }

  private Applied applyOnce(CatalogOp op) {
    if (cluster.isEmpty()) {
      return unchanged(CatalogAnswers.NOT_FORMED);
    }
    var remembered = window.find(op.getRequestId());
    if (remembered.isPresent()) {
      boolean isRepetition = remembered.get().getDigest().equals(op.getDigest());
      return unchanged(
          isRepetition ? asOfNow(remembered.get().getAnswer()) : CatalogAnswers.REQUEST_ID_REUSED);
    }
    var applied =
        switch (op.getKindCase()) {
          case BEGIN_CREATE_COLLECTION -> beginCreate(op.getBeginCreateCollection());
          case BEGIN_UPDATE_SETTINGS -> beginUpdate(op.getBeginUpdateSettings());
          case BEGIN_DROP_COLLECTION -> beginDrop(op.getBeginDropCollection());
          case BEGIN_SHRED_COLLECTION -> beginShred(op.getBeginShredCollection());
          case ADD_NODE, SET_NODE_STATE, SET_REPLICATION_FACTOR, BEGIN_MOVE, BEGIN_REBALANCE ->
              change(op);
          case CREATE_API_KEY -> createApiKey(cluster.get(), op.getCreateApiKey());
          case REVOKE_API_KEY -> revokeApiKey(cluster.get(), op.getRevokeApiKey());
          case RAISE_FEATURE_LEVEL -> raise(cluster.get(), op.getRaiseFeatureLevel());
          case FORM_CLUSTER,
              RECOVER_CLUSTER,
              FINISH_COLLECTION,
              END_SHRED,
              END_MOVE,
              END_REBALANCE,
              KIND_NOT_SET ->
              throw new AssertionError(op.getKindCase());
        };
    return applied.answer.hasBeingDropped() || applied.answer.hasBeingChanged()
        ? applied
        : applied.state.remembering(op, applied.answer);
  }

  /// Of the nodes, and of what they replicate.
  private Applied change(CatalogOp op) {
    if (cluster.isEmpty()) {
      return unchanged(CatalogAnswers.NOT_FORMED);
    }
    var before = cluster.get();
    Membership changed;
    try {
      requireLevel(before, op);
      changed = MembershipMessages.apply(before.membership, op, numbered(index));
    } catch (IllegalArgumentException e) {
      return unchanged(CatalogAnswers.invalid(e));
    }
    return new Applied(
        new CatalogState(
            index,
            Optional.of(Cluster.of(before.claim, changed, before.apiKeys, before.featureLevel)),
            lastCollectionCounter,
            collections,
            shreddings,
            window),
        CatalogAnswers.CHANGED);
  }

  /// A node that joins brings a release that applies what the log holds from here on.
  private static void requireLevel(Cluster before, CatalogOp op) {
    if (!op.hasAddNode()) {
      return;
    }
    var add = op.getAddNode();
    if (before.featureLevel < add.getLowestFeatureLevel()
        || before.featureLevel > add.getHighestFeatureLevel()) {
      throw new IllegalArgumentException(
          "node %s: feature levels %d to %d (expected: %d among them, the cluster's)"
              .formatted(
                  CatalogMessages.fromMessage(add.getMember()).id(),
                  add.getLowestFeatureLevel(),
                  add.getHighestFeatureLevel(),
                  before.featureLevel));
    }
  }

  /// The nodes of now have to be those that were asked: one that has come since may be of an older
  /// release.
  private Applied raise(Cluster formed, RaiseFeatureLevel op) {
    if (op.getLevel() < formed.featureLevel) {
      return unchanged(
          CatalogAnswers.invalid(
              new IllegalArgumentException(
                  "feature level: %d (expected: at least %d, the cluster's; it never falls)"
                      .formatted(op.getLevel(), formed.featureLevel))));
    }
    var unasked =
        formed.membership.nodes().stream()
            .map(ClusterNode::id)
            .filter(id -> !op.getNodeIdsList().contains(CatalogMessages.toBytes(id.uuid())))
            .toList();
    if (!unasked.isEmpty()) {
      return unchanged(
          CatalogAnswers.invalid(
              new IllegalArgumentException(
                  "feature level: %d, not reported to be supported by %s (expected: by every node)"
                      .formatted(op.getLevel(), unasked))));
    }
    return new Applied(withCluster(formed.at(op.getLevel())), CatalogAnswers.CHANGED);
  }

  private static IllegalArgumentException invalidLevel(int level) {
    return new IllegalArgumentException(
        "catalogue: feature level %s (expected: at least %d)"
            .formatted(Integer.toUnsignedString(level), FeatureLevels.FIRST));
  }

  private Applied beginCreate(BeginCreateCollection op) {
    var existing = collections.get(op.getName());
    if (existing != null) {
      return unchanged(
          isGoing(existing)
              ? CatalogAnswers.beingDropped(existing)
              : CatalogAnswers.alreadyExists(existing));
    }
    long counter = lastCollectionCounter + 1;
    CollectionInfo created;
    try {
      CollectionNames.check(op.getName());
      created =
          new CollectionInfo(
              numbered(counter),
              op.getName(),
              CatalogMessages.fromMessage(op.getCollectionDescriptor()),
              CatalogMessages.fromMessage(op.getSettings()),
              new WrappedKeys(op.getWrappedKeys()).present(),
              State.CREATING,
              numbered(index));
    } catch (IllegalArgumentException e) {
      return unchanged(CatalogAnswers.invalid(e));
    }
    return new Applied(withCollection(created, counter), CatalogAnswers.created(created));
  }

  private Applied beginUpdate(BeginUpdateSettings op) {
    var existing = collections.get(op.getName());
    if (existing == null) {
      return unchanged(CatalogAnswers.NOT_FOUND);
    }
    return switch (existing.state()) {
      case DROPPING, SHREDDING -> unchanged(CatalogAnswers.beingDropped(existing));
      case CREATING, UPDATING -> unchanged(CatalogAnswers.beingChanged(existing));
      case ORPHANED ->
          unchanged(
              CatalogAnswers.invalid(
                  new IllegalArgumentException(
                      "collection %s: orphaned (expected: active; it can only be dropped)"
                          .formatted(existing.name()))));
      case ACTIVE -> beginUpdate(op, existing);
    };
  }

  private Applied beginUpdate(BeginUpdateSettings op, CollectionInfo existing) {
    CollectionInfo updating;
    try {
      var settings = CatalogMessages.fromMessage(op).apply(existing.settings());
      updating =
          new CollectionInfo(
              existing.id(),
              existing.name(),
              existing.descriptor(),
              settings,
              existing.wrappedKeys(),
              State.UPDATING,
              numbered(index));
    } catch (IllegalArgumentException e) {
      return unchanged(CatalogAnswers.invalid(e));
    }
    return new Applied(
        withCollection(updating, lastCollectionCounter), CatalogAnswers.updated(updating));
  }

  private Applied beginDrop(BeginDropCollection op) {
    var existing = collections.get(op.getName());
    if (existing == null) {
      return unchanged(CatalogAnswers.NOT_FOUND);
    }
    if (isGoing(existing)) {
      return unchanged(CatalogAnswers.beingDropped(existing));
    }
    var dropping = withState(existing, State.DROPPING, numbered(index));
    return new Applied(
        withCollection(dropping, lastCollectionCounter), CatalogAnswers.dropped(dropping));
  }

  private static boolean isGoing(CollectionInfo collection) {
    return collection.state() == State.DROPPING || collection.state() == State.SHREDDING;
  }

  /// Overtakes whatever is under way, a drop included. Nobody needs the keys any more: a shard that
  /// has not created it yet never will.
  private Applied beginShred(BeginShredCollection op) {
    var existing = collections.get(op.getName());
    if (existing == null) {
      return unchanged(CatalogAnswers.NOT_FOUND);
    }
    if (existing.state() == State.SHREDDING) {
      return unchanged(CatalogAnswers.beingDropped(existing));
    }
    var shredding =
        new CollectionInfo(
            existing.id(),
            existing.name(),
            existing.descriptor(),
            existing.settings(),
            WrappedKeys.NONE,
            State.SHREDDING,
            numbered(index));
    var begun =
        Stream.concat(
                shreddings.stream(),
                Stream.of(
                    new Shredding(
                        shredding.id(), shredding.name(), shredding.catalogIndex(), false)))
            .toList();
    return new Applied(
        withCollection(shredding, lastCollectionCounter).withShreddings(begun),
        CatalogAnswers.shredded(shredding));
  }

  /// Forgets the oldest that are complete, if there are many.
  private Applied endShred(EndShred op) {
    long id = op.getCollectionId();
    boolean isOnShards = collections.values().stream().anyMatch(found -> found.id() == id);
    if (isOnShards) {
      // Nobody asks for that; nothing is complete before its shards have dropped it.
      return unchanged(CatalogAnswers.FINISHED);
    }
    var changed =
        shreddings.stream().map(one -> one.collectionId() == id ? one.completed() : one).toList();
    long tooMany = changed.stream().filter(Shredding::complete).count() - SHREDDINGS_MAX;
    var forgotten =
        changed.stream().filter(Shredding::complete).limit(Math.max(0, tooMany)).toList();
    return new Applied(
        withShreddings(changed.stream().filter(one -> !forgotten.contains(one)).toList()),
        CatalogAnswers.FINISHED);
  }

  private Applied createApiKey(Cluster formed, CreateApiKey op) {
    StoredApiKey created;
    try {
      created = CatalogMessages.fromMessage(op.getKey());
    } catch (IllegalArgumentException e) {
      return unchanged(CatalogAnswers.invalid(e));
    }
    if (formed.apiKeys.size() >= API_KEYS_MAX) {
      return unchanged(
          CatalogAnswers.invalid(
              new IllegalArgumentException(
                  "api keys: %d (expected: fewer than %d; revoke one)"
                      .formatted(formed.apiKeys.size(), API_KEYS_MAX))));
    }
    var keys = new TreeMap<>(formed.apiKeys);
    keys.put(created.id(), created);
    return new Applied(withCluster(formed.with(keys)), CatalogAnswers.API_KEY_CREATED);
  }

  /// The last one stays: without any, the cluster would serve whoever is on a node's machine.
  private Applied revokeApiKey(Cluster formed, RevokeApiKey op) {
    if (!formed.apiKeys.containsKey(op.getId())) {
      return unchanged(CatalogAnswers.NOT_FOUND);
    }
    if (formed.apiKeys.size() == 1) {
      return unchanged(
          CatalogAnswers.invalid(
              new IllegalArgumentException(
                  "id: %s, the last API key (expected: one of several; make another first)"
                      .formatted(op.getId()))));
    }
    var keys = new TreeMap<>(formed.apiKeys);
    keys.remove(op.getId());
    return new Applied(withCluster(formed.with(keys)), CatalogAnswers.API_KEY_REVOKED);
  }

  private CatalogState withCluster(Cluster changed) {
    return new CatalogState(
        index, Optional.of(changed), lastCollectionCounter, collections, shreddings, window);
  }

  private Applied finish(FinishCollection op) {
    var changed =
        collections.values().stream()
            .filter(collection -> collection.id() == op.getCollectionId())
            .filter(collection -> collection.catalogIndex() == op.getCatalogIndex())
            .findFirst();
    if (changed.isEmpty()) {
      return unchanged(CatalogAnswers.FINISHED);
    }
    return new Applied(finished(changed.get()), CatalogAnswers.FINISHED);
  }

  private CatalogState finished(CollectionInfo changed) {
    return switch (changed.state()) {
      case CREATING, UPDATING ->
          withCollection(
              withState(changed, State.ACTIVE, changed.catalogIndex()), lastCollectionCounter);
      case ACTIVE, ORPHANED -> this;
      case DROPPING, SHREDDING -> without(changed);
    };
  }

  private Applied remembering(CatalogOp op, CatalogAnswer answer) {
    var request =
        RememberedRequest.newBuilder()
            .setRequestId(op.getRequestId())
            .setDigest(op.getDigest())
            .setAnswer(answer)
            .build();
    return new Applied(
        new CatalogState(
            index,
            cluster,
            lastCollectionCounter,
            collections,
            shreddings,
            window.with(request, this::isUnderWay)),
        answer);
  }

  /// Whether the change that a request began has neither been finished nor been overtaken.
  private boolean isUnderWay(RememberedRequest request) {
    return CatalogAnswers.begun(request.getAnswer())
        .flatMap(
            begun ->
                find(begun.getName(), begun.getId())
                    .filter(now -> now.catalogIndex() == begun.getCatalogIndex()))
        .filter(now -> now.isChanging())
        .isPresent();
  }

  private CatalogAnswer asOfNow(CatalogAnswer first) {
    if (!first.hasCreated()) {
      return first;
    }
    Collection created = first.getCreated();
    return find(created.getName(), created.getId()).map(CatalogAnswers::created).orElse(first);
  }

  private Applied unchanged(CatalogAnswer answer) {
    return new Applied(this, answer);
  }

  private CatalogState withCollection(CollectionInfo collection, long newLastCounter) {
    var changed = new TreeMap<>(collections);
    changed.put(collection.name(), collection);
    return new CatalogState(index, cluster, newLastCounter, changed, shreddings, window);
  }

  private CatalogState without(CollectionInfo collection) {
    var changed = new TreeMap<>(collections);
    changed.remove(collection.name());
    return new CatalogState(index, cluster, lastCollectionCounter, changed, shreddings, window);
  }

  private CatalogState withShreddings(List<Shredding> changed) {
    return new CatalogState(index, cluster, lastCollectionCounter, collections, changed, window);
  }

  private static CollectionInfo withState(CollectionInfo collection, State state, long index) {
    return new CollectionInfo(
        collection.id(),
        collection.name(),
        collection.descriptor(),
        collection.settings(),
        collection.wrappedKeys(),
        state,
        index);
  }

  /// In force for the operations that follow.
  int featureLevel() {
    return cluster.map(formed -> formed.featureLevel).orElse(FeatureLevels.FIRST);
  }

  /// Raised when a catalogue is recovered from a past of its own, so that numbers drawn afterwards
  /// were never drawn before.
  private long epoch() {
    return cluster.map(formed -> formed.claim.epoch()).orElse(Claim.FIRST_EPOCH);
  }

  private long numbered(long counter) {
    return numbered(epoch(), counter);
  }

  /// The epoch in the upper 16 bits.
  static long numbered(long epoch, long counter) {
    assert counter >= 0 : counter;
    assert counter < 1L << COUNTER_BITS : counter;
    return epoch << COUNTER_BITS | counter;
  }

  io.quiverdb.raft.catalog.proto.CatalogState toMessage() {
    var message =
        io.quiverdb.raft.catalog.proto.CatalogState.newBuilder()
            .setEpoch((int) epoch())
            .setLastCollectionCounter(lastCollectionCounter)
            .addAllRequests(window.requests());
    cluster.ifPresent(
        formed ->
            message
                .setClaim(CatalogMessages.toMessage(formed.claim))
                .setMembership(MembershipMessages.toMessage(formed.membership))
                .setFeatureLevel(formed.featureLevel));
    cluster.ifPresent(
        formed ->
            formed
                .apiKeys
                .values()
                .forEach(key -> message.addApiKeys(CatalogMessages.toMessage(key))));
    collections
        .values()
        .forEach(collection -> message.addCollections(CatalogMessages.toMessage(collection)));
    shreddings.forEach(one -> message.addShreddings(CatalogMessages.toMessage(one)));
    return message.build();
  }

  /// Alike on all replicas that hold the same after the same entry, on every JVM: it is over all
  /// that later answers depend on, as the message that a checkpoint holds. That has one encoding,
  /// for it has no maps, and its lists are in an order that the state fixes.
  ///
  /// @param term of the last entry that it shows
  StateHash hash(long term) {
    var sum =
        CanonicalHash.of("quiver catalog 1")
            .putLong(term)
            .putLong(index)
            .putBytes(toMessage().toByteString())
            .finish();
    return new StateHash(sum.high(), sum.low());
  }

  /// As after the entry at `index`.
  ///
  /// @throws IllegalArgumentException if it makes no sense
  static CatalogState fromMessage(long index, io.quiverdb.raft.catalog.proto.CatalogState message) {
    return new CatalogState(
        index,
        message.hasClaim() ? Optional.of(cluster(message)) : Optional.empty(),
        message.getLastCollectionCounter(),
        collections(message),
        shreddings(message),
        RequestWindow.of(message.getRequestsList()));
  }

  private static Cluster cluster(io.quiverdb.raft.catalog.proto.CatalogState message) {
    var claim = CatalogMessages.fromMessage(message.getClaim());
    if (message.getEpoch() != claim.epoch()) {
      throw new IllegalArgumentException(
          "catalogue: epoch %d (expected: %d, as its claim)"
              .formatted(message.getEpoch(), claim.epoch()));
    }
    var apiKeys = new TreeMap<String, StoredApiKey>();
    message.getApiKeysList().stream()
        .map(CatalogMessages::fromMessage)
        .forEach(key -> apiKeys.put(key.id(), key));
    if (message.getFeatureLevel() < FeatureLevels.FIRST) {
      throw invalidLevel(message.getFeatureLevel());
    }
    return Cluster.of(
        claim,
        MembershipMessages.fromMessage(message.getMembership()),
        apiKeys,
        message.getFeatureLevel());
  }

  private static SortedMap<String, CollectionInfo> collections(
      io.quiverdb.raft.catalog.proto.CatalogState message) {
    var collections = new TreeMap<String, CollectionInfo>();
    message.getCollectionsList().stream()
        .map(CatalogMessages::fromMessage)
        .forEach(collection -> collections.put(collection.name(), collection));
    return collections;
  }

  private static List<Shredding> shreddings(io.quiverdb.raft.catalog.proto.CatalogState message) {
    return message.getShreddingsList().stream().map(CatalogMessages::fromMessage).toList();
  }

  /// Of a cluster that is formed, for a node that does not replicate it.
  CatalogCopy toCopy() {
    return CatalogCopy.newBuilder()
        .setIndex(index)
        .setState(toMessage().toBuilder().clearRequests())
        .build();
  }

  /// @throws IllegalArgumentException if it makes no sense
  static CatalogView view(CatalogCopy copy) {
    var message = copy.getState();
    return new View(copy.getIndex(), cluster(message), collections(message), shreddings(message));
  }

  private static final class View implements CatalogView {
    private final long index;
    private final Cluster cluster;
    private final SortedMap<String, CollectionInfo> byName;
    private final List<CollectionInfo> collections;
    private final List<StoredApiKey> apiKeys;
    private final List<Shredding> shreddings;

    View(
        long index,
        Cluster cluster,
        SortedMap<String, CollectionInfo> byName,
        List<Shredding> shreddings) {
      this.index = index;
      this.cluster = cluster;
      this.byName = byName;
      this.collections = List.copyOf(byName.values());
      this.apiKeys = List.copyOf(cluster.apiKeys.values());
      this.shreddings = shreddings;
    }

    @Override
    public long index() {
      return index;
    }

    @Override
    public UUID clusterId() {
      return cluster.claim.clusterId();
    }

    @Override
    public int featureLevel() {
      return cluster.featureLevel;
    }

    @Override
    public Membership membership() {
      return cluster.membership;
    }

    @Override
    public List<ShardInfo> shards() {
      return cluster.shards.shards();
    }

    @Override
    public ShardInfo shardOf(String pointId) {
      return cluster.shards.shardOf(pointId);
    }

    @Override
    public List<CollectionInfo> collections() {
      return collections;
    }

    @Override
    public Optional<CollectionInfo> collection(String name) {
      return Optional.ofNullable(byName.get(name));
    }

    @Override
    public List<Shredding> shreddings() {
      return shreddings;
    }

    @Override
    public List<StoredApiKey> apiKeys() {
      return apiKeys;
    }

    @Override
    public Optional<StoredApiKey> apiKey(String id) {
      return Optional.ofNullable(cluster.apiKeys.get(id));
    }
  }
}
