package io.quiverdb.node.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Filter;
import io.quiverdb.core.Payload;
import io.quiverdb.core.Query;
import io.quiverdb.core.StoredPoint;
import io.quiverdb.node.peer.proto.AdmitNodeRequest;
import io.quiverdb.node.peer.proto.AdmitNodeResponse;
import io.quiverdb.node.peer.proto.ChangeMembersRequest;
import io.quiverdb.node.peer.proto.ChangeMembersResponse;
import io.quiverdb.node.peer.proto.CloseSnapshotRequest;
import io.quiverdb.node.peer.proto.CloseSnapshotResponse;
import io.quiverdb.node.peer.proto.CompactFilesRequest;
import io.quiverdb.node.peer.proto.CompactFilesResponse;
import io.quiverdb.node.peer.proto.CountPointsRequest;
import io.quiverdb.node.peer.proto.CountPointsResponse;
import io.quiverdb.node.peer.proto.DeleteMatchingRequest;
import io.quiverdb.node.peer.proto.DeleteMatchingResponse;
import io.quiverdb.node.peer.proto.EraseRequest;
import io.quiverdb.node.peer.proto.EraseResponse;
import io.quiverdb.node.peer.proto.ExplainSearchResponse;
import io.quiverdb.node.peer.proto.FilterMessage;
import io.quiverdb.node.peer.proto.GetCatalogCheckpointRequest;
import io.quiverdb.node.peer.proto.GetCatalogCheckpointResponse;
import io.quiverdb.node.peer.proto.GetCatalogCopyRequest;
import io.quiverdb.node.peer.proto.GetCatalogCopyResponse;
import io.quiverdb.node.peer.proto.GetClaimRequest;
import io.quiverdb.node.peer.proto.GetClaimResponse;
import io.quiverdb.node.peer.proto.GetCurrentTermsRequest;
import io.quiverdb.node.peer.proto.GetCurrentTermsResponse;
import io.quiverdb.node.peer.proto.GetHashRequest;
import io.quiverdb.node.peer.proto.GetHashResponse;
import io.quiverdb.node.peer.proto.GetMembersRequest;
import io.quiverdb.node.peer.proto.GetMembersResponse;
import io.quiverdb.node.peer.proto.GetPeerStatusRequest;
import io.quiverdb.node.peer.proto.GetPointsRequest;
import io.quiverdb.node.peer.proto.GetPointsResponse;
import io.quiverdb.node.peer.proto.GetReadIndexesRequest;
import io.quiverdb.node.peer.proto.GetReadIndexesResponse;
import io.quiverdb.node.peer.proto.GroupTerm;
import io.quiverdb.node.peer.proto.HoldLogRequest;
import io.quiverdb.node.peer.proto.HoldLogResponse;
import io.quiverdb.node.peer.proto.OpenGroupRequest;
import io.quiverdb.node.peer.proto.OpenGroupResponse;
import io.quiverdb.node.peer.proto.OpenReplicaRequest;
import io.quiverdb.node.peer.proto.OpenReplicaResponse;
import io.quiverdb.node.peer.proto.OpenSnapshotRequest;
import io.quiverdb.node.peer.proto.OpenSnapshotResponse;
import io.quiverdb.node.peer.proto.PeerServiceGrpc;
import io.quiverdb.node.peer.proto.PeerStatus;
import io.quiverdb.node.peer.proto.PutClaimRequest;
import io.quiverdb.node.peer.proto.PutClaimResponse;
import io.quiverdb.node.peer.proto.ReadSnapshotRequest;
import io.quiverdb.node.peer.proto.ReadSnapshotResponse;
import io.quiverdb.node.peer.proto.RemoveReplicaRequest;
import io.quiverdb.node.peer.proto.RemoveReplicaResponse;
import io.quiverdb.node.peer.proto.ScanPointsRequest;
import io.quiverdb.node.peer.proto.ScanPointsResponse;
import io.quiverdb.node.peer.proto.SearchPointsRequest;
import io.quiverdb.node.peer.proto.SearchPointsResponse;
import io.quiverdb.node.peer.proto.TransferPeerLeaderRequest;
import io.quiverdb.node.peer.proto.TransferPeerLeaderResponse;
import io.quiverdb.node.peer.proto.VerifyFilesRequest;
import io.quiverdb.node.peer.proto.VerifyFilesResponse;
import io.quiverdb.node.peer.proto.WriteCatalogRequest;
import io.quiverdb.node.peer.proto.WriteCatalogResponse;
import io.quiverdb.node.peer.proto.WriteShardRequest;
import io.quiverdb.node.peer.proto.WriteShardResponse;
import io.quiverdb.node.routing.AnswerMemory;
import io.quiverdb.node.routing.RoutingException.DeadlineExceeded;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.ShardException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Answers other nodes for this one.
final class PeerService extends PeerServiceGrpc.PeerServiceImplBase {
  private static final Duration ROOM_PATIENCE = Duration.ofSeconds(10);

  private final Peer self;
  private final AnswerMemory memory;

  /// @param memory for its answers of many points
  PeerService(Peer self, AnswerMemory memory) {
    this.self = self;
    this.memory = memory;
  }

  private static <T, R> void answer(
      StreamObserver<R> responses, Supplier<CompletableFuture<T>> call, Function<T, R> encode) {
    var observer = (ServerCallStreamObserver<R>) responses;
    // Without a handler, answering a call that its caller gave up throws.
    observer.setOnCancelHandler(() -> {});
    var _ = send(observer, call, encode);
  }

  /// As [#answer], for what nobody needs once its caller has given up: a read that waits for what
  /// may never be written, or a search under way.
  private static <T, R> void answerRead(
      StreamObserver<R> responses, Supplier<CompletableFuture<T>> call, Function<T, R> encode) {
    var observer = (ServerCallStreamObserver<R>) responses;
    var _ = sendRead(observer, ended(observer), call, encode);
  }

  /// As [#answerRead], where the answer may be large: it has its room until it has left.
  ///
  /// @param bytesMax that it may need
  private <T, R extends MessageLite> void answerPoints(
      StreamObserver<R> responses,
      long bytesMax,
      Supplier<CompletableFuture<T>> call,
      Function<T, R> encode) {
    var observer = (ServerCallStreamObserver<R>) responses;
    var room = memory.room();
    try {
      room.reserve(bytesMax, patience());
    } catch (DeadlineExceeded e) {
      observer.onError(
          PeerFailures.toStatus(new ShardException.Overloaded(String.valueOf(e.getMessage()))));
      return;
    }
    var ended = ended(observer);
    try {
      var made =
          sendRead(
              observer,
              ended,
              call,
              encode.andThen(
                  answer -> {
                    room.shrink(answer.getSerializedSize());
                    return answer;
                  }));
      var _ = CompletableFuture.allOf(made, ended).whenComplete((_, _) -> room.close());
    } catch (Error e) {
      room.close();
      throw e;
    }
  }

  /// Completes when all of an answer is sent, or its caller has given up.
  private static CompletableFuture<Void> ended(ServerCallStreamObserver<?> observer) {
    var ended = new CompletableFuture<Void>();
    observer.setOnCloseHandler(() -> ended.complete(null));
    observer.setOnCancelHandler(() -> ended.complete(null));
    return ended;
  }

  private static <T, R> CompletableFuture<R> sendRead(
      ServerCallStreamObserver<R> observer,
      CompletableFuture<Void> ended,
      Supplier<CompletableFuture<T>> call,
      Function<T, R> encode) {
    return send(
        observer,
        () -> {
          var underWay = call.get();
          var _ = ended.thenRun(() -> underWay.cancel(true));
          return underWay;
        },
        encode);
  }

  /// @return completes when the answer is made or there will be none
  private static <T, R> CompletableFuture<R> send(
      ServerCallStreamObserver<R> observer,
      Supplier<CompletableFuture<T>> call,
      Function<T, R> encode) {
    CompletableFuture<R> answer;
    try {
      answer = call.get().thenApply(encode);
    } catch (RuntimeException e) {
      observer.onError(PeerFailures.toStatus(e));
      return CompletableFuture.failedFuture(e);
    }
    var _ =
        answer.whenComplete(
            (response, failure) -> {
              if (observer.isCancelled()) {
                return;
              }
              if (failure != null) {
                observer.onError(PeerFailures.toStatus(failure));
              } else {
                observer.onNext(response);
                observer.onCompleted();
              }
            });
    return answer;
  }

  private static Duration patience() {
    var deadline = Context.current().getDeadline();
    return deadline == null
        ? ROOM_PATIENCE
        : Duration.ofMillis(Math.max(0, deadline.timeRemaining(TimeUnit.MILLISECONDS)));
  }

  @Override
  public void getStatus(GetPeerStatusRequest request, StreamObserver<PeerStatus> responses) {
    answer(responses, self::status, PeerMessages::status);
  }

  // --- forming a cluster

  @Override
  public void getClaim(GetClaimRequest request, StreamObserver<GetClaimResponse> responses) {
    answer(
        responses,
        self::claim,
        claim -> {
          var response = GetClaimResponse.newBuilder();
          claim.ifPresent(present -> response.setClaim(PeerMessages.claim(present)));
          return response.build();
        });
  }

  @Override
  public void putClaim(PutClaimRequest request, StreamObserver<PutClaimResponse> responses) {
    answer(
        responses,
        () -> self.claim(PeerMessages.claim(request.getClaim())),
        claim -> PutClaimResponse.newBuilder().setClaim(PeerMessages.claim(claim)).build());
  }

  @Override
  public void openGroup(OpenGroupRequest request, StreamObserver<OpenGroupResponse> responses) {
    answer(
        responses,
        () ->
            self.openGroup(
                PeerMessages.uuid(request.getClusterId()), PeerMessages.group(request.getGroup())),
        _ -> OpenGroupResponse.getDefaultInstance());
  }

  // --- membership

  @Override
  public void admitNode(AdmitNodeRequest request, StreamObserver<AdmitNodeResponse> responses) {
    answer(
        responses,
        () -> self.admit(PeerMessages.member(request.getMember()), PeerMessages.levels(request)),
        _ -> AdmitNodeResponse.getDefaultInstance());
  }

  @Override
  public void getCatalogCopy(
      GetCatalogCopyRequest request, StreamObserver<GetCatalogCopyResponse> responses) {
    answer(
        responses,
        () -> self.catalogCopy(request.getAfter(), request.getLinearizable()),
        copy -> {
          var response = GetCatalogCopyResponse.newBuilder();
          copy.ifPresent(bytes -> response.setCopy(UnsafeByteOperations.unsafeWrap(bytes)));
          return response.build();
        });
  }

  @Override
  public void getCatalogCheckpoint(
      GetCatalogCheckpointRequest request, StreamObserver<GetCatalogCheckpointResponse> responses) {
    answer(
        responses,
        self::catalogCheckpoint,
        checkpoint ->
            GetCatalogCheckpointResponse.newBuilder()
                .setCheckpoint(UnsafeByteOperations.unsafeWrap(checkpoint))
                .build());
  }

  @Override
  public void openReplica(
      OpenReplicaRequest request, StreamObserver<OpenReplicaResponse> responses) {
    answer(
        responses,
        () ->
            self.openReplica(
                PeerMessages.group(request.getGroup()),
                PeerMessages.order(request.getOrder()),
                request.getMoveIndex(),
                request.getFloor()),
        _ -> OpenReplicaResponse.getDefaultInstance());
  }

  @Override
  public void removeReplica(
      RemoveReplicaRequest request, StreamObserver<RemoveReplicaResponse> responses) {
    answer(
        responses,
        () ->
            self.removeReplica(
                PeerMessages.group(request.getGroup()),
                PeerMessages.order(request.getOrder()),
                PeerMessages.uuid(request.getIncarnation())),
        _ -> RemoveReplicaResponse.getDefaultInstance());
  }

  @Override
  public void changeMembers(
      ChangeMembersRequest request, StreamObserver<ChangeMembersResponse> responses) {
    answer(
        responses,
        () ->
            self.changeMembers(
                PeerMessages.group(request.getGroup()),
                request.getPathList().stream()
                    .map(
                        members ->
                            members.getNodeIdsList().stream().map(PeerMessages::nodeId).toList())
                    .toList(),
                request.getKnownList().stream().map(PeerMessages::member).toList()),
        _ -> ChangeMembersResponse.getDefaultInstance());
  }

  @Override
  public void getMembers(GetMembersRequest request, StreamObserver<GetMembersResponse> responses) {
    answer(
        responses,
        () -> self.members(PeerMessages.group(request.getGroup())),
        members ->
            GetMembersResponse.newBuilder()
                .addAllNodeIds(bytes(members.ids()))
                .addAllComingNodeIds(bytes(members.coming()))
                .setIndex(members.index())
                .build());
  }

  private static List<ByteString> bytes(Set<NodeId> nodes) {
    return nodes.stream().map(id -> PeerMessages.bytes(id.uuid())).toList();
  }

  // --- the read barrier

  @Override
  public void getCurrentTerms(
      GetCurrentTermsRequest request, StreamObserver<GetCurrentTermsResponse> responses) {
    answer(
        responses,
        () -> {
          Map<GroupKey, Long> asked = new HashMap<>();
          request
              .getAskedList()
              .forEach(term -> asked.put(PeerMessages.group(term.getGroup()), term.getTerm()));
          return self.currentTerms(asked);
        },
        terms -> {
          var response = GetCurrentTermsResponse.newBuilder();
          terms.forEach(
              (group, term) ->
                  response.addTerms(
                      GroupTerm.newBuilder().setGroup(PeerMessages.group(group)).setTerm(term)));
          return response.build();
        });
  }

  @Override
  public void getReadIndexes(
      GetReadIndexesRequest request, StreamObserver<GetReadIndexesResponse> responses) {
    answer(
        responses,
        () ->
            self.readIndexes(
                request.getGroupsList().stream()
                    .map(PeerMessages::group)
                    .collect(Collectors.toSet())),
        ReadMessages::indexes);
  }

  // --- one shard

  @Override
  public void writeShard(WriteShardRequest request, StreamObserver<WriteShardResponse> responses) {
    answer(
        responses,
        () -> self.shard(request.getShard()).write(ShardMessages.write(request)),
        written ->
            WriteShardResponse.newBuilder()
                .setPosition(PeerMessages.position(written.position()))
                .setOutcome(ShardMessages.outcome(written.outcome()))
                .build());
  }

  @Override
  public void deleteMatching(
      DeleteMatchingRequest request, StreamObserver<DeleteMatchingResponse> responses) {
    answer(
        responses,
        () ->
            self.shard(request.getShard())
                .deleteMatching(
                    request.getCollectionId(),
                    request.getEpoch(),
                    FilterMessages.filter(request.getFilter())),
        deleted ->
            DeleteMatchingResponse.newBuilder()
                .setPosition(PeerMessages.position(deleted.position()))
                .setDeletedCount(deleted.deletedCount())
                .setChangedCount(deleted.changedCount())
                .addAllChangedIds(deleted.changedIds())
                .build());
  }

  @Override
  public void getPoints(GetPointsRequest request, StreamObserver<GetPointsResponse> responses) {
    answerPoints(
        responses,
        AnswerMemory.bytes(request.getIdsCount(), Payload.BYTES_MAX, Descriptor.DIMENSION_MAX),
        () ->
            self.shard(request.getShard())
                .get(
                    request.getCollectionId(),
                    request.getIdsList(),
                    ReadMessages.level(request.getLevel())),
        result -> {
          var response =
              GetPointsResponse.newBuilder()
                  .setPosition(PeerMessages.position(result.position()))
                  .addAllFound(result.value().stream().map(PeerService::found).toList());
          ReadMessages.lag(result).ifPresent(response::setLag);
          return response.build();
        });
  }

  private static GetPointsResponse.Found found(Optional<StoredPoint> point) {
    var found = GetPointsResponse.Found.newBuilder();
    point.ifPresent(present -> found.setPoint(ShardMessages.storedPoint(present)));
    return found.build();
  }

  @Override
  public void scanPoints(ScanPointsRequest request, StreamObserver<ScanPointsResponse> responses) {
    answerPoints(
        responses,
        AnswerMemory.pageBytes(
            Math.clamp(request.getLimit(), 0, Query.K_MAX),
            Payload.BYTES_MAX,
            Descriptor.DIMENSION_MAX),
        () ->
            self.shard(request.getShard())
                .scan(
                    request.getCollectionId(),
                    request.hasAfter() ? Optional.of(request.getAfter()) : Optional.empty(),
                    request.getLimit(),
                    filter(request.hasFilter(), request.getFilter()),
                    ReadMessages.level(request.getLevel())),
        result -> {
          var response =
              ScanPointsResponse.newBuilder()
                  .setPosition(PeerMessages.position(result.position()))
                  .addAllPoints(
                      result.value().points().stream().map(ShardMessages::storedPoint).toList())
                  .setMore(result.value().more());
          ReadMessages.lag(result).ifPresent(response::setLag);
          return response.build();
        });
  }

  @Override
  public void countPoints(
      CountPointsRequest request, StreamObserver<CountPointsResponse> responses) {
    answerRead(
        responses,
        () ->
            self.shard(request.getShard())
                .count(
                    request.getCollectionId(),
                    filter(request.hasFilter(), request.getFilter()),
                    ReadMessages.level(request.getLevel())),
        result -> {
          var response =
              CountPointsResponse.newBuilder()
                  .setPosition(PeerMessages.position(result.position()))
                  .setCount(result.value());
          ReadMessages.lag(result).ifPresent(response::setLag);
          return response.build();
        });
  }

  @Override
  public void searchPoints(
      SearchPointsRequest request, StreamObserver<SearchPointsResponse> responses) {
    answerPoints(
        responses,
        AnswerMemory.bytes(
            Math.clamp(request.getK(), 0, Query.K_MAX),
            request.getWithPayload() ? Payload.BYTES_MAX : 0,
            request.getWithVector() ? request.getVector().size() / Float.BYTES : 0),
        () ->
            self.shard(request.getShard())
                .search(
                    request.getCollectionId(),
                    ShardMessages.query(request),
                    ReadMessages.level(request.getLevel())),
        result -> {
          var response =
              SearchPointsResponse.newBuilder()
                  .setPosition(PeerMessages.position(result.position()))
                  .addAllHits(result.value().stream().map(ShardMessages::hit).toList());
          ReadMessages.lag(result).ifPresent(response::setLag);
          return response.build();
        });
  }

  @Override
  public void explainSearch(
      SearchPointsRequest request, StreamObserver<ExplainSearchResponse> responses) {
    answerRead(
        responses,
        () ->
            self.shard(request.getShard())
                .explain(request.getCollectionId(), ShardMessages.query(request)),
        result ->
            ExplainSearchResponse.newBuilder()
                .setPosition(PeerMessages.position(result.position()))
                .addAllPlans(result.value().stream().map(ShardMessages::plan).toList())
                .build());
  }

  private static Optional<Filter> filter(boolean present, FilterMessage message) {
    return present ? Optional.of(FilterMessages.filter(message)) : Optional.empty();
  }

  // --- the cluster

  @Override
  public void writeCatalog(
      WriteCatalogRequest request, StreamObserver<WriteCatalogResponse> responses) {
    answer(
        responses,
        () -> self.writeCatalog(CatalogMessages.write(request)),
        CatalogMessages::written);
  }

  @Override
  public void transferLeader(
      TransferPeerLeaderRequest request, StreamObserver<TransferPeerLeaderResponse> responses) {
    answer(
        responses,
        () ->
            self.transferLeader(
                PeerMessages.group(request.getGroup()), PeerMessages.nodeId(request.getTarget())),
        _ -> TransferPeerLeaderResponse.getDefaultInstance());
  }

  @Override
  public void getHash(GetHashRequest request, StreamObserver<GetHashResponse> responses) {
    var group =
        request.getCatalog()
            ? new GroupKey.CatalogGroup()
            : new GroupKey.ShardGroup(request.getShard());
    answerRead(
        responses,
        () -> self.hashAt(group, PeerMessages.position(request.getPosition())),
        hash -> {
          var response = GetHashResponse.newBuilder();
          hash.ifPresent(present -> response.setHash(CatalogMessages.hash(present)));
          return response.build();
        });
  }

  @Override
  public void compactFiles(
      CompactFilesRequest request, StreamObserver<CompactFilesResponse> responses) {
    answer(
        responses,
        () -> self.compact(request.getShard(), request.getCollectionId()),
        counts ->
            CompactFilesResponse.newBuilder()
                .setSegments(counts.segments())
                .setRows(counts.rows())
                .setDeadRows(counts.deadRows())
                .setBytes(counts.bytes())
                .build());
  }

  @Override
  public void verifyFiles(
      VerifyFilesRequest request, StreamObserver<VerifyFilesResponse> responses) {
    answer(
        responses,
        () -> self.verify(request.getShard(), request.getCollectionId()),
        VerificationMessages::message);
  }

  @Override
  public void erase(EraseRequest request, StreamObserver<EraseResponse> responses) {
    answer(
        responses,
        () -> self.erasure(request.getCollectionId(), request.getAdvance()),
        ErasureMessages::message);
  }

  // --- snapshots

  @Override
  public void openSnapshot(
      OpenSnapshotRequest request, StreamObserver<OpenSnapshotResponse> responses) {
    answer(responses, () -> self.snapshots().open(request.getShard()), SnapshotMessages::offer);
  }

  @Override
  public void readSnapshot(
      ReadSnapshotRequest request, StreamObserver<ReadSnapshotResponse> responses) {
    answer(
        responses,
        () ->
            self.snapshots()
                .read(
                    PeerMessages.uuid(request.getLease()), request.getFile(), request.getOffset()),
        piece ->
            ReadSnapshotResponse.newBuilder()
                .setPiece(UnsafeByteOperations.unsafeWrap(piece))
                .build());
  }

  @Override
  public void closeSnapshot(
      CloseSnapshotRequest request, StreamObserver<CloseSnapshotResponse> responses) {
    answer(
        responses,
        () -> self.snapshots().close(PeerMessages.uuid(request.getLease())),
        _ -> CloseSnapshotResponse.getDefaultInstance());
  }

  @Override
  public void holdLog(HoldLogRequest request, StreamObserver<HoldLogResponse> responses) {
    answer(
        responses,
        () -> self.snapshots().holdLog(PeerMessages.group(request.getGroup()), request.getIndex()),
        _ -> HoldLogResponse.getDefaultInstance());
  }
}
