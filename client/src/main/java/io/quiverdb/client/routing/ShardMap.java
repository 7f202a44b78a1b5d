package io.quiverdb.client.routing;

import io.quiverdb.api.v1.Topology;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// Which shard holds which slots, and who leads it, as far as one node knew. Leaders change; slots
/// of a formed cluster do not.
final class ShardMap {
  static final int NO_SHARD = -1;
  static final ShardMap UNKNOWN = of(Topology.getDefaultInstance());

  private final List<String> addresses;
  private final int[] shardOfSlot;
  private final boolean formed;
  private final Map<Integer, String> leaders;
  private final Map<Integer, List<String>> replicas;

  private ShardMap(
      List<String> addresses,
      int[] shardOfSlot,
      boolean formed,
      Map<Integer, String> leaders,
      Map<Integer, List<String>> replicas) {
    this.addresses = addresses;
    this.shardOfSlot = shardOfSlot;
    this.formed = formed;
    this.leaders = leaders;
    this.replicas = replicas;
  }

  static ShardMap of(Topology topology) {
    Map<String, String> addressOfNode = new HashMap<>();
    for (Topology.Node node : topology.getNodesList()) {
      if (!node.getClientAddress().isEmpty()) {
        addressOfNode.put(node.getId(), node.getClientAddress());
      }
    }
    int[] shardOfSlot = new int[Slots.COUNT];
    Arrays.fill(shardOfSlot, NO_SHARD);
    Map<Integer, String> leaders = new HashMap<>();
    Map<Integer, List<String>> replicas = new HashMap<>();
    for (Topology.Shard shard : topology.getShardsList()) {
      for (Topology.SlotRange range : shard.getSlotsList()) {
        int last = Math.min(range.getLast(), Slots.COUNT - 1);
        for (int slot = Math.max(0, range.getFirst()); slot <= last; slot++) {
          shardOfSlot[slot] = shard.getNumber();
        }
      }
      replicas.put(
          shard.getNumber(),
          shard.getMemberIdsList().stream()
              .map(addressOfNode::get)
              .filter(Objects::nonNull)
              .toList());
      String leader = addressOfNode.get(shard.getLeaderId());
      if (leader != null) {
        leaders.put(shard.getNumber(), leader);
      }
    }
    return new ShardMap(
        topology.getNodesList().stream()
            .map(Topology.Node::getClientAddress)
            .filter(address -> !address.isEmpty())
            .toList(),
        shardOfSlot,
        topology.getShardsCount() > 0,
        Map.copyOf(leaders),
        Map.copyOf(replicas));
  }

  List<String> addresses() {
    return addresses;
  }

  /// Whether the cluster has shards: before, only a node can say what is wrong with a call.
  boolean formed() {
    return formed;
  }

  /// [#NO_SHARD] if none is known to hold the id.
  int shardOf(String id) {
    return shardOfSlot[Slots.of(id)];
  }

  Optional<String> leaderOf(int shard) {
    return Optional.ofNullable(leaders.get(shard));
  }

  /// None if they are not known.
  List<String> replicasOf(int shard) {
    return replicas.getOrDefault(shard, List.of());
  }

  /// The same shards, reached by way of these nodes, whoever leads them.
  ShardMap behind(List<String> nodes) {
    return new ShardMap(List.copyOf(nodes), shardOfSlot, formed, Map.of(), Map.of());
  }

  ShardMap withLeader(int shard, String address) {
    Map<Integer, String> changed = new HashMap<>(leaders);
    changed.put(shard, address);
    return new ShardMap(addresses, shardOfSlot, formed, Map.copyOf(changed), replicas);
  }
}
