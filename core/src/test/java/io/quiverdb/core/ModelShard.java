package io.quiverdb.core;

import io.quiverdb.core.Outcome.FailedPoint;
import io.quiverdb.core.Outcome.PointResult;
import io.quiverdb.core.Request.Action;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What a shard is, said as plainly as possible: maps in memory and the rules of apply. Reasons of
/// refusals are left empty.
final class ModelShard {
  final Map<Long, ModelCollection> collections = new TreeMap<>();

  /// Catalogue index by collection.
  final Map<Long, Long> tombstones = new TreeMap<>();

  Position position = Position.START;
  long version;
  long epoch;
  List<SlotRange> slots = List.of();

  private final long windowBytesMax;
  private final Deque<Settled> window = new ArrayDeque<>();
  private Position forgottenTo = Position.START;

  ModelShard(long windowBytesMax) {
    this.windowBytesMax = windowBytesMax;
  }

  record ModelCollection(
      long id,
      String name,
      Descriptor descriptor,
      Settings settings,
      long catalogIndex,
      TreeMap<String, StoredPoint> points) {}

  private record Settled(RequestId id, Action action, Position position, Outcome outcome) {
    long bytes() {
      int points = outcome instanceof Outcome.Applied applied ? applied.points().size() : 0;
      return 69L + (points + 7) / 8;
    }
  }

  /// What readers see of it, to be compared when the shard has moved on.
  ModelShard copy() {
    var copy = new ModelShard(windowBytesMax);
    collections.forEach(
        (id, it) ->
            copy.collections.put(
                id,
                new ModelCollection(
                    id,
                    it.name,
                    it.descriptor,
                    it.settings,
                    it.catalogIndex,
                    new TreeMap<>(it.points))));
    copy.position = position;
    copy.version = version;
    copy.epoch = epoch;
    copy.slots = slots;
    return copy;
  }

  List<Outcome> apply(Position at, List<Request> requests) {
    var outcomes = requests.stream().map(request -> apply(at, request)).toList();
    position = new Position(Math.max(epoch, at.epoch()), at.term(), at.index());
    return outcomes;
  }

  private Outcome apply(Position at, Request request) {
    for (var settled : window) {
      if (settled.id.equals(request.stamp().id())) {
        return settled.action.equals(request.action())
            ? new Outcome.Duplicate(settled.outcome)
            : new Outcome.RequestIdReused();
      }
    }
    var outcome = decide(at, request);
    if (outcome instanceof Outcome.Applied
        || outcome instanceof Outcome.AlreadyExists
        || outcome instanceof Outcome.Invalid
        || outcome instanceof Outcome.PreconditionFailed) {
      window.add(new Settled(request.stamp().id(), request.action(), at, withoutDetails(outcome)));
      while (window.stream().mapToLong(Settled::bytes).sum() > windowBytesMax) {
        forgottenTo = window.remove().position;
      }
    }
    return outcome;
  }

  private static Outcome withoutDetails(Outcome outcome) {
    return outcome instanceof Outcome.PreconditionFailed
        ? new Outcome.PreconditionFailed(List.of())
        : outcome;
  }

  private Outcome decide(Position at, Request request) {
    var seen = request.stamp().seen();
    if (seen.isPresent() && (seen.get().epoch() < epoch || seen.get().compareTo(forgottenTo) < 0)) {
      return new Outcome.Expired(new Position(Math.max(epoch, at.epoch()), at.term(), at.index()));
    }
    if (request.action() instanceof Action.Own own) {
      return own(own);
    }
    if (request.stamp().epoch() != epoch) {
      return new Outcome.StaleEpoch(epoch);
    }
    return switch (request.action()) {
      case Action.Create create -> create(create);
      case Action.Drop(var id, var catalogIndex) -> drop(id, catalogIndex);
      case Action.Shred(var id, var catalogIndex) -> drop(id, catalogIndex);
      case Action.Update update -> update(update);
      case Action.Upsert upsert -> upsert(upsert);
      case Action.SetPayload setPayload -> setPayload(setPayload);
      case Action.Delete delete -> delete(delete);
      case Action.Mark _, Action.Own _ -> new Outcome.Applied(++version, List.of());
    };
  }

  private Outcome own(Action.Own own) {
    if (own.epoch() < epoch || (own.epoch() == epoch && !own.slots().equals(slots))) {
      return new Outcome.StaleEpoch(epoch);
    }
    epoch = own.epoch();
    slots = own.slots();
    return new Outcome.Applied(++version, List.of());
  }

  private Outcome create(Action.Create create) {
    var last = lastCatalogIndex(create.collectionId());
    if (last.isPresent()) {
      return create.catalogIndex() < last.get()
          ? new Outcome.Superseded()
          : new Outcome.AlreadyExists();
    }
    collections.put(
        create.collectionId(),
        new ModelCollection(
            create.collectionId(),
            create.name(),
            create.descriptor(),
            create.settings(),
            create.catalogIndex(),
            new TreeMap<>(PointIds.ORDER)));
    return new Outcome.Applied(++version, List.of());
  }

  private Outcome drop(long id, long catalogIndex) {
    var last = lastCatalogIndex(id);
    if (last.isPresent() && catalogIndex < last.get()) {
      return new Outcome.Superseded();
    }
    collections.remove(id);
    tombstones.put(id, catalogIndex);
    return new Outcome.Applied(++version, List.of());
  }

  private Outcome update(Action.Update update) {
    var last = lastCatalogIndex(update.collectionId());
    if (last.isPresent() && update.catalogIndex() < last.get()) {
      return new Outcome.Superseded();
    }
    var was = collections.get(update.collectionId());
    if (was == null) {
      return new Outcome.NotFound();
    }
    collections.put(
        was.id,
        new ModelCollection(
            was.id,
            was.name,
            was.descriptor,
            update.settings(),
            update.catalogIndex(),
            was.points));
    return new Outcome.Applied(++version, List.of());
  }

  private Optional<Long> lastCatalogIndex(long id) {
    var collection = collections.get(id);
    return collection != null
        ? Optional.of(collection.catalogIndex)
        : Optional.ofNullable(tombstones.get(id));
  }

  private Outcome upsert(Action.Upsert upsert) {
    var collection = collections.get(upsert.collectionId());
    if (collection == null) {
      return new Outcome.NotFound();
    }
    for (var point : upsert.points()) {
      if (!owns(point.id())) {
        return new Outcome.WrongShard(point.id());
      }
    }
    for (var point : upsert.points()) {
      if (point.vector().dimension() != collection.descriptor.dimension()) {
        return new Outcome.Invalid("");
      }
    }
    var failed = new LinkedHashSet<FailedPoint>();
    for (var point : upsert.points()) {
      check(point.id(), point.precondition(), collection).ifPresent(failed::add);
    }
    if (!failed.isEmpty()) {
      return new Outcome.PreconditionFailed(List.copyOf(failed));
    }
    version++;
    var results = new ArrayList<PointResult>();
    for (var point : upsert.points()) {
      var stored = new StoredPoint(point.id(), point.vector(), point.payload(), version);
      results.add(
          collection.points.put(point.id(), stored) == null
              ? PointResult.INSERTED
              : PointResult.REPLACED);
    }
    return new Outcome.Applied(version, results);
  }

  private Outcome setPayload(Action.SetPayload setPayload) {
    var collection = collections.get(setPayload.collectionId());
    if (collection == null) {
      return new Outcome.NotFound();
    }
    for (var change : setPayload.changes()) {
      if (!owns(change.id())) {
        return new Outcome.WrongShard(change.id());
      }
    }
    var failed = new LinkedHashSet<FailedPoint>();
    for (var change : setPayload.changes()) {
      check(change.id(), change.precondition(), collection).ifPresent(failed::add);
    }
    if (!failed.isEmpty()) {
      return new Outcome.PreconditionFailed(List.copyOf(failed));
    }
    version++;
    var results = new ArrayList<PointResult>();
    for (var change : setPayload.changes()) {
      var changed =
          collection.points.computeIfPresent(
              change.id(),
              (id, was) -> new StoredPoint(id, was.vector(), change.payload(), version));
      results.add(changed == null ? PointResult.ABSENT : PointResult.PAYLOAD_SET);
    }
    return new Outcome.Applied(version, results);
  }

  private Outcome delete(Action.Delete delete) {
    var collection = collections.get(delete.collectionId());
    if (collection == null) {
      return new Outcome.NotFound();
    }
    for (var deletion : delete.deletions()) {
      if (!owns(deletion.id())) {
        return new Outcome.WrongShard(deletion.id());
      }
    }
    var failed = new LinkedHashSet<FailedPoint>();
    for (var deletion : delete.deletions()) {
      check(deletion.id(), deletion.precondition(), collection).ifPresent(failed::add);
    }
    if (!failed.isEmpty()) {
      return new Outcome.PreconditionFailed(List.copyOf(failed));
    }
    version++;
    var results = new ArrayList<PointResult>();
    for (var deletion : delete.deletions()) {
      results.add(
          collection.points.remove(deletion.id()) == null
              ? PointResult.ABSENT
              : PointResult.DELETED);
    }
    return new Outcome.Applied(version, results);
  }

  /// The point if it is not as demanded.
  private static Optional<FailedPoint> check(
      String id, Optional<Precondition> precondition, ModelCollection collection) {
    var version = Optional.ofNullable(collection.points.get(id)).map(StoredPoint::version);
    boolean holds =
        precondition.isEmpty()
            || switch (precondition.get()) {
              case Precondition.Absent() -> version.isEmpty();
              case Precondition.Present() -> version.isPresent();
              case Precondition.VersionEquals(var expected) ->
                  version.equals(Optional.of(expected));
            };
    return holds ? Optional.empty() : Optional.of(new FailedPoint(id, version));
  }

  private boolean owns(String id) {
    int slot = Slots.of(id.getBytes(StandardCharsets.UTF_8));
    return slots.stream().anyMatch(range -> range.first() <= slot && slot <= range.last());
  }
}
