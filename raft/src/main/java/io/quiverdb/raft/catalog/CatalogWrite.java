package io.quiverdb.raft.catalog;

import io.quiverdb.core.Descriptor;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.Settings;
import io.quiverdb.core.VersionRange;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeId;

/// A change of the catalogue that users ask for.
public sealed interface CatalogWrite {
  RequestId requestId();

  record CreateCollection(
      RequestId requestId, String name, Descriptor descriptor, Settings settings)
      implements CatalogWrite {}

  record UpdateSettings(RequestId requestId, String name, SettingsChange change)
      implements CatalogWrite {}

  record DropCollection(RequestId requestId, String name) implements CatalogWrite {}

  /// Drops a collection, and destroys its keys wherever they are.
  record ShredCollection(RequestId requestId, String name) implements CatalogWrite {}

  /// A node joins; one that is there stays as it is.
  ///
  /// @param levels feature levels that it supports; refused if the cluster's is not among them
  record AddNode(RequestId requestId, Member member, VersionRange levels) implements CatalogWrite {}

  record SetNodeState(RequestId requestId, NodeId node, ClusterNode.State state)
      implements CatalogWrite {}

  record SetReplicationFactor(RequestId requestId, int replicationFactor) implements CatalogWrite {}

  /// Has `to` replicate a shard in place of `from`.
  record MoveReplica(RequestId requestId, int shard, NodeId from, NodeId to)
      implements CatalogWrite {}

  /// Spreads the replicas over the nodes.
  record Rebalance(RequestId requestId) implements CatalogWrite {}

  /// Lets the cluster do what only a later release knows, and ends the way back to earlier ones.
  ///
  /// @param level that every node supports; refused naming those that do not, or do not answer
  record RaiseFeatureLevel(RequestId requestId, int level) implements CatalogWrite {}

  record CreateApiKey(RequestId requestId, StoredApiKey key) implements CatalogWrite {}

  /// @param id of a key that is not the last
  record RevokeApiKey(RequestId requestId, String id) implements CatalogWrite {}
}
