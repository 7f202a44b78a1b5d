package io.quiverdb.client;

import java.util.List;
import java.util.Optional;

/// One collection of a cluster: a handle that costs nothing and holds nothing. Reads are
/// linearizable: they see every write acknowledged before they began; for less, see [#at].
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

  /// The same collection, with reads at another level.
  public Collection at(Consistency consistency) {
    return new Collection(async.at(consistency));
  }

  /// The same calls as futures.
  public AsyncCollection async() {
    return async;
  }

  /// What the cluster knows of it now.
  public CollectionInfo info() {
    return Calls.await(async.info());
  }

  /// Has every replica merge its segments of this collection, without the dead rows, in the
  /// background, and does not wait for it. Called again when it is done, each has one segment or
  /// none.
  public CompactionStart compact() {
    return Calls.await(async.compact());
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

  /// As [#deleteIf(List)].
  public WriteResult deleteIf(Deletion... deletions) {
    return Calls.await(async.deleteIf(deletions));
  }

  /// Deletes points of which a condition holds. Otherwise as [#upsert(List)].
  ///
  /// @throws PreconditionFailedException names the points of which it does not hold; nothing was
  ///   deleted
  public WriteResult deleteIf(List<Deletion> deletions) {
    return Calls.await(async.deleteIf(deletions));
  }

  /// Deletes all points that match when the call reaches their shards, but for those that another
  /// write changes meanwhile. To call it again is safe and deletes what matches then.
  ///
  /// @throws OutcomeUnknownException if some points may have been deleted
  public DeletedMatching delete(Filter filter) {
    return Calls.await(async.delete(filter));
  }

  /// As [#setPayload(List)].
  public WriteResult setPayload(PayloadChange... changes) {
    return Calls.await(async.setPayload(changes));
  }

  /// Replaces payloads and keeps vectors; a point that does not exist is no error. Otherwise as
  /// [#upsert(List)].
  public WriteResult setPayload(List<PayloadChange> changes) {
    return Calls.await(async.setPayload(changes));
  }

  /// Adds and drops filterable fields, changes `ef`; done when every shard has followed.
  ///
  /// @throws InvalidArgumentException if a field to be dropped is not declared, or one to be added
  ///   is, with another type
  public CollectionInfo update(SettingsChange change) {
    return Calls.await(async.update(change));
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

  /// Runs 1 to 100 searches of this collection in one call. If one fails, all do.
  ///
  /// @return of each what [Search#run] would, in their order
  public List<List<Hit>> searchAll(List<Search> searches) {
    return Calls.await(async.searchAll(searches.stream().map(Search::async).toList()));
  }
}
