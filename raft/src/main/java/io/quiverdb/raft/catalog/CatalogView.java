package io.quiverdb.raft.catalog;

import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.ShardInfo;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// The catalogue as it was after one of its entries: immutable.
public interface CatalogView {
  /// Of the last entry applied.
  long index();

  UUID clusterId();

  /// What the operations of the catalogue mean, and soon those of every shard. Never falls.
  int featureLevel();

  /// The nodes, and what they replicate.
  Membership membership();

  /// The nodes of the cluster, by id.
  default List<Member> members() {
    return membership().nodes().stream().map(ClusterNode::member).toList();
  }

  default Optional<Member> member(NodeId id) {
    return members().stream().filter(member -> member.id().equals(id)).findFirst();
  }

  /// By number.
  List<ShardInfo> shards();

  /// The shard that owns an id.
  ShardInfo shardOf(String pointId);

  /// By name; those that are not dropped.
  List<CollectionInfo> collections();

  Optional<CollectionInfo> collection(String name);

  /// In the order in which they began: those that go on, and the last that are complete.
  List<Shredding> shreddings();

  /// The last one of a collection of this name.
  default Optional<Shredding> shredding(String name) {
    return shreddings().stream().filter(one -> one.name().equals(name)).reduce((_, later) -> later);
  }

  /// By id.
  List<StoredApiKey> apiKeys();

  default Optional<StoredApiKey> apiKey(String id) {
    return apiKeys().stream().filter(key -> key.id().equals(id)).findFirst();
  }
}
