package io.quiverdb.core.engine;

import com.google.protobuf.ByteString;
import io.quiverdb.core.Deletion;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.Outcome.PointResult;
import io.quiverdb.core.PayloadChange;
import io.quiverdb.core.PayloadsSet;
import io.quiverdb.core.Point;
import io.quiverdb.core.Position;
import io.quiverdb.core.Precondition;
import io.quiverdb.core.PreconditionFailedException;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.RequestStamp;
import io.quiverdb.core.Settings;
import io.quiverdb.core.op.PreparedOp;
import io.quiverdb.core.op.SealedOp;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// The writes of a stand-alone store: each becomes an operation, goes through the log, and is
/// answered when it is durable and applied.
public final class StandaloneWrites {
  /// In operations that change collections: nobody else orders them.
  private static final long NO_CATALOG_INDEX = 0;

  private final LiveState live;
  private final OpFactory ops;
  private final OwnLog log;
  private final WriteStall stall;
  private final RandomGenerator requestIds;
  private final Supplier<ByteString> newKeys;

  /// Held while a collection is created, changed or dropped, so that names and ids are unique.
  private final ReentrantLock changingCollections = new ReentrantLock();

  /// Held while an operation from elsewhere is written, so that it gets the place it asks for.
  private final ReentrantLock following = new ReentrantLock();

  /// @param newKeys draws the keys of a collection
  StandaloneWrites(
      LiveState live,
      OpFactory ops,
      OwnLog log,
      WriteStall stall,
      RandomGenerator requestIds,
      Supplier<ByteString> newKeys) {
    this.live = live;
    this.ops = ops;
    this.log = log;
    this.stall = stall;
    this.requestIds = requestIds;
    this.newKeys = newKeys;
  }

  public long createCollection(String name, Descriptor descriptor, Settings settings) {
    return changing(
        () -> {
          if (live.head().head(name).isPresent()) {
            throw new IllegalArgumentException(
                "collection: " + name + " exists (expected: a new name)");
          }
          return version(
              commit(
                  ops.createCollection(
                      stamp(),
                      live.nextCollectionId(),
                      NO_CATALOG_INDEX,
                      name,
                      descriptor,
                      settings,
                      newKeys.get())));
        });
  }

  public long dropCollection(String name) {
    return changing(
        () -> version(commit(ops.dropCollection(stamp(), live.head(name).id(), NO_CATALOG_INDEX))));
  }

  public long updateSettings(String name, Settings settings) {
    return changing(
        () ->
            version(
                commit(
                    ops.updateSettings(
                        stamp(), live.head(name).id(), NO_CATALOG_INDEX, settings))));
  }

  public long shredCollection(long collectionId) {
    return changing(
        () -> {
          if (Long.compareUnsigned(collectionId - 1, live.nextCollectionId() - 1) >= 0) {
            throw new IllegalArgumentException(
                "collection: "
                    + Long.toUnsignedString(collectionId)
                    + " (expected: one that exists or did)");
          }
          return version(commit(ops.shredCollection(stamp(), collectionId, NO_CATALOG_INDEX)));
        });
  }

  private <V> V changing(Supplier<V> change) {
    changingCollections.lock();
    try {
      return change.get();
    } finally {
      changingCollections.unlock();
    }
  }

  public long upsert(String name, List<Point> points) {
    long collectionId = live.head(name).id();
    return points.isEmpty() ? 0 : version(commit(ops.upsert(stamp(), collectionId, points)));
  }

  /// What is absent is left out, and only then is there nothing to log.
  public PayloadsSet setPayload(String name, List<PayloadChange> changes) {
    long id = live.head(name).id();
    var present = unlessAbsent(id, changes, PayloadChange::id, PayloadChange::precondition);
    var ids =
        present.stream().map(PayloadChange::id).collect(Collectors.toCollection(HashSet::new));
    if (present.isEmpty()) {
      return new PayloadsSet(0, absent(changes, ids));
    }
    var applied = applied(commit(ops.setPayload(stamp(), id, present)));
    for (int index = 0; index < present.size(); index++) {
      if (applied.points().get(index) == PointResult.ABSENT) {
        ids.remove(present.get(index).id());
      }
    }
    return new PayloadsSet(ids.isEmpty() ? 0 : applied.version(), absent(changes, ids));
  }

  private static List<String> absent(List<PayloadChange> changes, Set<String> present) {
    return changes.stream().map(PayloadChange::id).filter(id -> !present.contains(id)).toList();
  }

  /// @return how many points were there
  public int delete(String name, List<Deletion> deletions) {
    var op = prepareDelete(stamp(), live.head(name).id(), deletions);
    if (op.isEmpty()) {
      return 0;
    }
    var applied = applied(commit(op.get()));
    return (int) applied.points().stream().filter(PointResult.DELETED::equals).count();
  }

  /// Empty if none is there.
  public Optional<PreparedOp> prepareDelete(
      RequestStamp stamp, long collectionId, List<Deletion> deletions) {
    var present = unlessAbsent(collectionId, deletions, Deletion::id, Deletion::precondition);
    return present.isEmpty()
        ? Optional.empty()
        : Optional.of(ops.delete(stamp, collectionId, present));
  }

  /// Those that have a precondition, or whose point is there.
  private <T> List<T> unlessAbsent(
      long collectionId,
      List<T> changes,
      Function<T, String> id,
      Function<T, Optional<Precondition>> precondition) {
    try (var view = live.view()) {
      var collection =
          view.collection(collectionId).orElseThrow(() -> LiveState.noCollection(collectionId));
      return changes.stream()
          .filter(
              change ->
                  precondition.apply(change).isPresent()
                      || collection.get(id.apply(change)).isPresent())
          .toList();
    }
  }

  /// Writes an operation that another store has committed.
  ///
  /// @param position right behind the last one here
  public Outcome follow(Position position, SealedOp op) {
    following.lock();
    try {
      var next = live.head().position().next();
      if (!position.equals(next)) {
        throw new IllegalArgumentException("position: " + position + " (expected: " + next + ")");
      }
      // What cannot be applied must not get into the log: it would stay there.
      return commit(ops.received(op));
    } finally {
      following.unlock();
    }
  }

  private Outcome commit(PreparedOp op) {
    return commit(LogRequest.of(op));
  }

  private Outcome commit(LogRequest request) {
    log.requireOutsideOfObservers();
    stall.await();
    return log.commit(request).getFirst();
  }

  private RequestStamp stamp() {
    return new RequestStamp(requestId(), 0, Optional.empty());
  }

  /// Drawn in one piece: a secure generator has a price for each call.
  private RequestId requestId() {
    var bytes = new byte[2 * Long.BYTES];
    requestIds.nextBytes(bytes);
    var drawn = ByteBuffer.wrap(bytes);
    return new RequestId(new UUID(drawn.getLong(), drawn.getLong()));
  }

  private static long version(Outcome outcome) {
    return applied(outcome).version();
  }

  private static Outcome.Applied applied(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Applied applied -> applied;
      case Outcome.Invalid(var reason) -> throw new IllegalArgumentException(reason);
      case Outcome.PreconditionFailed(var points) -> throw new PreconditionFailedException(points);
      case Outcome.NotFound _ ->
          throw new IllegalArgumentException(
              "collection: dropped meanwhile (expected: one that exists)");
      case Outcome.AlreadyExists _,
          Outcome.Duplicate _,
          Outcome.Expired _,
          Outcome.RequestIdReused _,
          Outcome.StaleEpoch _,
          Outcome.Superseded _,
          Outcome.WrongShard _ ->
          throw new AssertionError(outcome);
    };
  }
}
