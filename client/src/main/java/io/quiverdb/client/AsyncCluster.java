package io.quiverdb.client;

import io.grpc.MethodDescriptor;
import io.quiverdb.api.v1.CheckReplicasRequest;
import io.quiverdb.api.v1.ClusterGrpc;
import io.quiverdb.api.v1.DrainNodeRequest;
import io.quiverdb.api.v1.GetStatusRequest;
import io.quiverdb.api.v1.GetTopologyRequest;
import io.quiverdb.api.v1.InitClusterRequest;
import io.quiverdb.api.v1.MoveReplicaRequest;
import io.quiverdb.api.v1.RebalanceRequest;
import io.quiverdb.api.v1.RemoveNodeRequest;
import io.quiverdb.api.v1.SetFeatureLevelRequest;
import io.quiverdb.api.v1.SetFeatureLevelResponse;
import io.quiverdb.api.v1.SetReplicationFactorRequest;
import io.quiverdb.api.v1.TransferLeaderRequest;
import io.quiverdb.client.routing.Repeat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// The calls of [Cluster], as futures. They fail with [QuiverException].
public final class AsyncCluster {
  private final Calls calls;

  AsyncCluster(Calls calls) {
    this.calls = calls;
  }

  /// @see Cluster#init()
  public CompletableFuture<ClusterInfo> init() {
    return init(0, 0);
  }

  /// @see Cluster#init(int, int)
  public CompletableFuture<ClusterInfo> init(int shards, int replicationFactor) {
    InitClusterRequest request =
        InitClusterRequest.newBuilder()
            .setShards(shards)
            .setReplicationFactor(replicationFactor)
            .build();
    return calls.publish(
        calls
            .router()
            .ask(ClusterGrpc.getInitClusterMethod(), request, Repeat.ONCE)
            .thenApply(
                formed ->
                    new ClusterInfo(
                        formed.getClusterId(),
                        formed.getNodes(),
                        formed.getShards(),
                        formed.getReplicationFactor(),
                        Optional.of(formed.getAdminKey()).filter(key -> !key.isEmpty()))));
  }

  /// @see Cluster#topology
  public CompletableFuture<ClusterTopology> topology() {
    return calls.publish(
        calls
            .router()
            .ask(
                ClusterGrpc.getGetTopologyMethod(),
                GetTopologyRequest.getDefaultInstance(),
                Repeat.READ)
            .thenApply(ClusterTopology::of));
  }

  /// @see Cluster#status
  public CompletableFuture<ClusterStatus> status() {
    return calls.publish(
        calls
            .router()
            .ask(
                ClusterGrpc.getGetStatusMethod(),
                GetStatusRequest.getDefaultInstance(),
                Repeat.READ)
            .thenApply(ClusterStatus::of));
  }

  /// @see Cluster#check
  public CompletableFuture<ReplicaCheck> check() {
    return calls.publish(
        calls
            .router()
            .ask(
                ClusterGrpc.getCheckReplicasMethod(),
                CheckReplicasRequest.getDefaultInstance(),
                Repeat.SLOW_READ)
            .thenApply(ReplicaCheck::of));
  }

  /// @see Cluster#change
  public CompletableFuture<List<ReplicaMove>> change(MembershipChange change) {
    return ask(change, false);
  }

  /// @see Cluster#plan
  public CompletableFuture<List<ReplicaMove>> plan(MembershipChange change) {
    return ask(change, true);
  }

  /// @see Cluster#setFeatureLevel
  public CompletableFuture<Integer> setFeatureLevel(int level) {
    return setFeatureLevel(level, false);
  }

  /// @see Cluster#planFeatureLevel
  public CompletableFuture<Integer> planFeatureLevel(int level) {
    return setFeatureLevel(level, true);
  }

  private CompletableFuture<Integer> setFeatureLevel(int level, boolean planOnly) {
    return calls.publish(
        calls
            .router()
            .ask(
                ClusterGrpc.getSetFeatureLevelMethod(),
                SetFeatureLevelRequest.newBuilder()
                    .setFeatureLevel(level)
                    .setPlanOnly(planOnly)
                    .build(),
                Repeat.CHANGE)
            .thenApply(SetFeatureLevelResponse::getFeatureLevel));
  }

  private CompletableFuture<List<ReplicaMove>> ask(MembershipChange change, boolean planOnly) {
    // What comes to the same when it arrives twice; a move is refused then.
    if (change instanceof MembershipChange.ReplicationFactor factor) {
      return ask(
          ClusterGrpc.getSetReplicationFactorMethod(),
          SetReplicationFactorRequest.newBuilder()
              .setReplicationFactor(factor.replicationFactor())
              .setPlanOnly(planOnly)
              .build());
    }
    if (change instanceof MembershipChange.Drain drain) {
      return drain(drain.nodeId(), false, planOnly);
    }
    if (change instanceof MembershipChange.CancelDrain cancel) {
      return drain(cancel.nodeId(), true, planOnly);
    }
    if (change instanceof MembershipChange.Remove remove) {
      return ask(
          ClusterGrpc.getRemoveNodeMethod(),
          RemoveNodeRequest.newBuilder().setNodeId(remove.nodeId()).setPlanOnly(planOnly).build());
    }
    if (change instanceof MembershipChange.Move move) {
      return ask(
          ClusterGrpc.getMoveReplicaMethod(),
          MoveReplicaRequest.newBuilder()
              .setShard(move.shard())
              .setFromNodeId(move.fromNodeId())
              .setToNodeId(move.toNodeId())
              .setPlanOnly(planOnly)
              .build());
    }
    return ask(
        ClusterGrpc.getRebalanceMethod(),
        RebalanceRequest.newBuilder().setPlanOnly(planOnly).build());
  }

  private CompletableFuture<List<ReplicaMove>> drain(
      String nodeId, boolean cancel, boolean planOnly) {
    return ask(
        ClusterGrpc.getDrainNodeMethod(),
        DrainNodeRequest.newBuilder()
            .setNodeId(nodeId)
            .setCancel(cancel)
            .setPlanOnly(planOnly)
            .build());
  }

  private <Q> CompletableFuture<List<ReplicaMove>> ask(
      MethodDescriptor<Q, io.quiverdb.api.v1.MembershipChange> method, Q request) {
    return calls.publish(
        calls
            .router()
            .ask(method, request, Repeat.CHANGE)
            .thenApply(changed -> changed.getMovesList().stream().map(ReplicaMove::of).toList()));
  }

  /// @see Cluster#transferLeader
  public CompletableFuture<Void> transferLeader(int shard, String nodeId) {
    TransferLeaderRequest request =
        TransferLeaderRequest.newBuilder().setShard(shard).setNodeId(nodeId).build();
    return calls.publish(
        calls
            .router()
            .ask(ClusterGrpc.getTransferLeaderMethod(), request, Repeat.CHANGE)
            .thenAccept(done -> {}));
  }
}
