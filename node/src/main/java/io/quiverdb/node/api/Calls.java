package io.quiverdb.node.api;

import io.quiverdb.api.v1.ClusterGrpc;
import io.quiverdb.api.v1.CollectionsGrpc;
import io.quiverdb.api.v1.KeysGrpc;
import io.quiverdb.api.v1.PointsGrpc;
import io.quiverdb.api.v1.SearchGrpc;
import io.quiverdb.node.routing.Cluster;
import io.quiverdb.node.routing.Compaction;
import io.quiverdb.node.routing.Erasure;
import io.quiverdb.node.routing.FileCheck;
import io.quiverdb.node.routing.ShardRouter;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/// All calls of the contract.
final class Calls {
  private Calls() {}

  /// All with one answer.
  ///
  /// @param ids draws request ids for those who bring none
  /// @param makesAdminKey whether whoever forms the cluster gets its first API key
  static List<Call<?, ?>> over(
      Cluster cluster, Limits limits, Supplier<UUID> ids, boolean makesAdminKey) {
    var router = new ShardRouter(cluster);
    var collections =
        new CollectionCalls(
            router,
            new FileCheck(cluster),
            new Compaction(cluster),
            new Erasure(cluster),
            limits,
            ids);
    var points = new PointCalls(router, limits, ids);
    var searches = new SearchCalls(router, limits);
    var memberships = new MembershipCalls(cluster, ids);
    var keys = new KeyCalls(cluster, ids);
    var clusters =
        new ClusterCalls(cluster, ids, makesAdminKey ? Optional.of(keys) : Optional.empty());
    return List.of(
        Call.change(CollectionsGrpc.getCreateCollectionMethod(), collections::create),
        Call.read(CollectionsGrpc.getGetCollectionMethod(), collections::get),
        Call.read(CollectionsGrpc.getListCollectionsMethod(), collections::list),
        Call.change(CollectionsGrpc.getUpdateSettingsMethod(), collections::update),
        Call.change(CollectionsGrpc.getDropCollectionMethod(), collections::drop),
        Call.change(CollectionsGrpc.getShredCollectionMethod(), collections::shred),
        Call.read(CollectionsGrpc.getGetShredStatusMethod(), collections::shredStatus),
        Call.change(CollectionsGrpc.getCompactCollectionMethod(), collections::compact),
        Call.read(CollectionsGrpc.getVerifyCollectionMethod(), collections::verify),
        Call.change(PointsGrpc.getUpsertMethod(), points::upsert),
        Call.change(PointsGrpc.getSetPayloadMethod(), points::setPayload),
        Call.readMany(PointsGrpc.getGetMethod(), points::get),
        Call.change(PointsGrpc.getDeleteMethod(), points::delete),
        Call.readMany(PointsGrpc.getScanMethod(), points::scan),
        Call.read(PointsGrpc.getCountMethod(), points::count),
        Call.readMany(SearchGrpc.getSearchMethod(), searches::search),
        Call.readMany(SearchGrpc.getSearchBatchMethod(), searches::searchBatch),
        Call.read(SearchGrpc.getExplainMethod(), searches::explain),
        Call.change(ClusterGrpc.getInitClusterMethod(), clusters::init),
        Call.read(ClusterGrpc.getGetTopologyMethod(), clusters::topology),
        Call.read(ClusterGrpc.getGetStatusMethod(), clusters::status),
        Call.read(ClusterGrpc.getCheckReplicasMethod(), clusters::check),
        Call.change(ClusterGrpc.getTransferLeaderMethod(), clusters::transfer),
        Call.change(ClusterGrpc.getSetReplicationFactorMethod(), memberships::setReplicationFactor),
        Call.change(ClusterGrpc.getSetFeatureLevelMethod(), clusters::setFeatureLevel),
        Call.change(ClusterGrpc.getDrainNodeMethod(), memberships::drain),
        Call.change(ClusterGrpc.getRemoveNodeMethod(), memberships::remove),
        Call.change(ClusterGrpc.getMoveReplicaMethod(), memberships::move),
        Call.change(ClusterGrpc.getRebalanceMethod(), memberships::rebalance),
        Call.change(KeysGrpc.getCreateApiKeyMethod(), keys::create),
        Call.read(KeysGrpc.getListApiKeysMethod(), keys::list),
        Call.change(KeysGrpc.getRevokeApiKeyMethod(), keys::revoke));
  }

  /// Those that are answered for as long as their callers listen.
  static List<StreamCall<?, ?>> streamsOver(Cluster cluster, Supplier<UUID> ids) {
    var clusters = new ClusterCalls(cluster, ids, Optional.empty());
    return List.of(new StreamCall<>(ClusterGrpc.getWatchTopologyMethod(), clusters::topology));
  }
}
