package io.quiverdb.raft;

import io.quiverdb.raft.catalog.ShardMap;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;

/// What Ratis calls the groups of a cluster and their members.
final class GroupIds {
  private GroupIds() {}

  /// A version 3 UUID of the cluster's id and the group's name.
  static RaftGroupId of(UUID clusterId, GroupKey key) {
    String name = clusterId + "/" + key;
    return RaftGroupId.valueOf(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.US_ASCII)));
  }

  /// All groups of a cluster.
  static Map<RaftGroupId, GroupKey> of(Claim claim) {
    Map<RaftGroupId, GroupKey> groups = new LinkedHashMap<>();
    var catalog = new GroupKey.CatalogGroup();
    groups.put(of(claim.clusterId(), catalog), catalog);
    for (int number = 0; number < claim.shards(); number++) {
      var key = new GroupKey.ShardGroup(number);
      groups.put(of(claim.clusterId(), key), key);
    }
    return groups;
  }

  /// The members of a group as the cluster is formed.
  static List<RaftPeer> members(Claim claim, GroupKey key) {
    return claim.members().stream()
        .filter(member -> isMember(claim, key, member.id()))
        .map(GroupIds::peer)
        .toList();
  }

  private static boolean isMember(Claim claim, GroupKey key, NodeId node) {
    return switch (key) {
      case GroupKey.CatalogGroup() -> true;
      case GroupKey.ShardGroup(int number) ->
          ShardMap.of(claim).shards().get(number).members().contains(node);
    };
  }

  /// All with the same priority: Ratis moves leadership by itself to one with a higher one, and to
  /// no other when asked.
  static RaftPeer peer(Member member) {
    return RaftPeer.newBuilder()
        .setId(RaftPeerId.valueOf(member.id().toString()))
        .setAddress(member.addresses().raft())
        .build();
  }
}
