package io.quiverdb.client;

import io.grpc.stub.StreamObserver;
import io.quiverdb.api.v1.Collection;
import io.quiverdb.api.v1.CollectionsGrpc;
import io.quiverdb.api.v1.CreateCollectionRequest;
import io.quiverdb.api.v1.DropCollectionRequest;
import io.quiverdb.api.v1.DropCollectionResponse;
import io.quiverdb.api.v1.ErrorCode;
import io.quiverdb.api.v1.GetCollectionRequest;
import io.quiverdb.api.v1.GetShredStatusRequest;
import io.quiverdb.api.v1.ListCollectionsRequest;
import io.quiverdb.api.v1.ListCollectionsResponse;
import io.quiverdb.api.v1.ShredCollectionRequest;
import io.quiverdb.api.v1.ShredStatus;
import java.util.TreeMap;

/// Collections by name, with no memory of request ids.
final class FakeCollections extends CollectionsGrpc.CollectionsImplBase {
  private final FakeCluster cluster;
  private final FakeNode node;

  FakeCollections(FakeCluster cluster, FakeNode node) {
    this.cluster = cluster;
    this.node = node;
  }

  @Override
  public void createCollection(
      CreateCollectionRequest request, StreamObserver<Collection> observer) {
    node.answer(
        "createCollection",
        request,
        () -> {
          Collection created =
              Collection.newBuilder()
                  .setName(request.getName())
                  .setId(cluster.collectionIds.incrementAndGet())
                  .setDimension(request.getDimension())
                  .setMetric(request.getMetric())
                  .addAllFilterableFields(request.getFilterableFieldsList())
                  .setState(Collection.State.ACTIVE)
                  .build();
          if (cluster.collections.putIfAbsent(request.getName(), created) != null) {
            throw Fault.exception(Fault.detail(ErrorCode.ALREADY_EXISTS));
          }
          return created;
        },
        observer);
  }

  @Override
  public void getCollection(GetCollectionRequest request, StreamObserver<Collection> observer) {
    node.answer(
        "getCollection",
        request,
        () -> {
          Collection found = cluster.collections.get(request.getName());
          if (found == null) {
            throw Fault.exception(Fault.detail(ErrorCode.NOT_FOUND));
          }
          return found;
        },
        observer);
  }

  @Override
  public void listCollections(
      ListCollectionsRequest request, StreamObserver<ListCollectionsResponse> observer) {
    node.answer(
        "listCollections",
        request,
        () ->
            ListCollectionsResponse.newBuilder()
                .addAllCollections(new TreeMap<>(cluster.collections).values())
                .build(),
        observer);
  }

  @Override
  public void dropCollection(
      DropCollectionRequest request, StreamObserver<DropCollectionResponse> observer) {
    node.answer(
        "dropCollection",
        request,
        () -> {
          if (cluster.collections.remove(request.getName()) == null) {
            throw Fault.exception(Fault.detail(ErrorCode.NOT_FOUND));
          }
          return DropCollectionResponse.getDefaultInstance();
        },
        observer);
  }

  @Override
  public void shredCollection(
      ShredCollectionRequest request, StreamObserver<ShredStatus> observer) {
    node.answer(
        "shredCollection",
        request,
        () -> {
          if (cluster.collections.remove(request.getName()) == null) {
            throw Fault.exception(Fault.detail(ErrorCode.NOT_FOUND));
          }
          return status(request.getName()).setState(ShredStatus.State.SHREDDING).build();
        },
        observer);
  }

  @Override
  public void getShredStatus(GetShredStatusRequest request, StreamObserver<ShredStatus> observer) {
    node.answer(
        "getShredStatus",
        request,
        () -> status(request.getName()).clearNodes().setState(ShredStatus.State.SHREDDED).build(),
        observer);
  }

  private static ShredStatus.Builder status(String name) {
    return ShredStatus.newBuilder()
        .setName(name)
        .setId(7)
        .addNodes(
            ShredStatus.NodeErasure.newBuilder()
                .setNodeId("n")
                .addReplicas(ShredStatus.ReplicaErasure.getDefaultInstance())
                .addReplicas(
                    ShredStatus.ReplicaErasure.newBuilder().setShard(2).addOutstanding("log")))
        .addNodes(ShredStatus.NodeErasure.newBuilder().setNodeId("m").setError("down"))
        .addNotes("note");
  }
}
