package io.quiverdb.client;

import java.util.List;

/// What concerns the cluster as a whole. Every call can fail with a [QuiverException].
public final class Cluster {
  private final AsyncCluster async;

  Cluster(AsyncCluster async) {
    this.async = async;
  }

  /// The same calls as futures.
  public AsyncCluster async() {
    return async;
  }

  /// As [#init(int, int)], with as many shards as nodes but at least 3, and up to 3 replicas.
  public ClusterInfo init() {
    return Calls.await(async.init());
  }

  /// Makes one cluster of the nodes that were started with the same list of peers. Once.
  ///
  /// @param shards fixed for the life of the cluster; 0 for the default
  /// @param replicationFactor 0 for the default
  /// @throws OutcomeUnknownException if the connection broke: ask for the [#status]
  public ClusterInfo init(int shards, int replicationFactor) {
    return Calls.await(async.init(shards, replicationFactor));
  }

  public ClusterTopology topology() {
    return Calls.await(async.topology());
  }

  public ClusterStatus status() {
    return Calls.await(async.status());
  }

  /// Compares the state hashes of all replicas: the catalogue's, and each shard's, at one position
  /// of its log.
  public ReplicaCheck check() {
    return Calls.await(async.check());
  }

  /// Decides a change of which nodes replicate what, and does not wait for it: the cluster carries
  /// it out, whichever nodes die meanwhile. [#status] tells how far it is.
  ///
  /// @return what is moved for it, with what was under way
  /// @throws InvalidArgumentException if it makes no sense now, such as draining a node that the
  ///   replication factor needs
  public List<ReplicaMove> change(MembershipChange change) {
    return Calls.await(async.change(change));
  }

  /// What would be moved for a change. Changes nothing.
  public List<ReplicaMove> plan(MembershipChange change) {
    return Calls.await(async.plan(change));
  }

  /// Ends an upgrade, when every node runs the new release: lets the cluster do what only that one
  /// knows. No node goes back to an earlier release from then on. To ask for the level that the
  /// cluster has changes nothing.
  ///
  /// @return the cluster's level
  /// @throws InvalidArgumentException if it is below the cluster's, or a node does not support it
  /// @throws UnavailableException if a node does not answer
  public int setFeatureLevel(int level) {
    return Calls.await(async.setFeatureLevel(level));
  }

  /// Fails as [#setFeatureLevel] would. Changes nothing.
  ///
  /// @return the cluster's level
  public int planFeatureLevel(int level) {
    return Calls.await(async.planFeatureLevel(level));
  }

  /// Has a node lead a shard of which it has a replica.
  public void transferLeader(int shard, String nodeId) {
    Calls.await(async.transferLeader(shard, nodeId));
  }
}
