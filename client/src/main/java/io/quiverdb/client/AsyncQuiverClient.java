package io.quiverdb.client;

import io.quiverdb.api.v1.CollectionsGrpc;
import io.quiverdb.api.v1.DropCollectionRequest;
import io.quiverdb.api.v1.GetShredStatusRequest;
import io.quiverdb.api.v1.ListCollectionsRequest;
import io.quiverdb.api.v1.ShredCollectionRequest;
import io.quiverdb.client.routing.Repeat;
import io.quiverdb.client.routing.WriteReport;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/// The calls of [QuiverClient], as futures. They fail with [QuiverException]; what hangs on them
/// runs on the client's own threads and may block.
public final class AsyncQuiverClient {
  private final Calls calls;

  AsyncQuiverClient(Calls calls) {
    this.calls = calls;
  }

  /// @see QuiverClient#createCollection
  public CompletableFuture<AsyncCollection> createCollection(String name, Schema schema) {
    return calls.publish(
        calls
            .router()
            .ask(
                CollectionsGrpc.getCreateCollectionMethod(),
                schema.toRequest(name).setRequestId(newRequestId()).build(),
                Repeat.CHANGE)
            .thenApply(created -> collection(created.getName())));
  }

  /// @see QuiverClient#collection
  public AsyncCollection collection(String name) {
    return new AsyncCollection(calls, name);
  }

  /// @see QuiverClient#collections
  public CompletableFuture<List<CollectionInfo>> collections() {
    return calls.publish(
        calls
            .router()
            .ask(
                CollectionsGrpc.getListCollectionsMethod(),
                ListCollectionsRequest.getDefaultInstance(),
                Repeat.READ)
            .thenApply(
                response ->
                    response.getCollectionsList().stream().map(CollectionInfo::of).toList()));
  }

  /// @see QuiverClient#dropCollection
  public CompletableFuture<Void> dropCollection(String name) {
    DropCollectionRequest request =
        DropCollectionRequest.newBuilder().setName(name).setRequestId(newRequestId()).build();
    return calls.publish(
        calls
            .router()
            .ask(CollectionsGrpc.getDropCollectionMethod(), request, Repeat.CHANGE)
            .thenAccept(dropped -> {}));
  }

  /// @see QuiverClient#shredCollection
  public CompletableFuture<ShredStatus> shredCollection(String name) {
    ShredCollectionRequest request =
        ShredCollectionRequest.newBuilder().setName(name).setRequestId(newRequestId()).build();
    return calls.publish(
        calls
            .router()
            .ask(CollectionsGrpc.getShredCollectionMethod(), request, Repeat.CHANGE)
            .thenApply(ShredStatus::of));
  }

  /// @see QuiverClient#shredStatus
  public CompletableFuture<ShredStatus> shredStatus(String name) {
    GetShredStatusRequest request = GetShredStatusRequest.newBuilder().setName(name).build();
    return calls.publish(
        calls
            .router()
            .ask(CollectionsGrpc.getGetShredStatusMethod(), request, Repeat.READ)
            .thenApply(ShredStatus::of));
  }

  /// @see QuiverClient#resume(OutcomeUnknownException)
  public CompletableFuture<WriteResult> resume(OutcomeUnknownException exception) {
    return resume(
        exception
            .write()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "exception: not of a whole write of points (expected: resumable)")));
  }

  /// @see QuiverClient#resume(PartialFailureException)
  public CompletableFuture<WriteResult> resume(PartialFailureException exception) {
    return resume(exception.write());
  }

  private CompletableFuture<WriteResult> resume(WriteReport write) {
    return calls.publish(calls.router().resume(write).thenApply(WriteResults::of));
  }

  public AsyncCluster cluster() {
    return new AsyncCluster(calls);
  }

  public AsyncKeys keys() {
    return new AsyncKeys(calls);
  }

  private static String newRequestId() {
    return UUID.randomUUID().toString();
  }
}
