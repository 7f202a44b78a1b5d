package io.quiverdb.node.peer;

import io.quiverdb.node.peer.PeerFailures.Asked;
import io.quiverdb.node.peer.proto.CloseSnapshotRequest;
import io.quiverdb.node.peer.proto.HoldLogRequest;
import io.quiverdb.node.peer.proto.OpenSnapshotRequest;
import io.quiverdb.node.peer.proto.PeerServiceGrpc;
import io.quiverdb.node.peer.proto.ReadSnapshotRequest;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.snapshot.SnapshotOffer;
import io.quiverdb.raft.snapshot.SnapshotSource;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/// Snapshots of another node. What is asked twice comes to the same, so every call is one that
/// reads.
final class GrpcSnapshots implements SnapshotSource {
  private final PeerCalls calls;

  GrpcSnapshots(PeerCalls calls) {
    this.calls = calls;
  }

  @Override
  public CompletableFuture<SnapshotOffer> open(int shard) {
    return calls.call(
        PeerServiceGrpc.getOpenSnapshotMethod(),
        OpenSnapshotRequest.newBuilder().setShard(shard).build(),
        Asked.read(new GroupKey.ShardGroup(shard)),
        SnapshotMessages::offer);
  }

  @Override
  public CompletableFuture<ByteBuffer> read(UUID lease, String file, long offset) {
    return calls.call(
        PeerServiceGrpc.getReadSnapshotMethod(),
        ReadSnapshotRequest.newBuilder()
            .setLease(PeerMessages.bytes(lease))
            .setFile(file)
            .setOffset(offset)
            .build(),
        Asked.read("snapshot"),
        response -> response.getPiece().asReadOnlyByteBuffer());
  }

  @Override
  public CompletableFuture<Void> close(UUID lease) {
    return calls.call(
        PeerServiceGrpc.getCloseSnapshotMethod(),
        CloseSnapshotRequest.newBuilder().setLease(PeerMessages.bytes(lease)).build(),
        Asked.read("snapshot"),
        _ -> GrpcPeer.nothing());
  }

  @Override
  public CompletableFuture<Void> holdLog(GroupKey group, long index) {
    return calls.call(
        PeerServiceGrpc.getHoldLogMethod(),
        HoldLogRequest.newBuilder().setGroup(PeerMessages.group(group)).setIndex(index).build(),
        Asked.read(group),
        _ -> GrpcPeer.nothing());
  }
}
