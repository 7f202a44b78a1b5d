package io.quiverdb.client;

import io.quiverdb.api.v1.CollectionsGrpc;
import io.quiverdb.api.v1.CompactCollectionRequest;
import io.quiverdb.api.v1.CountRequest;
import io.quiverdb.api.v1.CountResponse;
import io.quiverdb.api.v1.DeleteRequest;
import io.quiverdb.api.v1.GetCollectionRequest;
import io.quiverdb.api.v1.PointsGrpc;
import io.quiverdb.api.v1.SearchBatchRequest;
import io.quiverdb.api.v1.SearchGrpc;
import io.quiverdb.api.v1.UpdateSettingsRequest;
import io.quiverdb.api.v1.VerifyCollectionRequest;
import io.quiverdb.api.v1.WriteResponse;
import io.quiverdb.client.routing.Repeat;
import io.quiverdb.client.routing.WriteContent;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/// The calls of [Collection], as futures. They fail with [QuiverException]; what hangs on them runs
/// on the client's own threads and may block.
public final class AsyncCollection {
  private final Calls calls;
  private final String name;
  private final Consistency consistency;

  AsyncCollection(Calls calls, String name) {
    this(calls, name, Consistency.LINEARIZABLE);
  }

  private AsyncCollection(Calls calls, String name, Consistency consistency) {
    this.calls = calls;
    this.name = Objects.requireNonNull(name);
    this.consistency = Objects.requireNonNull(consistency);
  }

  /// @see Collection#at
  public AsyncCollection at(Consistency consistency) {
    return new AsyncCollection(calls, name, consistency);
  }

  public String name() {
    return name;
  }

  /// @see Collection#info
  public CompletableFuture<CollectionInfo> info() {
    GetCollectionRequest request = GetCollectionRequest.newBuilder().setName(name).build();
    return calls.publish(
        calls
            .router()
            .ask(CollectionsGrpc.getGetCollectionMethod(), request, Repeat.READ)
            .thenApply(CollectionInfo::of));
  }

  /// @see Collection#compact
  public CompletableFuture<CompactionStart> compact() {
    CompactCollectionRequest request = CompactCollectionRequest.newBuilder().setName(name).build();
    return calls.publish(
        calls
            .router()
            .ask(CollectionsGrpc.getCompactCollectionMethod(), request, Repeat.CHANGE)
            .thenApply(CompactionStart::of));
  }

  /// @see Collection#verify
  public CompletableFuture<FileVerification> verify() {
    VerifyCollectionRequest request = VerifyCollectionRequest.newBuilder().setName(name).build();
    return calls.publish(
        calls
            .router()
            .ask(CollectionsGrpc.getVerifyCollectionMethod(), request, Repeat.SLOW_READ)
            .thenApply(FileVerification::of));
  }

  /// @see Collection#upsert(List)
  public CompletableFuture<WriteResult> upsert(Point... points) {
    return upsert(Arrays.asList(points));
  }

  /// @see Collection#upsert(List)
  public CompletableFuture<WriteResult> upsert(List<Point> points) {
    return write(WriteContent.upsert(name, points.stream().map(Point::toWire).toList()));
  }

  /// @see Collection#delete(List)
  public CompletableFuture<WriteResult> delete(String... ids) {
    return delete(Arrays.asList(ids));
  }

  /// @see Collection#delete(List)
  public CompletableFuture<WriteResult> delete(List<String> ids) {
    return write(WriteContent.delete(name, ids));
  }

  /// @see Collection#deleteIf(List)
  public CompletableFuture<WriteResult> deleteIf(Deletion... deletions) {
    return deleteIf(Arrays.asList(deletions));
  }

  /// @see Collection#deleteIf(List)
  public CompletableFuture<WriteResult> deleteIf(List<Deletion> deletions) {
    return write(WriteContent.deleteIf(name, deletions.stream().map(Deletion::toWire).toList()));
  }

  /// @see Collection#delete(Filter)
  public CompletableFuture<DeletedMatching> delete(Filter filter) {
    DeleteRequest request =
        DeleteRequest.newBuilder().setCollection(name).setFilter(filter.toWire()).build();
    return calls.publish(
        calls
            .router()
            .ask(PointsGrpc.getDeleteMethod(), request, Repeat.CHANGE)
            .thenApply(this::deleted));
  }

  private DeletedMatching deleted(WriteResponse response) {
    calls.router().saw(response.getMatching().getPositionsList());
    return DeletedMatching.of(response.getMatching());
  }

  /// @see Collection#setPayload(List)
  public CompletableFuture<WriteResult> setPayload(PayloadChange... changes) {
    return setPayload(Arrays.asList(changes));
  }

  /// @see Collection#setPayload(List)
  public CompletableFuture<WriteResult> setPayload(List<PayloadChange> changes) {
    return write(
        WriteContent.setPayload(name, changes.stream().map(PayloadChange::toWire).toList()));
  }

  /// @see Collection#update(SettingsChange)
  public CompletableFuture<CollectionInfo> update(SettingsChange change) {
    UpdateSettingsRequest request =
        change.toRequest(name).setRequestId(UUID.randomUUID().toString()).build();
    return calls.publish(
        calls
            .router()
            .ask(CollectionsGrpc.getUpdateSettingsMethod(), request, Repeat.CHANGE)
            .thenApply(CollectionInfo::of));
  }

  private CompletableFuture<WriteResult> write(WriteContent content) {
    if (content.size() == 0) {
      return CompletableFuture.completedFuture(new WriteResult(List.of()));
    }
    return calls.publish(calls.router().write(content).thenApply(WriteResults::of));
  }

  /// @see Collection#get(String)
  public CompletableFuture<Optional<StoredPoint>> get(String id) {
    return calls.publish(found(List.of(id)).thenApply(points -> points.stream().findFirst()));
  }

  /// @see Collection#get(List)
  public CompletableFuture<List<StoredPoint>> get(List<String> ids) {
    return calls.publish(found(List.copyOf(ids)));
  }

  private CompletableFuture<List<StoredPoint>> found(List<String> ids) {
    return calls
        .router()
        .get(name, ids, consistency.toWire())
        .thenApply(points -> points.stream().map(StoredPoint::of).toList());
  }

  /// @see Collection#count()
  public CompletableFuture<Long> count() {
    return count(CountRequest.newBuilder().setCollection(name));
  }

  /// @see Collection#count(Filter)
  public CompletableFuture<Long> count(Filter filter) {
    return count(CountRequest.newBuilder().setCollection(name).setFilter(filter.toWire()));
  }

  private CompletableFuture<Long> count(CountRequest.Builder request) {
    return calls.publish(
        calls
            .router()
            .ask(
                PointsGrpc.getCountMethod(),
                request
                    .setConsistency(consistency.toWire())
                    .setSessionToken(calls.sessionTokenFor(consistency))
                    .build(),
                Repeat.READ)
            .thenApply(this::counted));
  }

  private long counted(CountResponse response) {
    calls.router().saw(response.getPositionsList());
    return response.getCount();
  }

  /// @see Collection#scan
  public AsyncScan scan() {
    return new AsyncScan(calls, name, consistency);
  }

  /// @see Collection#search
  public AsyncSearch search(float... query) {
    return new AsyncSearch(calls, name, query, consistency);
  }

  /// @see Collection#searchAll
  public CompletableFuture<List<List<Hit>>> searchAll(List<AsyncSearch> searches) {
    SearchBatchRequest.Builder request = SearchBatchRequest.newBuilder().setCollection(name);
    searches.forEach(search -> request.addSearches(search.request()));
    return calls.publish(
        calls
            .router()
            .ask(SearchGrpc.getSearchBatchMethod(), request.build(), Repeat.READ)
            .thenApply(
                response ->
                    response.getResultsList().stream()
                        .map(result -> AsyncSearch.hits(calls, result))
                        .toList()));
  }
}
