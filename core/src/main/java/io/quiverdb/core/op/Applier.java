package io.quiverdb.core.op;

import com.google.protobuf.ByteString;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.Outcome.FailedPoint;
import io.quiverdb.core.Outcome.PointResult;
import io.quiverdb.core.Position;
import io.quiverdb.core.Slots;
import io.quiverdb.core.state.CollectionHead;
import io.quiverdb.core.state.CollectionState;
import io.quiverdb.core.state.Hash128;
import io.quiverdb.core.state.ShardState;
import io.quiverdb.core.state.Tombstone;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/// Executes operations on a shard's state: the second of two phases, in log order, on one thread.
///
/// Total and deterministic: it looks at the operation and the state, at nothing else. What it
/// refuses it answers with an [Outcome]; an exception is a fault, after which the state is not to
/// be used.
public final class Applier {
  private final ShardState state;

  public Applier(ShardState state) {
    this.state = state;
  }

  /// Executes the operations of an entry, each wholly or not at all.
  ///
  /// @param position after every earlier one
  /// @throws UnknownOpException if one was made by a later version of the program
  public List<Outcome> apply(Position position, Entry entry) {
    entry.getOpsList().forEach(UnknownOpException::requireKnown);
    var outcomes = new ArrayList<Outcome>(entry.getOpsCount());
    for (var op : entry.getOpsList()) {
      outcomes.add(apply(position, op));
    }
    state.advanceTo(position);
    return List.copyOf(outcomes);
  }

  private Outcome apply(Position position, Op op) {
    if (op.hasCheckpoint()) {
      return new Outcome.Applied(state.version(), List.of());
    }
    if (op.getRequestId().size() != Hash128.BYTES || op.getDigest().size() != Hash128.BYTES) {
      return new Outcome.Invalid(
          "request id and digest: %d and %d bytes (expected: %d each)"
              .formatted(op.getRequestId().size(), op.getDigest().size(), Hash128.BYTES));
    }
    var id = uuid(op.getRequestId());
    var digest = Hash128.of(op.getDigest().asReadOnlyByteBuffer());
    // The window comes first: a request that was settled keeps its answer whatever has changed
    // since.
    var repeated = state.window().repeated(id, digest);
    if (repeated.isPresent()) {
      return repeated.get();
    }
    var outcome = decide(position, op);
    state.window().settle(id, digest, position, outcome);
    return outcome;
  }

  private Outcome decide(Position position, Op op) {
    if (op.hasSeen() && isExpired(OpProtos.position(op.getSeen()))) {
      return new Outcome.Expired(state.asSeenNow(position));
    }
    if (op.hasSetOwnership()) {
      return setOwnership(op.getSetOwnership());
    }
    if (op.getEpoch() != state.epoch()) {
      return new Outcome.StaleEpoch(state.epoch());
    }
    return switch (op.getKindCase()) {
      case CREATE_COLLECTION -> create(op.getCreateCollection());
      case DROP_COLLECTION -> drop(op.getDropCollection());
      case SHRED_COLLECTION -> shred(op.getShredCollection());
      case UPDATE_SETTINGS -> updateSettings(op.getUpdateSettings());
      case UPSERT -> upsert(op.getUpsert());
      case SET_PAYLOAD -> setPayload(op.getSetPayload());
      case DELETE -> delete(op.getDelete());
      case HASH_MARK -> applied();
      case SET_OWNERSHIP, CHECKPOINT, KIND_NOT_SET -> throw new AssertionError(op.getKindCase());
    };
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

  private Outcome create(CreateCollection op) {
    long id = op.getCollectionId();
    var lastCatalogIndex = lastCatalogIndex(id);
    if (lastCatalogIndex.isPresent()) {
      return precedes(op.getCatalogIndex(), lastCatalogIndex.get())
          ? new Outcome.Superseded()
          : new Outcome.AlreadyExists();
    }
    var invalid = reasonAgainst(() -> OpLimits.check(op));
    if (invalid.isPresent()) {
      return invalid.get();
    }
    state.create(
        new CollectionHead(
            id,
            op.getName(),
            OpProtos.descriptor(op.getCollectionDescriptor()),
            OpProtos.settings(op.getSettings()),
            op.getCatalogIndex(),
            op.getHashKey()));
    return applied();
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

  private Outcome shred(ShredCollection op) {
    long id = op.getCollectionId();
    var lastCatalogIndex = lastCatalogIndex(id);
    if (lastCatalogIndex.isPresent() && precedes(op.getCatalogIndex(), lastCatalogIndex.get())) {
      return new Outcome.Superseded();
    }
    state.shred(id, op.getCatalogIndex());
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

  private Outcome upsert(Upsert op) {
    var targets =
        op.getPointsList().stream()
            .map(point -> new Target(point.getIdBytes(), point.getPrecondition()))
            .toList();
    return onPoints(
        op.getCollectionId(),
        targets,
        collection -> OpLimits.check(op, collection.head().descriptor()),
        (collection, index, version) -> {
          var point = op.getPoints(index);
          return collection.upsert(
              point.getIdBytes().toByteArray(),
              point.getVector().asReadOnlyByteBuffer(),
              point.getPayload().toByteArray(),
              version);
        });
  }

  private Outcome setPayload(SetPayload op) {
    var targets =
        op.getPayloadsList().stream()
            .map(change -> new Target(change.getIdBytes(), change.getPrecondition()))
            .toList();
    return onPoints(
        op.getCollectionId(),
        targets,
        _ -> OpLimits.check(op),
        (collection, index, version) -> {
          var change = op.getPayloads(index);
          return collection.setPayload(
              change.getIdBytes().toByteArray(), change.getPayload().toByteArray(), version);
        });
  }

  private Outcome delete(Delete op) {
    var targets =
        op.getPointsList().stream()
            .map(point -> new Target(point.getIdBytes(), point.getPrecondition()))
            .toList();
    return onPoints(
        op.getCollectionId(),
        targets,
        _ -> OpLimits.check(op),
        (collection, index, version) ->
            collection.delete(op.getPoints(index).getIdBytes().toByteArray(), version));
  }

  private record Target(ByteString id, PointCondition precondition) {}

  private interface PointChange {
    /// @param index of the target
    PointResult apply(CollectionState collection, int index, long version);
  }

  private Outcome onPoints(
      long collectionId,
      List<Target> targets,
      Consumer<CollectionState> limits,
      PointChange change) {
    for (var target : targets) {
      if (!state.ownsSlot(slot(target.id()))) {
        return new Outcome.WrongShard(target.id().toStringUtf8());
      }
    }
    var found = state.collection(collectionId);
    if (found.isEmpty()) {
      return new Outcome.NotFound();
    }
    var collection = found.get();
    var invalid = reasonAgainst(() -> limits.accept(collection));
    if (invalid.isPresent()) {
      return invalid.get();
    }
    var failed = failedPreconditions(collection, targets);
    return failed.isEmpty()
        ? changed(collection, targets.size(), change)
        : new Outcome.PreconditionFailed(failed);
  }

  private static List<FailedPoint> failedPreconditions(
      CollectionState collection, List<Target> targets) {
    var failed = new LinkedHashSet<FailedPoint>();
    for (var target : targets) {
      var precondition = target.precondition();
      if (precondition.getKindCase() != PointCondition.KindCase.KIND_NOT_SET) {
        var version = collection.versionOf(target.id().toByteArray());
        if (!holds(precondition, version)) {
          failed.add(new FailedPoint(target.id().toStringUtf8(), version));
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

  private Outcome changed(CollectionState collection, int count, PointChange change) {
    long version = state.nextVersion();
    var results = new ArrayList<PointResult>(count);
    for (int index = 0; index < count; index++) {
      results.add(change.apply(collection, index, version));
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

  private static int slot(ByteString id) {
    return Slots.of(id.toByteArray());
  }

  private static UUID uuid(ByteString bytes) {
    var value = Hash128.of(bytes.asReadOnlyByteBuffer());
    return new UUID(value.high(), value.low());
  }
}
