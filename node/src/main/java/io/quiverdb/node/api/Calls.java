package io.quiverdb.node.api;

import io.quiverdb.api.v1.ClusterGrpc;
import io.quiverdb.api.v1.CollectionsGrpc;
import io.quiverdb.api.v1.PointsGrpc;
import io.quiverdb.api.v1.SearchGrpc;
import io.quiverdb.node.routing.Cluster;
import io.quiverdb.node.routing.ShardRouter;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/// All calls of the contract.
final class Calls {
  private Calls() {}

  /// @param ids draws request ids for those who bring none
  static List<Call<?, ?>> over(Cluster cluster, Limits limits, Supplier<UUID> ids) {
    var router = new ShardRouter(cluster);
    var collections = new CollectionCalls(router, limits, ids);
    var points = new PointCalls(router, limits, ids);
    var searches = new SearchCalls(router, limits);
    var clusters = new ClusterCalls(cluster, ids);
    return List.of(
        new Call<>(CollectionsGrpc.getCreateCollectionMethod(), collections::create),
        new Call<>(CollectionsGrpc.getGetCollectionMethod(), collections::get),
        new Call<>(CollectionsGrpc.getListCollectionsMethod(), collections::list),
        new Call<>(CollectionsGrpc.getDropCollectionMethod(), collections::drop),
        new Call<>(PointsGrpc.getUpsertMethod(), points::upsert),
        new Call<>(PointsGrpc.getGetMethod(), points::get),
        new Call<>(PointsGrpc.getDeleteMethod(), points::delete),
        new Call<>(PointsGrpc.getScanMethod(), points::scan),
        new Call<>(PointsGrpc.getCountMethod(), points::count),
        new Call<>(SearchGrpc.getSearchMethod(), searches::search),
        new Call<>(ClusterGrpc.getInitClusterMethod(), clusters::init),
        new Call<>(ClusterGrpc.getGetTopologyMethod(), clusters::topology),
        new Call<>(ClusterGrpc.getGetStatusMethod(), clusters::status),
        new Call<>(ClusterGrpc.getCheckReplicasMethod(), clusters::check),
        new Call<>(ClusterGrpc.getTransferLeaderMethod(), clusters::transfer));
  }
}
