package io.quiverdb.client;

import io.quiverdb.api.v1.Topology;
import java.util.List;
import java.util.Optional;

/// Who leads which shard, as far as one node knows.
///
/// @param clusterId empty before the cluster is formed
public record ClusterTopology(Optional<String> clusterId, List<Node> nodes, List<Shard> shards) {
  public ClusterTopology {
    nodes = List.copyOf(nodes);
    shards = List.copyOf(shards);
  }

  /// @param clientAddress host:port
  public record Node(String id, String clientAddress) {}

  /// @param leaderId empty if unknown
  public record Shard(
      int number,
      long epoch,
      List<SlotRange> slots,
      List<String> memberIds,
      Optional<String> leaderId) {
    public Shard {
      slots = List.copyOf(slots);
      memberIds = List.copyOf(memberIds);
    }
  }

  /// Both ends belong to it; within 0 to 16383.
  public record SlotRange(int first, int last) {}

  static ClusterTopology of(Topology topology) {
    return new ClusterTopology(
        Optional.of(topology.getClusterId()).filter(id -> !id.isEmpty()),
        topology.getNodesList().stream()
            .map(node -> new Node(node.getId(), node.getClientAddress()))
            .toList(),
        topology.getShardsList().stream().map(ClusterTopology::shard).toList());
  }

  private static Shard shard(Topology.Shard shard) {
    return new Shard(
        shard.getNumber(),
        shard.getEpoch(),
        shard.getSlotsList().stream()
            .map(range -> new SlotRange(range.getFirst(), range.getLast()))
            .toList(),
        shard.getMemberIdsList(),
        Optional.of(shard.getLeaderId()).filter(id -> !id.isEmpty()));
  }
}
