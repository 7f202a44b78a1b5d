package io.quiverdb.node.routing;

import com.google.protobuf.ByteString;
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
import io.quiverdb.core.Query;
import io.quiverdb.core.RequestStamp;
import io.quiverdb.core.ScanPage;
import io.quiverdb.core.SegmentPlan;
import io.quiverdb.core.Settings;
import io.quiverdb.core.StoredPoint;
import io.quiverdb.node.routing.PartCutter.Part;
import io.quiverdb.node.routing.RoutingException.BeingCreated;
import io.quiverdb.node.routing.RoutingException.DeadlineExceeded;
import io.quiverdb.node.routing.RoutingException.NotAttempted;
import io.quiverdb.node.routing.RoutingException.NotFormed;
import io.quiverdb.node.routing.RoutingException.NotReady;
import io.quiverdb.node.routing.RoutingException.UnknownCollection;
import io.quiverdb.raft.Consistency;
import io.quiverdb.raft.DeletedMatching;
import io.quiverdb.raft.Lag;
import io.quiverdb.raft.ReadResult;
import io.quiverdb.raft.Shard;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.ShardInfo;
import io.quiverdb.raft.ShardWrite;
import io.quiverdb.raft.WrappedKeys;
import io.quiverdb.raft.Written;
import io.quiverdb.raft.catalog.Catalog;
import io.quiverdb.raft.catalog.CatalogView;
import io.quiverdb.raft.catalog.CollectionInfo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;

/// Brings writes of points to the leaders of their shards, reads to replicas that can see enough,
/// and the answers together.
///
/// Its methods wait for other nodes and belong on virtual threads. They fail with a
/// [RoutingException] or a [ShardException], or with [IllegalArgumentException] for the caller's
/// mistake. What a node or shard does not know yet is looked up again, once, after a barrier of the
/// catalogue.
public final class ShardRouter {
  /// The catalogue counts from 1.
  private static final long NO_COLLECTION = 0;

  private final Cluster cluster;
  private final ShardRoute route;

  public ShardRouter(Cluster cluster) {
    this.cluster = cluster;
    this.route = new ShardRoute(cluster);
  }

  // --- names

  /// @throws NotFormed if there is no cluster
  /// @throws NotReady if this node does not know its cluster yet
  public Catalog catalog() {
    return catalogOf(cluster);
  }

  /// As [#catalog()].
  public static Catalog catalogOf(Cluster cluster) {
    return cluster
        .catalog()
        .orElseThrow(() -> cluster.awaitsInit() ? new NotFormed() : new NotReady());
  }

  /// The collection of this name that takes points.
  ///
  /// @throws UnknownCollection if there is none
  public CollectionInfo collection(String name, Deadline deadline) {
    var known = catalog().view().collection(name);
    if (known.isPresent() && known.get().isServed()) {
      return known.get();
    }
    return collectionAfterBarrier(name, deadline);
  }

  /// As [#collection], as of a linearizable read: for who is about to refuse a call because of what
  /// this node knows of the collection.
  public CollectionInfo collectionAfterBarrier(String name, Deadline deadline) {
    var view = deadline.await("catalogue", catalog().barrier());
    var found = view.collection(name).orElseThrow(() -> new UnknownCollection(name));
    return switch (found.state()) {
      case ACTIVE, UPDATING -> found;
      case CREATING -> throw new BeingCreated(name);
      case DROPPING, SHREDDING, ORPHANED -> throw new UnknownCollection(name);
    };
  }

  /// Stands for a collection that no shard has any more. A write to it finds nothing, unless its
  /// request was settled before: then it gets the outcome that it had.
  public static CollectionInfo gone(String name, int dimension) {
    return new CollectionInfo(
        NO_COLLECTION,
        name,
        new Descriptor(dimension, Metric.L2_SQUARED),
        Settings.NONE,
        new WrappedKeys(ByteString.copyFrom(new byte[1])),
        CollectionInfo.State.DROPPING,
        0);
  }

  // --- writing

  public List<PartResult> upsert(
      CollectionInfo collection, List<Point> points, WriteHeader header, Deadline deadline) {
    List<String> ids = points.stream().map(Point::id).toList();
    IntUnaryOperator bytes =
        index -> {
          var point = points.get(index);
          return idBytes(point.id())
              + point.vector().dimension() * Float.BYTES
              + point.payload().length();
        };
    return write(
        collection,
        ids,
        bytes,
        header,
        deadline,
        (stamp, collectionId, indexes) ->
            new ShardWrite.Upsert(stamp, collectionId, indexes.stream().map(points::get).toList()));
  }

  public List<PartResult> setPayload(
      CollectionInfo collection,
      List<PayloadChange> changes,
      WriteHeader header,
      Deadline deadline) {
    return write(
        collection,
        changes.stream().map(PayloadChange::id).toList(),
        index -> idBytes(changes.get(index).id()) + changes.get(index).payload().length(),
        header,
        deadline,
        (stamp, collectionId, indexes) ->
            new ShardWrite.SetPayload(
                stamp, collectionId, indexes.stream().map(changes::get).toList()));
  }

  public List<PartResult> delete(
      CollectionInfo collection, List<Deletion> deletions, WriteHeader header, Deadline deadline) {
    return write(
        collection,
        deletions.stream().map(Deletion::id).toList(),
        index -> idBytes(deletions.get(index).id()),
        header,
        deadline,
        (stamp, collectionId, indexes) ->
            new ShardWrite.Delete(
                stamp, collectionId, indexes.stream().map(deletions::get).toList()));
  }

  /// Deletes what matches, on every shard: see [Shard#deleteMatching]. Fails with
  /// [ShardException.OutcomeUnknown] if one shard failed and another may have deleted something.
  public Answer<DeletedMatching> deleteMatching(
      CollectionInfo collection, Filter filter, boolean direct, Deadline deadline) {
    var view = catalog().view();
    var delete =
        new MatchingDelete(
            view.shards().stream().map(ShardInfo::number).toList(),
            (shard, id) ->
                route.call(
                    shard,
                    direct,
                    deadline,
                    leader -> leader.deleteMatching(id, epochOf(view, shard), filter)));
    try {
      return delete.run(collection.id());
    } catch (ShardException.UnknownCollection e) {
      var again = collectionAfterBarrier(collection.name(), deadline);
      try {
        return delete.run(again.id());
      } catch (ShardException.UnknownCollection _) {
        throw new UnknownCollection(collection.name());
      }
    }
  }

  private interface WriteMaker {
    ShardWrite make(RequestStamp stamp, long collectionId, List<Integer> indexes);
  }

  private List<PartResult> write(
      CollectionInfo collection,
      List<String> ids,
      IntUnaryOperator bytes,
      WriteHeader header,
      Deadline deadline,
      WriteMaker maker) {
    var view = catalog().view();
    List<Integer> shards = ids.stream().map(id -> view.shardOf(id).number()).toList();
    var perShard =
        Parallel.map(
            PartCutter.cut(shards, bytes),
            parts -> writeParts(collection, view, parts, header, deadline, maker));
    return perShard.stream().flatMap(List::stream).toList();
  }

  // One after another, so that a point which the request names twice ends as it names it last.
  private List<PartResult> writeParts(
      CollectionInfo collection,
      CatalogView view,
      List<Part> parts,
      WriteHeader header,
      Deadline deadline,
      WriteMaker maker) {
    List<PartResult> results = new ArrayList<>();
    boolean applied = true;
    for (var part : parts) {
      var result =
          applied
              ? writePart(collection, epochOf(view, part.shard()), part, header, deadline, maker)
              : new PartResult.Failed(part.shard(), part.indexes(), new NotAttempted(part.shard()));
      applied = applied && isApplied(result);
      results.add(result);
    }
    return results;
  }

  private PartResult writePart(
      CollectionInfo collection,
      long epoch,
      Part part,
      WriteHeader header,
      Deadline deadline,
      WriteMaker maker) {
    var stamp =
        new RequestStamp(
            PartId.of(header.id(), part.shard(), part.ordinal()),
            epoch,
            Optional.ofNullable(header.seen().get(part.shard())));
    try {
      var written =
          submit(part, maker.make(stamp, collection.id(), part.indexes()), header, deadline);
      if (written.outcome() instanceof Outcome.NotFound) {
        var again = collectionAfterBarrier(collection.name(), deadline);
        written = submit(part, maker.make(stamp, again.id(), part.indexes()), header, deadline);
      }
      return new PartResult.Settled(part.shard(), part.indexes(), written);
    } catch (RuntimeException e) {
      return new PartResult.Failed(part.shard(), part.indexes(), e);
    }
  }

  /// As the shard has it, a collection that it does not know being an outcome.
  private Written submit(Part part, ShardWrite write, WriteHeader header, Deadline deadline) {
    if (deadline.passed()) {
      throw new DeadlineExceeded("shard " + part.shard());
    }
    try {
      return route.call(part.shard(), header.direct(), deadline, shard -> shard.write(write));
    } catch (ShardException.UnknownCollection e) {
      return new Written(new Outcome.NotFound(), Position.START);
    } catch (DeadlineExceeded e) {
      throw new ShardException.OutcomeUnknown(
          "shard " + part.shard() + ": no answer in time; the write may still be applied", e);
    }
  }

  private static boolean isApplied(PartResult result) {
    return result instanceof PartResult.Settled(_, _, var written)
        && switch (written.outcome()) {
          case Outcome.Applied _ -> true;
          case Outcome.Duplicate(var first) -> first instanceof Outcome.Applied;
          default -> false;
        };
  }

  private static int idBytes(String id) {
    return PointIds.utf8(id).length;
  }

  private static long epochOf(CatalogView view, int shard) {
    return view.shards().get(shard).epoch();
  }

  // --- reading

  /// What a read found, and the position of each shard that was asked.
  ///
  /// @param lags how old that may be, of the shards of which nothing in particular had to be seen
  public record Answer<T>(T value, Map<Integer, Position> positions, Map<Integer, Lag> lags) {
    public Answer {
      positions = Map.copyOf(positions);
      lags = Map.copyOf(lags);
    }

    Answer(T value, Map<Integer, Position> positions) {
      this(value, positions, Map.of());
    }

    private static <T> Answer<T> of(T value, Map<Integer, ? extends ReadResult<?>> results) {
      Map<Integer, Position> positions = new HashMap<>();
      Map<Integer, Lag> lags = new HashMap<>();
      results.forEach(
          (shard, result) -> {
            positions.put(shard, result.position());
            result.lag().ifPresent(lag -> lags.put(shard, lag));
          });
      return new Answer<>(value, positions, lags);
    }
  }

  /// The points that exist, in the order of `ids`.
  public Answer<List<StoredPoint>> get(
      CollectionInfo collection, List<String> ids, ReadHeader header, Deadline deadline) {
    var view = catalog().view();
    Map<Integer, List<Integer>> indexesByShard = new TreeMap<>();
    for (int index = 0; index < ids.size(); index++) {
      int shard = view.shardOf(ids.get(index)).number();
      indexesByShard.computeIfAbsent(shard, _ -> new ArrayList<>()).add(index);
    }
    var results =
        read(
                collection,
                List.copyOf(indexesByShard.keySet()),
                header,
                deadline,
                (shard, id, consistency) ->
                    shard.get(
                        id,
                        indexesByShard.getOrDefault(shard.number(), List.of()).stream()
                            .map(ids::get)
                            .toList(),
                        consistency))
            .results();

    List<Optional<StoredPoint>> found =
        new ArrayList<>(Collections.nCopies(ids.size(), Optional.empty()));
    results.forEach(
        (shard, result) -> {
          var indexes = indexesByShard.getOrDefault(shard, List.of());
          for (int ordinal = 0; ordinal < indexes.size(); ordinal++) {
            found.set(indexes.get(ordinal), result.value().get(ordinal));
          }
        });
    return Answer.of(found.stream().flatMap(Optional::stream).toList(), results);
  }

  /// One page of a scan.
  ///
  /// @param nextCursor empty after the last page
  public record Page(List<StoredPoint> points, Optional<String> nextCursor) {
    public Page {
      points = List.copyOf(points);
    }
  }

  /// At most `limit` points in id order, from `cursor` on.
  public Answer<Page> scan(
      CollectionInfo collection,
      Optional<String> cursor,
      int limit,
      Optional<Filter> filter,
      ReadHeader header,
      Deadline deadline) {
    var from = cursor.map(Cursor::decode);
    var after = from.map(Cursor::after);
    var results =
        readAll(
                collection,
                from.map(page -> header.notBefore(page.start())).orElse(header),
                deadline,
                (shard, id, consistency) -> shard.scan(id, after, limit, filter, consistency))
            .results();
    List<ScanPage> pages = results.values().stream().map(ReadResult::value).toList();
    var merged = ScanMerge.merge(pages, limit);
    Function<List<StoredPoint>, String> next =
        points ->
            new Cursor(
                    points.getLast().id(),
                    from.map(Cursor::start).orElseGet(() -> Answer.of(points, results).positions()))
                .encode();
    return Answer.of(
        new Page(
            merged.points(),
            merged.more() ? Optional.of(next.apply(merged.points())) : Optional.empty()),
        results);
  }

  public Answer<Long> count(
      CollectionInfo collection, Optional<Filter> filter, ReadHeader header, Deadline deadline) {
    var results =
        readAll(
                collection,
                header,
                deadline,
                (shard, id, consistency) -> shard.count(id, filter, consistency))
            .results();
    return Answer.of(results.values().stream().mapToLong(ReadResult::value).sum(), results);
  }

  /// That a read of a whole collection asks.
  public int shardCount() {
    return catalog().view().shards().size();
  }

  /// The `k` nearest points of all shards, nearest first, ties by ascending id.
  public Answer<List<Hit>> search(
      CollectionInfo collection, Query query, ReadHeader header, Deadline deadline) {
    var reading =
        readAll(
            collection,
            header,
            deadline,
            (shard, id, consistency) -> shard.search(id, query, consistency));
    List<Hit> hits =
        reading.results().values().stream()
            .flatMap(result -> result.value().stream())
            .sorted(reading.collection().descriptor().metric().nearestFirst())
            .limit(query.k())
            .toList();
    return Answer.of(hits, reading.results());
  }

  /// How a search goes over one run of rows.
  public record ShardPlan(int shard, SegmentPlan plan) {}

  /// Runs a search, and tells how it went on each shard, in the order of those.
  public Answer<List<ShardPlan>> explain(
      CollectionInfo collection, Query query, Deadline deadline) {
    var results =
        readAll(
                collection,
                ReadHeader.LINEARIZABLE,
                deadline,
                (shard, id, _) -> shard.explain(id, query))
            .results();
    var plans =
        new TreeMap<>(results)
            .entrySet().stream()
                .flatMap(
                    result ->
                        result.getValue().value().stream()
                            .map(plan -> new ShardPlan(result.getKey(), plan)))
                .toList();
    return Answer.of(plans, results);
  }

  /// What each shard answered, and of which collection: one dropped and created anew since the call
  /// began may have another descriptor.
  private record Reading<T>(CollectionInfo collection, Map<Integer, ReadResult<T>> results) {}

  private interface ShardRead<T> {
    CompletableFuture<ReadResult<T>> from(Shard shard, long collectionId, Consistency consistency);
  }

  private <T> Reading<T> readAll(
      CollectionInfo collection, ReadHeader header, Deadline deadline, ShardRead<T> read) {
    List<Integer> all = catalog().view().shards().stream().map(ShardInfo::number).toList();
    return read(collection, all, header, deadline, read);
  }

  private <T> Reading<T> read(
      CollectionInfo collection,
      List<Integer> shards,
      ReadHeader header,
      Deadline deadline,
      ShardRead<T> read) {
    header.requireShards(catalog().view().shards().size());
    try {
      return new Reading<>(collection, readOnce(collection.id(), shards, header, deadline, read));
    } catch (ShardException.UnknownCollection e) {
      var again = collectionAfterBarrier(collection.name(), deadline);
      // Every shard has it by now, though not yet every replica.
      var certain = header.linearizable();
      try {
        return new Reading<>(again, readOnce(again.id(), shards, certain, deadline, read));
      } catch (ShardException.UnknownCollection _) {
        throw new UnknownCollection(collection.name());
      }
    }
  }

  private <T> Map<Integer, ReadResult<T>> readOnce(
      long collectionId,
      List<Integer> shards,
      ReadHeader header,
      Deadline deadline,
      ShardRead<T> read) {
    var known = catalog().view().shards();
    var results =
        Parallel.map(
            shards,
            shard ->
                route.read(
                    known.get(shard),
                    header.of(shard),
                    header.direct(),
                    deadline,
                    (replica, consistency) -> read.from(replica, collectionId, consistency)));
    Map<Integer, ReadResult<T>> byShard = new TreeMap<>();
    for (int index = 0; index < shards.size(); index++) {
      byShard.put(shards.get(index), results.get(index));
    }
    return byShard;
  }
}
