package io.quiverdb.client;

import io.grpc.stub.StreamObserver;
import io.quiverdb.api.v1.CheckReplicasRequest;
import io.quiverdb.api.v1.CheckReplicasResponse;
import io.quiverdb.api.v1.ClusterGrpc;
import io.quiverdb.api.v1.ClusterStatus;
import io.quiverdb.api.v1.GetStatusRequest;
import io.quiverdb.api.v1.GetTopologyRequest;
import io.quiverdb.api.v1.InitClusterRequest;
import io.quiverdb.api.v1.InitClusterResponse;
import io.quiverdb.api.v1.NodeStatus;
import io.quiverdb.api.v1.ReplicaStatus;
import io.quiverdb.api.v1.Topology;
import io.quiverdb.api.v1.TransferLeaderRequest;
import io.quiverdb.api.v1.TransferLeaderResponse;
import io.quiverdb.api.v1.WatchTopologyRequest;

/// The calls on the cluster as a whole.
final class FakeClusterService extends ClusterGrpc.ClusterImplBase {
  private final FakeCluster cluster;
  private final FakeNode node;

  FakeClusterService(FakeCluster cluster, FakeNode node) {
    this.cluster = cluster;
    this.node = node;
  }

  @Override
  public void initCluster(
      InitClusterRequest request, StreamObserver<InitClusterResponse> observer) {
    node.answer(
        "initCluster",
        request,
        () ->
            InitClusterResponse.newBuilder()
                .setClusterId("fake")
                .setNodes(cluster.nodes().size())
                .setShards(request.getShards())
                .setReplicationFactor(request.getReplicationFactor())
                .build(),
        observer);
  }

  @Override
  public void getTopology(GetTopologyRequest request, StreamObserver<Topology> observer) {
    node.answer("getTopology", request, cluster::topology, observer);
  }

  @Override
  public void watchTopology(WatchTopologyRequest request, StreamObserver<Topology> observer) {
    cluster.listen(observer);
  }

  @Override
  public void getStatus(GetStatusRequest request, StreamObserver<ClusterStatus> observer) {
    node.answer(
        "getStatus",
        request,
        () -> {
          ClusterStatus.Builder status = ClusterStatus.newBuilder().setClusterId("fake");
          for (FakeNode any : cluster.nodes()) {
            status.addNodes(
                NodeStatus.newBuilder()
                    .setId(any.id())
                    .setClientAddress(any.address())
                    .setVersion("1")
                    .setReachable(any.alive())
                    .setReady(any.alive())
                    .addReplicas(
                        ReplicaStatus.newBuilder()
                            .setRole(ReplicaStatus.Role.LEADER)
                            .setTerm(2)
                            .setCommittedIndex(7)
                            .setAppliedIndex(6)
                            .setCheckpointedIndex(-1)
                            .setPoints(5)));
          }
          return status.build();
        },
        observer);
  }

  @Override
  public void checkReplicas(
      CheckReplicasRequest request, StreamObserver<CheckReplicasResponse> observer) {
    node.answer(
        "checkReplicas",
        request,
        () ->
            CheckReplicasResponse.newBuilder()
                .setEqual(true)
                .setCatalog(
                    CheckReplicasResponse.CatalogCheck.newBuilder()
                        .setIndex(5)
                        .addReplicas(
                            CheckReplicasResponse.ReplicaHash.newBuilder()
                                .setNodeId("node-1")
                                .setError("down")))
                .addShards(
                    CheckReplicasResponse.ShardCheck.newBuilder()
                        .setTerm(2)
                        .setIndex(7)
                        .addReplicas(
                            CheckReplicasResponse.ReplicaHash.newBuilder()
                                .setNodeId("node-0")
                                .setLeader(true)
                                .setHash("0f")))
                .build(),
        observer);
  }

  @Override
  public void transferLeader(
      TransferLeaderRequest request, StreamObserver<TransferLeaderResponse> observer) {
    node.answer(
        "transferLeader",
        request,
        () -> {
          int target = Integer.parseInt(request.getNodeId().substring("node-".length()));
          cluster.shard(request.getShard()).lead(target);
          return TransferLeaderResponse.getDefaultInstance();
        },
        observer);
  }
}
