package io.quiverdb.node.peer;

import com.google.protobuf.ByteString;
import io.quiverdb.core.Position;
import io.quiverdb.core.StateHash;
import io.quiverdb.core.Verification;
import io.quiverdb.core.VersionRange;
import io.quiverdb.node.peer.PeerFailures.Asked;
import io.quiverdb.node.peer.proto.ChangeMembersRequest;
import io.quiverdb.node.peer.proto.CompactFilesRequest;
import io.quiverdb.node.peer.proto.EraseRequest;
import io.quiverdb.node.peer.proto.GetCatalogCheckpointRequest;
import io.quiverdb.node.peer.proto.GetCatalogCopyRequest;
import io.quiverdb.node.peer.proto.GetClaimRequest;
import io.quiverdb.node.peer.proto.GetCurrentTermsRequest;
import io.quiverdb.node.peer.proto.GetHashRequest;
import io.quiverdb.node.peer.proto.GetMembersRequest;
import io.quiverdb.node.peer.proto.GetPeerStatusRequest;
import io.quiverdb.node.peer.proto.GetReadIndexesRequest;
import io.quiverdb.node.peer.proto.GroupTerm;
import io.quiverdb.node.peer.proto.OpenGroupRequest;
import io.quiverdb.node.peer.proto.OpenReplicaRequest;
import io.quiverdb.node.peer.proto.PeerServiceGrpc;
import io.quiverdb.node.peer.proto.PutClaimRequest;
import io.quiverdb.node.peer.proto.RemoveReplicaRequest;
import io.quiverdb.node.peer.proto.TransferPeerLeaderRequest;
import io.quiverdb.node.peer.proto.VerifyFilesRequest;
import io.quiverdb.raft.CatalogOrder;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupMembers;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.NodeStatus;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.ReadIndex;
import io.quiverdb.raft.ReplicaErasure;
import io.quiverdb.raft.SegmentCounts;
import io.quiverdb.raft.Shard;
import io.quiverdb.raft.catalog.CatalogWrite;
import io.quiverdb.raft.catalog.CatalogWritten;
import io.quiverdb.raft.snapshot.SnapshotSource;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/// Another node.
final class GrpcPeer implements Peer {
  private static final GroupKey CATALOG = new GroupKey.CatalogGroup();

  private final PeerCalls calls;

  GrpcPeer(PeerCalls calls) {
    this.calls = calls;
  }

  @Override
  public CompletableFuture<NodeStatus> status() {
    return calls.call(
        PeerServiceGrpc.getGetStatusMethod(),
        GetPeerStatusRequest.getDefaultInstance(),
        Asked.read("node"),
        PeerMessages::status);
  }

  @Override
  public CompletableFuture<Optional<Claim>> claim() {
    return calls.call(
        PeerServiceGrpc.getGetClaimMethod(),
        GetClaimRequest.getDefaultInstance(),
        Asked.read("node"),
        response ->
            response.hasClaim()
                ? Optional.of(PeerMessages.claim(response.getClaim()))
                : Optional.empty());
  }

  @Override
  public CompletableFuture<Claim> claim(Claim claim) {
    return calls.call(
        PeerServiceGrpc.getPutClaimMethod(),
        PutClaimRequest.newBuilder().setClaim(PeerMessages.claim(claim)).build(),
        Asked.change("node"),
        response -> PeerMessages.claim(response.getClaim()));
  }

  @Override
  public CompletableFuture<Void> openGroup(UUID clusterId, GroupKey group) {
    return calls.call(
        PeerServiceGrpc.getOpenGroupMethod(),
        OpenGroupRequest.newBuilder()
            .setClusterId(PeerMessages.bytes(clusterId))
            .setGroup(PeerMessages.group(group))
            .build(),
        Asked.change(group),
        _ -> nothing());
  }

  // What follows comes to the same when it is asked twice.

  @Override
  public CompletableFuture<Void> admit(Member member, VersionRange levels) {
    return calls.call(
        PeerServiceGrpc.getAdmitNodeMethod(),
        PeerMessages.admission(member, levels),
        Asked.read("node"),
        _ -> nothing());
  }

  @Override
  public CompletableFuture<Optional<ByteBuffer>> catalogCopy(long after, boolean linearizable) {
    return calls.call(
        PeerServiceGrpc.getGetCatalogCopyMethod(),
        GetCatalogCopyRequest.newBuilder().setAfter(after).setLinearizable(linearizable).build(),
        Asked.read(CATALOG),
        response ->
            response.hasCopy()
                ? Optional.of(response.getCopy().asReadOnlyByteBuffer())
                : Optional.empty());
  }

  @Override
  public CompletableFuture<ByteBuffer> catalogCheckpoint() {
    return calls.call(
        PeerServiceGrpc.getGetCatalogCheckpointMethod(),
        GetCatalogCheckpointRequest.getDefaultInstance(),
        Asked.read(CATALOG),
        response -> response.getCheckpoint().asReadOnlyByteBuffer());
  }

  @Override
  public CompletableFuture<List<ReplicaErasure>> erasure(long collectionId, boolean advance) {
    return calls.call(
        PeerServiceGrpc.getEraseMethod(),
        EraseRequest.newBuilder().setCollectionId(collectionId).setAdvance(advance).build(),
        Asked.read("node"),
        ErasureMessages::replicas);
  }

  @Override
  public CompletableFuture<Void> openReplica(
      GroupKey group, CatalogOrder order, long moveIndex, long floor) {
    return calls.call(
        PeerServiceGrpc.getOpenReplicaMethod(),
        OpenReplicaRequest.newBuilder()
            .setGroup(PeerMessages.group(group))
            .setOrder(PeerMessages.order(order))
            .setMoveIndex(moveIndex)
            .setFloor(floor)
            .build(),
        Asked.read(group),
        _ -> nothing());
  }

  @Override
  public CompletableFuture<Void> removeReplica(
      GroupKey group, CatalogOrder order, UUID incarnation) {
    return calls.call(
        PeerServiceGrpc.getRemoveReplicaMethod(),
        RemoveReplicaRequest.newBuilder()
            .setGroup(PeerMessages.group(group))
            .setOrder(PeerMessages.order(order))
            .setIncarnation(PeerMessages.bytes(incarnation))
            .build(),
        Asked.read(group),
        _ -> nothing());
  }

  @Override
  public CompletableFuture<Void> changeMembers(
      GroupKey group, List<List<NodeId>> path, List<Member> known) {
    var request =
        ChangeMembersRequest.newBuilder()
            .setGroup(PeerMessages.group(group))
            .addAllKnown(known.stream().map(PeerMessages::member).toList());
    for (var members : path) {
      request.addPath(
          ChangeMembersRequest.Members.newBuilder()
              .addAllNodeIds(members.stream().map(id -> PeerMessages.bytes(id.uuid())).toList()));
    }
    return calls.call(
        PeerServiceGrpc.getChangeMembersMethod(),
        request.build(),
        Asked.read(group),
        _ -> nothing());
  }

  @Override
  public CompletableFuture<GroupMembers> members(GroupKey group) {
    return calls.call(
        PeerServiceGrpc.getGetMembersMethod(),
        GetMembersRequest.newBuilder().setGroup(PeerMessages.group(group)).build(),
        Asked.read(group),
        response ->
            new GroupMembers(
                nodeIds(response.getNodeIdsList()),
                nodeIds(response.getComingNodeIdsList()),
                response.getIndex()));
  }

  private static Set<NodeId> nodeIds(List<ByteString> ids) {
    return ids.stream().map(PeerMessages::nodeId).collect(Collectors.toSet());
  }

  @Override
  public CompletableFuture<Map<GroupKey, Long>> currentTerms(Map<GroupKey, Long> asked) {
    var request = GetCurrentTermsRequest.newBuilder();
    asked.forEach(
        (group, term) ->
            request.addAsked(
                GroupTerm.newBuilder().setGroup(PeerMessages.group(group)).setTerm(term)));
    return calls.call(
        PeerServiceGrpc.getGetCurrentTermsMethod(),
        request.build(),
        Asked.read("node"),
        response -> {
          Map<GroupKey, Long> terms = new HashMap<>();
          response
              .getTermsList()
              .forEach(term -> terms.put(PeerMessages.group(term.getGroup()), term.getTerm()));
          return terms;
        });
  }

  @Override
  public CompletableFuture<Map<GroupKey, ReadIndex>> readIndexes(Set<GroupKey> groups) {
    return calls.call(
        PeerServiceGrpc.getGetReadIndexesMethod(),
        GetReadIndexesRequest.newBuilder()
            .addAllGroups(groups.stream().map(PeerMessages::group).toList())
            .build(),
        Asked.read("node"),
        ReadMessages::indexes);
  }

  @Override
  public Shard shard(int number) {
    return new GrpcShard(number, calls);
  }

  @Override
  public CompletableFuture<CatalogWritten> writeCatalog(CatalogWrite write) {
    return calls.call(
        PeerServiceGrpc.getWriteCatalogMethod(),
        CatalogMessages.write(write),
        Asked.change(CATALOG),
        CatalogMessages::written);
  }

  @Override
  public CompletableFuture<Void> transferLeader(GroupKey group, NodeId target) {
    return calls.call(
        PeerServiceGrpc.getTransferLeaderMethod(),
        TransferPeerLeaderRequest.newBuilder()
            .setGroup(PeerMessages.group(group))
            .setTarget(PeerMessages.bytes(target.uuid()))
            .build(),
        Asked.change(group),
        _ -> nothing());
  }

  @Override
  public CompletableFuture<Optional<StateHash>> hashAt(GroupKey group, Position position) {
    var request = GetHashRequest.newBuilder().setPosition(PeerMessages.position(position));
    switch (group) {
      case GroupKey.CatalogGroup() -> request.setCatalog(true);
      case GroupKey.ShardGroup(int number) -> request.setShard(number);
    }
    return calls.call(
        PeerServiceGrpc.getGetHashMethod(),
        request.build(),
        Asked.read(group),
        response ->
            response.hasHash()
                ? Optional.of(CatalogMessages.hash(response.getHash()))
                : Optional.empty());
  }

  @Override
  public CompletableFuture<SegmentCounts> compact(int shard, long collectionId) {
    return calls.call(
        PeerServiceGrpc.getCompactFilesMethod(),
        CompactFilesRequest.newBuilder().setShard(shard).setCollectionId(collectionId).build(),
        Asked.read(new GroupKey.ShardGroup(shard)), // Comes to the same when it is asked twice.
        counts ->
            new SegmentCounts(
                counts.getSegments(), counts.getRows(), counts.getDeadRows(), counts.getBytes()));
  }

  @Override
  public CompletableFuture<Verification> verify(int shard, long collectionId) {
    return calls.call(
        PeerServiceGrpc.getVerifyFilesMethod(),
        VerifyFilesRequest.newBuilder().setShard(shard).setCollectionId(collectionId).build(),
        Asked.read(new GroupKey.ShardGroup(shard)),
        VerificationMessages::verification);
  }

  @Override
  public SnapshotSource snapshots() {
    return new GrpcSnapshots(calls);
  }

  // What a future of nothing holds.
  @SuppressWarnings("NullAway")
  static Void nothing() {
    return null;
  }
}
