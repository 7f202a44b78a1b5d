package io.quiverdb.core.op;

import com.google.protobuf.ByteString;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.Outcome.PointResult;
import io.quiverdb.core.Position;
import io.quiverdb.core.Slots;
import io.quiverdb.core.state.CollectionHead;
import io.quiverdb.core.state.CollectionState;
import io.quiverdb.core.state.Hash128;
import io.quiverdb.core.state.ShardState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

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
      case UPSERT -> upsert(op.getUpsert());
      case DELETE -> delete(op.getDelete());
      case HASH_MARK -> applied();
      case SET_OWNERSHIP, KIND_NOT_SET -> throw new AssertionError(op.getKindCase());
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

  /// Of the catalogue's last change to this collection that came here, alive or dropped.
  private Optional<Long> lastCatalogIndex(long collectionId) {
    return state
        .collection(collectionId)
        .map(collection -> collection.head().catalogIndex())
        .or(() -> state.tombstone(collectionId));
  }

  private static boolean precedes(long catalogIndex, long other) {
    return Long.compareUnsigned(catalogIndex, other) < 0;
  }

  private Outcome upsert(Upsert op) {
    for (var point : op.getPointsList()) {
      if (!state.ownsSlot(slot(point.getIdBytes()))) {
        return new Outcome.WrongShard(point.getId());
      }
    }
    var collection = state.collection(op.getCollectionId());
    if (collection.isEmpty()) {
      return new Outcome.NotFound();
    }
    var invalid = reasonAgainst(() -> OpLimits.check(op, collection.get().head().descriptor()));
    return invalid.isPresent() ? invalid.get() : upsert(op, collection.get());
  }

  private Outcome upsert(Upsert op, CollectionState collection) {
    long version = state.nextVersion();
    var results = new ArrayList<PointResult>(op.getPointsCount());
    for (var point : op.getPointsList()) {
      results.add(
          collection.upsert(
              point.getIdBytes().toByteArray(),
              point.getVector().asReadOnlyByteBuffer(),
              point.getPayload().toByteArray(),
              version));
    }
    return new Outcome.Applied(version, results);
  }

  private Outcome delete(Delete op) {
    for (int index = 0; index < op.getIdsCount(); index++) {
      if (!state.ownsSlot(slot(op.getIdsBytes(index)))) {
        return new Outcome.WrongShard(op.getIds(index));
      }
    }
    var collection = state.collection(op.getCollectionId());
    if (collection.isEmpty()) {
      return new Outcome.NotFound();
    }
    var invalid = reasonAgainst(() -> OpLimits.check(op));
    return invalid.isPresent() ? invalid.get() : delete(op, collection.get());
  }

  private Outcome delete(Delete op, CollectionState collection) {
    long version = state.nextVersion();
    var results = new ArrayList<PointResult>(op.getIdsCount());
    for (int index = 0; index < op.getIdsCount(); index++) {
      results.add(collection.delete(op.getIdsBytes(index).toByteArray(), version));
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
