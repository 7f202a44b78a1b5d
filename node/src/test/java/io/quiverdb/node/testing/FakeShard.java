package io.quiverdb.node.testing;

import io.quiverdb.core.Deletion;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Filter;
import io.quiverdb.core.Hit;
import io.quiverdb.core.Metric;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.PayloadChange;
import io.quiverdb.core.Point;
import io.quiverdb.core.PointIds;
import io.quiverdb.core.Position;
import io.quiverdb.core.Precondition;
import io.quiverdb.core.Query;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.ScanPage;
import io.quiverdb.core.SegmentPlan;
import io.quiverdb.core.StateHash;
import io.quiverdb.core.StoredPoint;
import io.quiverdb.core.Vector;
import io.quiverdb.core.filter.PayloadFilter;
import io.quiverdb.raft.Consistency;
import io.quiverdb.raft.DeletedMatching;
import io.quiverdb.raft.Lag;
import io.quiverdb.raft.ReadResult;
import io.quiverdb.raft.Shard;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.ShardWrite;
import io.quiverdb.raft.Written;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/// One shard in memory, whole and correct, with faults on demand.
public final class FakeShard implements Shard {
  private final int number;
  private final Map<Long, Contents> collections = new HashMap<>();
  private final Map<RequestId, Outcome> settled = new HashMap<>();
  private final List<ShardWrite> writes = new ArrayList<>();

  private long version;
  private long index;
  private Function<ShardWrite, Optional<CompletableFuture<Written>>> writeFault =
      _ -> Optional.empty();
  private Supplier<Optional<CompletableFuture<?>>> readFault = Optional::empty;
  private Optional<RuntimeException> deleteMatchingFault = Optional.empty();

  private record Contents(Descriptor descriptor, TreeMap<String, StoredPoint> points) {}

  public FakeShard(int number) {
    this.number = number;
  }

  @Override
  public int number() {
    return number;
  }

  // --- faults and sights

  /// Answers writes by `fault` where it is not empty.
  public synchronized void onWrite(
      Function<ShardWrite, Optional<CompletableFuture<Written>>> fault) {
    writeFault = fault;
  }

  /// Answers reads by `fault` where it is not empty.
  public synchronized void onRead(Supplier<Optional<CompletableFuture<?>>> fault) {
    readFault = fault;
  }

  /// Lets deletes by filter fail.
  public synchronized void failDeleteMatching(RuntimeException failure) {
    deleteMatchingFault = Optional.of(failure);
  }

  /// All that reached it, in order.
  public synchronized List<ShardWrite> writes() {
    return List.copyOf(writes);
  }

  public synchronized long points() {
    return collections.values().stream().mapToLong(contents -> contents.points.size()).sum();
  }

  public synchronized Position position() {
    return new Position(1, 1, index);
  }

  public synchronized StateHash hash() {
    return new StateHash(number, collections.hashCode());
  }

  synchronized void createCollection(long id, Descriptor descriptor) {
    collections.put(id, new Contents(descriptor, new TreeMap<>(PointIds.ORDER)));
  }

  synchronized void dropCollection(long id) {
    collections.remove(id);
  }

  // --- writing

  @Override
  public synchronized CompletableFuture<Written> write(ShardWrite write) {
    writes.add(write);
    var fault = writeFault.apply(write);
    if (fault.isPresent()) {
      return fault.get();
    }
    index++;
    var earlier = settled.get(write.stamp().id());
    var outcome = earlier == null ? apply(write) : new Outcome.Duplicate(earlier);
    if (outcome instanceof Outcome.Applied) {
      settled.put(write.stamp().id(), outcome);
    }
    return CompletableFuture.completedFuture(new Written(outcome, position()));
  }

  private Outcome apply(ShardWrite write) {
    return switch (write) {
      case ShardWrite.Upsert(_, var id, var points) ->
          onPoints(
              id,
              points,
              Point::id,
              Point::precondition,
              (contents, point) ->
                  contents.points.put(
                              point.id(),
                              new StoredPoint(point.id(), point.vector(), point.payload(), version))
                          == null
                      ? Outcome.PointResult.INSERTED
                      : Outcome.PointResult.REPLACED);
      case ShardWrite.SetPayload(_, var id, var changes) ->
          onPoints(
              id,
              changes,
              PayloadChange::id,
              PayloadChange::precondition,
              (contents, change) ->
                  contents.points.computeIfPresent(
                              change.id(),
                              (_, was) ->
                                  new StoredPoint(
                                      was.id(), was.vector(), change.payload(), version))
                          == null
                      ? Outcome.PointResult.ABSENT
                      : Outcome.PointResult.PAYLOAD_SET);
      case ShardWrite.Delete(_, var id, var deletions) ->
          onPoints(
              id,
              deletions,
              Deletion::id,
              Deletion::precondition,
              (contents, deletion) ->
                  contents.points.remove(deletion.id()) == null
                      ? Outcome.PointResult.ABSENT
                      : Outcome.PointResult.DELETED);
      case ShardWrite.HashMark _,
          ShardWrite.CreateCollection _,
          ShardWrite.UpdateSettings _,
          ShardWrite.DropCollection _,
          ShardWrite.ShredCollection _,
          ShardWrite.SetFeatureLevel _,
          ShardWrite.SetOwnership _ ->
          new Outcome.Applied(version, List.of());
    };
  }

  private <T> Outcome onPoints(
      long collectionId,
      List<T> changes,
      Function<T, String> id,
      Function<T, Optional<Precondition>> precondition,
      BiFunction<Contents, T, Outcome.PointResult> apply) {
    var contents = collections.get(collectionId);
    if (contents == null) {
      return new Outcome.NotFound();
    }
    var failed =
        changes.stream()
            .filter(
                change ->
                    precondition.apply(change).isPresent()
                        && !holds(precondition.apply(change).get(), contents, id.apply(change)))
            .map(id)
            .map(it -> new Outcome.FailedPoint(it, versionOf(contents, it)))
            .toList();
    if (!failed.isEmpty()) {
      return new Outcome.PreconditionFailed(failed);
    }
    version++;
    return new Outcome.Applied(
        version, changes.stream().map(change -> apply.apply(contents, change)).toList());
  }

  private static boolean holds(Precondition precondition, Contents contents, String id) {
    var version = versionOf(contents, id);
    return switch (precondition) {
      case Precondition.Absent() -> version.isEmpty();
      case Precondition.Present() -> version.isPresent();
      case Precondition.VersionEquals(var expected) -> version.equals(Optional.of(expected));
    };
  }

  private static Optional<Long> versionOf(Contents contents, String id) {
    return Optional.ofNullable(contents.points.get(id)).map(StoredPoint::version);
  }

  @Override
  public synchronized CompletableFuture<DeletedMatching> deleteMatching(
      long collectionId, long epoch, Filter filter) {
    if (deleteMatchingFault.isPresent()) {
      return CompletableFuture.failedFuture(deleteMatchingFault.get());
    }
    var contents = collections.get(collectionId);
    if (contents == null) {
      return CompletableFuture.failedFuture(new ShardException.UnknownCollection(collectionId));
    }
    long before = contents.points.size();
    contents.points.values().removeIf(point -> matches(point, Optional.of(filter)));
    return CompletableFuture.completedFuture(
        new DeletedMatching(before - contents.points.size(), 0, List.of(), position()));
  }

  // --- reading

  @Override
  public CompletableFuture<ReadResult<List<Optional<StoredPoint>>>> get(
      long collectionId, List<String> ids, Consistency consistency) {
    return read(
        collectionId,
        consistency,
        contents -> ids.stream().map(id -> Optional.ofNullable(contents.points.get(id))).toList());
  }

  @Override
  public CompletableFuture<ReadResult<ScanPage>> scan(
      long collectionId,
      Optional<String> after,
      int limit,
      Optional<Filter> filter,
      Consistency consistency) {
    return read(
        collectionId,
        consistency,
        contents -> {
          var tail = after.map(id -> contents.points.tailMap(id, false)).orElse(contents.points);
          var matching = tail.values().stream().filter(point -> matches(point, filter)).toList();
          return new ScanPage(matching.stream().limit(limit).toList(), matching.size() > limit);
        });
  }

  @Override
  public CompletableFuture<ReadResult<Long>> count(
      long collectionId, Optional<Filter> filter, Consistency consistency) {
    return read(
        collectionId,
        consistency,
        contents ->
            contents.points.values().stream().filter(point -> matches(point, filter)).count());
  }

  @Override
  public CompletableFuture<ReadResult<List<Hit>>> search(
      long collectionId, Query query, Consistency consistency) {
    return read(
        collectionId,
        consistency,
        contents ->
            contents.points.values().stream()
                .filter(point -> matches(point, query.filter()))
                .map(point -> hit(point, query, contents.descriptor.metric()))
                .sorted(contents.descriptor.metric().nearestFirst())
                .filter(hit -> isWithin(query.scoreThreshold(), hit, contents.descriptor.metric()))
                .limit(query.k())
                .toList());
  }

  private static boolean isWithin(Optional<Float> threshold, Hit hit, Metric metric) {
    return threshold
        .map(score -> metric == Metric.L2_SQUARED ? hit.score() <= score : hit.score() >= score)
        .orElse(true);
  }

  /// All in one buffer.
  @Override
  public CompletableFuture<ReadResult<List<SegmentPlan>>> explain(long collectionId, Query query) {
    return read(
        collectionId,
        Consistency.LINEARIZABLE,
        contents -> {
          int rows = contents.points.size();
          var way = query.exact() ? SegmentPlan.Way.EXACT : SegmentPlan.Way.NO_GRAPH;
          return List.of(new SegmentPlan(OptionalLong.empty(), way, rows, rows, rows, 0, 1));
        });
  }

  @SuppressWarnings("unchecked")
  private synchronized <T> CompletableFuture<ReadResult<T>> read(
      long collectionId, Consistency consistency, Function<Contents, T> read) {
    var fault = readFault.get();
    if (fault.isPresent()) {
      return (CompletableFuture<ReadResult<T>>) fault.get();
    }
    var contents = collections.get(collectionId);
    if (contents == null) {
      return CompletableFuture.failedFuture(new ShardException.UnknownCollection(collectionId));
    }
    return switch (consistency) {
      case Consistency.Session(var seen, _) when seen.epoch() < position().epoch() ->
          CompletableFuture.failedFuture(
              new ShardException.StaleEpoch("shard %d: epoch is 1 now".formatted(number)));
      case Consistency.Session(var seen, _) when seen.compareTo(position()) > 0 ->
          new CompletableFuture<>();
      case Consistency.Linearizable _, Consistency.Session _ ->
          CompletableFuture.completedFuture(new ReadResult<>(read.apply(contents), position()));
      case Consistency.Any() ->
          CompletableFuture.completedFuture(
              new ReadResult<>(
                  read.apply(contents),
                  position(),
                  Optional.of(new Lag(number, OptionalLong.of(17)))));
    };
  }

  private static Hit hit(StoredPoint point, Query query, Metric metric) {
    return new Hit(
        point.id(),
        score(query.vector(), point.vector(), metric),
        point.version(),
        query.withPayload() ? Optional.of(point.payload()) : Optional.empty(),
        query.withVector() ? Optional.of(point.vector()) : Optional.empty());
  }

  private static float score(Vector left, Vector right, Metric metric) {
    float dot = 0;
    float squares = 0;
    for (int component = 0; component < left.dimension(); component++) {
      dot += left.get(component) * right.get(component);
      float difference = left.get(component) - right.get(component);
      squares += difference * difference;
    }
    return metric == Metric.L2_SQUARED ? squares : dot;
  }

  // Enough for tests: `"path":` with the value right behind it.
  private static boolean matches(StoredPoint point, Optional<Filter> filter) {
    return filter.isEmpty()
        || PayloadFilter.of(filter.get()).matches(MemorySegment.ofArray(point.payload().toBytes()));
  }
}
