package io.quiverdb.client;

import java.util.List;
import java.util.Optional;

/// One collection of a cluster: a handle that costs nothing and holds nothing. Reads are
/// linearizable: they see every write acknowledged before they began.
///
/// Every call can fail with a [QuiverException]; [NotFoundException] if there is no such
/// collection.
public final class Collection {
  private final AsyncCollection async;

  Collection(AsyncCollection async) {
    this.async = async;
  }

  public String name() {
    return async.name();
  }

  /// The same calls as futures.
  public AsyncCollection async() {
    return async;
  }

  /// What the cluster knows of it now.
  public CollectionInfo info() {
    return Calls.await(async.info());
  }

  /// Has every replica read its files of this collection and tell what is wrong with them. Takes as
  /// long as that takes. What no checkpoint holds yet is not looked at.
  public FileVerification verify() {
    return Calls.await(async.verify());
  }

  /// As [#upsert(List)].
  public WriteResult upsert(Point... points) {
    return Calls.await(async.upsert(points));
  }

  /// Stores points, replacing those of the same id. Split by shard; each part is atomic. Tried
  /// again under the same request ids until acknowledged or the time is over.
  ///
  /// @throws PartialFailureException names the points that failed or whose fate is unknown
  /// @throws OutcomeUnknownException if that is so for all
  public WriteResult upsert(List<Point> points) {
    return Calls.await(async.upsert(points));
  }

  /// As [#delete(List)].
  public WriteResult delete(String... ids) {
    return Calls.await(async.delete(ids));
  }

  /// Deletes points; one that does not exist is no error. Otherwise as [#upsert(List)].
  public WriteResult delete(List<String> ids) {
    return Calls.await(async.delete(ids));
  }

  public Optional<StoredPoint> get(String id) {
    return Calls.await(async.get(id));
  }

  /// The points that exist, in the order asked for.
  public List<StoredPoint> get(List<String> ids) {
    return Calls.await(async.get(ids));
  }

  /// How many points there are, exactly.
  public long count() {
    return Calls.await(async.count());
  }

  /// How many points match, exactly.
  public long count(Filter filter) {
    return Calls.await(async.count(filter));
  }

  /// All points in id order, to be narrowed and then read.
  public Scan scan() {
    return new Scan(async.scan());
  }

  /// The points nearest to `query`, to be narrowed and then run.
  public Search search(float... query) {
    return new Search(async.search(query));
  }
}
