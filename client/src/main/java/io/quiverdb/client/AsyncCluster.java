package io.quiverdb.client;

import io.quiverdb.api.v1.CheckReplicasRequest;
import io.quiverdb.api.v1.ClusterGrpc;
import io.quiverdb.api.v1.GetStatusRequest;
import io.quiverdb.api.v1.GetTopologyRequest;
import io.quiverdb.api.v1.InitClusterRequest;
import io.quiverdb.api.v1.TransferLeaderRequest;
import io.quiverdb.client.routing.Repeat;
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
