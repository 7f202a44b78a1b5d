package io.quiverdb.node.api;

import io.quiverdb.api.v1.ClusterGrpc;
import io.quiverdb.api.v1.CollectionsGrpc;
import io.quiverdb.api.v1.PointsGrpc;
import io.quiverdb.api.v1.SearchGrpc;
import io.quiverdb.node.routing.Cluster;
import io.quiverdb.node.routing.Compaction;
import io.quiverdb.node.routing.FileCheck;
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
    var collections =
        new CollectionCalls(router, new FileCheck(cluster), new Compaction(cluster), limits, ids);
    var points = new PointCalls(router, limits, ids);
    var searches = new SearchCalls(router, limits);
    var clusters = new ClusterCalls(cluster, ids);
    return List.of(
        Call.change(CollectionsGrpc.getCreateCollectionMethod(), collections::create),
        Call.read(CollectionsGrpc.getGetCollectionMethod(), collections::get),
        Call.read(CollectionsGrpc.getListCollectionsMethod(), collections::list),
        Call.change(CollectionsGrpc.getUpdateSettingsMethod(), collections::update),
        Call.change(CollectionsGrpc.getDropCollectionMethod(), collections::drop),
        Call.change(CollectionsGrpc.getCompactCollectionMethod(), collections::compact),
        Call.read(CollectionsGrpc.getVerifyCollectionMethod(), collections::verify),
        Call.change(PointsGrpc.getUpsertMethod(), points::upsert),
        Call.change(PointsGrpc.getSetPayloadMethod(), points::setPayload),
        Call.read(PointsGrpc.getGetMethod(), points::get),
        Call.change(PointsGrpc.getDeleteMethod(), points::delete),
        Call.read(PointsGrpc.getScanMethod(), points::scan),
        Call.read(PointsGrpc.getCountMethod(), points::count),
        Call.read(SearchGrpc.getSearchMethod(), searches::search),
        Call.read(SearchGrpc.getSearchBatchMethod(), searches::searchBatch),
        Call.read(SearchGrpc.getExplainMethod(), searches::explain),
        Call.change(ClusterGrpc.getInitClusterMethod(), clusters::init),
        Call.read(ClusterGrpc.getGetTopologyMethod(), clusters::topology),
        Call.read(ClusterGrpc.getGetStatusMethod(), clusters::status),
        Call.read(ClusterGrpc.getCheckReplicasMethod(), clusters::check),
        Call.change(ClusterGrpc.getTransferLeaderMethod(), clusters::transfer));
  }
}
