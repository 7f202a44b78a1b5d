package io.quiverdb.core.op;

import com.google.protobuf.ByteString;
import io.quiverdb.core.FeatureLevelException;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.Outcome.FailedPoint;
import io.quiverdb.core.Outcome.PointResult;
import io.quiverdb.core.Position;
import io.quiverdb.core.UnknownOpException;
import io.quiverdb.core.UnreadableOpException;
import io.quiverdb.core.WrongKeyException;
import io.quiverdb.core.crypto.Scope;
import io.quiverdb.core.crypto.StoreKeys;
import io.quiverdb.core.state.CollectionHead;
import io.quiverdb.core.state.CollectionState;
import io.quiverdb.core.state.Hash128;
import io.quiverdb.core.state.ShardState;
import io.quiverdb.core.state.Tombstone;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Executes operations on a shard's state: the second of two phases, in log order, on one thread.
///
/// Total and deterministic: it looks at the operation and the state, at nothing else. What it
/// refuses it answers with an [Outcome]; an exception is a fault, after which the state is not to
/// be used.
///
/// An operation on points is opened as late as possible: one that was settled before, or whose
/// collection is not there (any more), needs no key.
public final class Applier {
  private final ShardState state;
  private final StoreKeys keys;
  private final OpSealer sealer;
  private final FeatureLevels levels;

  /// @param levels that of the state is one of them
  public Applier(ShardState state, StoreKeys keys, FeatureLevels levels) {
    this.state = state;
    this.keys = keys;
    this.sealer = new OpSealer(keys);
    this.levels = levels;
  }

  /// Executes the operations of an entry, each wholly or not at all.
  ///
  /// @param position after every earlier one
  /// @return what became of each, in their order
  /// @throws UnknownOpException if one was made by a later version of the program
  /// @throws FeatureLevelException if one is of a feature level that is not in force, or raises it
  ///   to one that this release does not apply
  /// @throws UnreadableOpException if one is not what was prepared
  public List<AppliedOp> apply(Position position, Entry entry) {
    KnownOps.requireKnown(entry);
    var applied = new ArrayList<AppliedOp>(entry.getOpsCount());
    for (var op : entry.getOpsList()) {
      applied.add(apply(position, op, Optional.empty()));
    }
    state.advanceTo(position);
    return List.copyOf(applied);
  }

  /// Does the same with an entry of one operation, without opening it.
  ///
  /// @param prepared what it holds
  public AppliedOp apply(Position position, Entry entry, Op prepared) {
    assert entry.getOpsCount() == 1 : entry.getOpsCount();
    var applied = apply(position, entry.getOps(0), Optional.of(prepared));
    state.advanceTo(position);
    return applied;
  }

  /// @param prepared the operation, where it is known
  private AppliedOp apply(Position position, SealedOp op, Optional<Op> prepared) {
    if (op.getRequestId().size() != Hash128.BYTES || op.getDigest().size() != Hash128.BYTES) {
      return unopened(
          new Outcome.Invalid(
              "request id and digest: %d and %d bytes (expected: %d each)"
                  .formatted(op.getRequestId().size(), op.getDigest().size(), Hash128.BYTES)));
    }
    var id = uuid(op.getRequestId());
    var digest = Hash128.of(op.getDigest().asReadOnlyByteBuffer());
    // The window comes first: a request that was settled keeps its answer whatever has changed
    // since.
    var repeated = state.window().repeated(id, digest);
    if (repeated.isPresent()) {
      return op.getCollectionId() == Scope.NO_COLLECTION
          ? new AppliedOp(Optional.of(prepared.orElseGet(() -> sealer.open(op))), repeated.get())
          : unopened(repeated.get());
    }
    var applied = decide(position, op, prepared);
    boolean isIgnored = applied.op().filter(Op::hasCheckpoint).isPresent();
    if (!isIgnored) {
      state.window().settle(id, digest, position, applied.outcome());
    }
    return applied;
  }

  private AppliedOp decide(Position position, SealedOp op, Optional<Op> prepared) {
    if (op.hasSeen() && isExpired(OpProtos.position(op.getSeen()))) {
      return unopened(new Outcome.Expired(state.asSeenNow(position)));
    }
    return op.getCollectionId() == Scope.NO_COLLECTION
        ? decideOnShard(position, op, prepared)
        : decideOnPoints(op, prepared);
  }

  private AppliedOp decideOnPoints(SealedOp sealed, Optional<Op> prepared) {
    if (sealed.getEpoch() != state.epoch()) {
      return unopened(new Outcome.StaleEpoch(state.epoch()));
    }
    var collection = state.collection(sealed.getCollectionId());
    if (collection.isEmpty()) {
      return unopened(new Outcome.NotFound());
    }
    var keys = collection.get().head().keys();
    var op = prepared.orElseGet(() -> OpSealer.open(sealed, keys));
    levels.requireInForce(op, state.featureLevel());
    assert prepared.isEmpty() || OpSealer.open(sealed, keys).equals(complete(op, sealed))
        : "another operation than its entry";
    return new AppliedOp(Optional.of(op), decideOnPoints(op, collection.get()));
  }

  private Outcome decideOnPoints(Op op, CollectionState collection) {
    return switch (op.getKindCase()) {
      case UPSERT -> upsert(op.getUpsert(), collection);
      case SET_PAYLOAD -> setPayload(op.getSetPayload(), collection);
      case DELETE -> delete(op.getDelete(), collection);
      case CREATE_COLLECTION,
          DROP_COLLECTION,
          SHRED_COLLECTION,
          UPDATE_SETTINGS,
          HASH_MARK,
          CHECKPOINT,
          SET_OWNERSHIP,
          SET_FEATURE_LEVEL,
          KIND_NOT_SET ->
          throw new AssertionError(op.getKindCase());
    };
  }

  private static Op complete(Op prepared, SealedOp sealed) {
    return prepared.toBuilder().setDigest(sealed.getDigest()).build();
  }

  private AppliedOp decideOnShard(Position position, SealedOp sealed, Optional<Op> prepared) {
    var op = prepared.orElseGet(() -> sealer.open(sealed));
    levels.requireInForce(op, state.featureLevel());
    return new AppliedOp(Optional.of(op), decideOnShard(position, op));
  }

  private Outcome decideOnShard(Position position, Op op) {
    if (op.hasCheckpoint()) {
      return new Outcome.Applied(state.version(), List.of());
    }
    if (op.hasSetOwnership()) {
      return setOwnership(op.getSetOwnership());
    }
    if (op.getEpoch() != state.epoch()) {
      return new Outcome.StaleEpoch(state.epoch());
    }
    return switch (op.getKindCase()) {
      case CREATE_COLLECTION -> create(position, op.getCreateCollection());
      case DROP_COLLECTION -> drop(op.getDropCollection());
      case SHRED_COLLECTION -> shred(position, op.getShredCollection());
      case UPDATE_SETTINGS -> updateSettings(op.getUpdateSettings());
      case HASH_MARK -> applied();
      case SET_FEATURE_LEVEL -> setFeatureLevel(op.getSetFeatureLevel());
      case UPSERT, SET_PAYLOAD, DELETE, SET_OWNERSHIP, CHECKPOINT, KIND_NOT_SET ->
          throw new AssertionError(op.getKindCase());
    };
  }

  private static AppliedOp unopened(Outcome outcome) {
    return new AppliedOp(Optional.empty(), outcome);
  }

  /// Whether the request may have been settled and forgotten since its client drew the id. Of an
  /// earlier epoch nobody knows which positions the window still stands for.
  private boolean isExpired(Position seen) {
    return seen.epoch() < state.epoch() || state.window().mayHaveForgotten(seen);
  }

  /// The epoch only rises. Of the present epoch the same slots may be set again, which changes
  /// nothing; other slots are refused as stale, for they were decided without knowing these.
  private Outcome setOwnership(SetOwnership op) {
    var invalid = reasonAgainst(() -> OpLimits.check(op));
    if (invalid.isPresent()) {
      return invalid.get();
    }
    var slots = OpProtos.slots(op.getSlotsList());
    boolean repeats = op.getEpoch() == state.epoch() && slots.equals(state.slots());
    if (op.getEpoch() <= state.epoch() && !repeats) {
      return new Outcome.StaleEpoch(state.epoch());
    }
    state.own(op.getEpoch(), slots);
    return applied();
  }

  /// From here on, this entry included, the rules of that level count. It never falls.
  private Outcome setFeatureLevel(SetFeatureLevel op) {
    var invalid = reasonAgainst(() -> OpLimits.check(op));
    if (invalid.isPresent()) {
      return invalid.get();
    }
    if (op.getLevel() <= state.featureLevel()) {
      return new Outcome.Superseded();
    }
    var rules = levels.rules(op.getLevel());
    state.raiseFeatureLevel(op.getLevel(), rules.requestWindowBytesMax());
    return applied();
  }

  private Outcome create(Position position, CreateCollection op) {
    long id = op.getCollectionId();
    var lastCatalogIndex = lastCatalogIndex(id);
    if (lastCatalogIndex.isPresent()) {
      state.noteKeysLogged(id, position.index());
      return precedes(op.getCatalogIndex(), lastCatalogIndex.get())
          ? new Outcome.Superseded()
          : new Outcome.AlreadyExists();
    }
    var invalid = reasonAgainst(() -> OpLimits.check(op));
    if (invalid.isPresent()) {
      return invalid.get();
    }
    try {
      state.create(head(op));
      return applied();
    } catch (WrongKeyException e) {
      // Replicas have one catalogue key: what does not open here opens nowhere.
      return new Outcome.Invalid(String.valueOf(e.getMessage()));
    }
  }

  private CollectionHead head(CreateCollection op) {
    return new CollectionHead(
        op.getCollectionId(),
        op.getName(),
        OpProtos.descriptor(op.getCollectionDescriptor()),
        OpProtos.settings(op.getSettings()),
        op.getCatalogIndex(),
        keys.collection(op.getCollectionId(), op.getWrappedKeys()));
  }

  private Outcome drop(DropCollection op) {
    long id = op.getCollectionId();
    var lastCatalogIndex = lastCatalogIndex(id);
    if (lastCatalogIndex.isPresent() && precedes(op.getCatalogIndex(), lastCatalogIndex.get())) {
      return new Outcome.Superseded();
    }
    state.drop(id, op.getCatalogIndex());
    return applied();
  }

  private Outcome shred(Position position, ShredCollection op) {
    long id = op.getCollectionId();
    var lastCatalogIndex = lastCatalogIndex(id);
    if (lastCatalogIndex.isPresent() && precedes(op.getCatalogIndex(), lastCatalogIndex.get())) {
      return new Outcome.Superseded();
    }
    state.shred(id, op.getCatalogIndex(), position.index());
    return applied();
  }

  private Outcome updateSettings(UpdateSettings op) {
    long id = op.getCollectionId();
    var lastCatalogIndex = lastCatalogIndex(id);
    if (lastCatalogIndex.isPresent() && precedes(op.getCatalogIndex(), lastCatalogIndex.get())) {
      return new Outcome.Superseded();
    }
    var collection = state.collection(id);
    if (collection.isEmpty()) {
      return new Outcome.NotFound();
    }
    var invalid = reasonAgainst(() -> OpLimits.check(op));
    if (invalid.isPresent()) {
      return invalid.get();
    }
    collection.get().update(OpProtos.settings(op.getSettings()), op.getCatalogIndex());
    return applied();
  }

  /// Of the catalogue's last change to this collection that came here, alive or dropped.
  private Optional<Long> lastCatalogIndex(long collectionId) {
    return state
        .collection(collectionId)
        .map(collection -> collection.head().catalogIndex())
        .or(() -> state.tombstone(collectionId).map(Tombstone::catalogIndex));
  }

  private static boolean precedes(long catalogIndex, long other) {
    return Long.compareUnsigned(catalogIndex, other) < 0;
  }

  private Outcome upsert(Upsert op, CollectionState collection) {
    var targets = new ArrayList<Target>(op.getPointsCount());
    for (var point : op.getPointsList()) {
      targets.add(new Target(point.getIdBytes().toByteArray(), point.getPrecondition()));
    }
    return onPoints(
        collection,
        targets,
        () -> OpLimits.check(op, collection.head().descriptor()),
        (index, version) -> {
          var point = op.getPoints(index);
          return collection.upsert(
              targets.get(index).id,
              point.getVector().asReadOnlyByteBuffer(),
              point.getPayload().toByteArray(),
              version);
        });
  }

  private Outcome setPayload(SetPayload op, CollectionState collection) {
    var targets = new ArrayList<Target>(op.getPayloadsCount());
    for (var change : op.getPayloadsList()) {
      targets.add(new Target(change.getIdBytes().toByteArray(), change.getPrecondition()));
    }
    return onPoints(
        collection,
        targets,
        () -> OpLimits.check(op),
        (index, version) ->
            collection.setPayload(
                targets.get(index).id, op.getPayloads(index).getPayload().toByteArray(), version));
  }

  private Outcome delete(Delete op, CollectionState collection) {
    var targets = new ArrayList<Target>(op.getPointsCount());
    for (var point : op.getPointsList()) {
      targets.add(new Target(point.getIdBytes().toByteArray(), point.getPrecondition()));
    }
    return onPoints(
        collection,
        targets,
        () -> OpLimits.check(op),
        (index, version) -> collection.delete(targets.get(index).id, version));
  }

  @SuppressWarnings("ArrayRecordComponent") // private and short-lived
  private record Target(byte[] id, PointCondition precondition) {
    String text() {
      return new String(id, StandardCharsets.UTF_8);
    }
  }

  private interface PointChange {
    /// @param index of the target
    PointResult apply(int index, long version);
  }

  private Outcome onPoints(
      CollectionState collection, List<Target> targets, Runnable limits, PointChange change) {
    for (var target : targets) {
      if (!state.ownsSlotOf(target.id)) {
        return new Outcome.WrongShard(target.text());
      }
    }
    var invalid = reasonAgainst(limits);
    if (invalid.isPresent()) {
      return invalid.get();
    }
    var failed = failedPreconditions(collection, targets);
    return failed.isEmpty()
        ? changed(targets.size(), change)
        : new Outcome.PreconditionFailed(failed);
  }

  private static List<FailedPoint> failedPreconditions(
      CollectionState collection, List<Target> targets) {
    var failed = new LinkedHashSet<FailedPoint>();
    for (var target : targets) {
      var precondition = target.precondition();
      if (precondition.getKindCase() != PointCondition.KindCase.KIND_NOT_SET) {
        var version = collection.versionOf(target.id);
        if (!holds(precondition, version)) {
          failed.add(new FailedPoint(target.text(), version));
        }
      }
    }
    return List.copyOf(failed);
  }

  private static boolean holds(PointCondition precondition, Optional<Long> version) {
    return switch (precondition.getKindCase()) {
      case ABSENT -> version.isEmpty();
      case PRESENT -> version.isPresent();
      case VERSION -> version.isPresent() && version.get() == precondition.getVersion();
      case KIND_NOT_SET -> true;
    };
  }

  private Outcome changed(int count, PointChange change) {
    long version = state.nextVersion();
    var results = new ArrayList<PointResult>(count);
    for (int index = 0; index < count; index++) {
      results.add(change.apply(index, version));
    }
    return new Outcome.Applied(version, results);
  }

  private Outcome applied() {
    return new Outcome.Applied(state.nextVersion(), List.of());
  }

  private static Optional<Outcome> reasonAgainst(Runnable check) {
    try {
      check.run();
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(new Outcome.Invalid(String.valueOf(e.getMessage())));
    }
  }

  private static UUID uuid(ByteString bytes) {
    var value = Hash128.of(bytes.asReadOnlyByteBuffer());
    return new UUID(value.high(), value.low());
  }
}
