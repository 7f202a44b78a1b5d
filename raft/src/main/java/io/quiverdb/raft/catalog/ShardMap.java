package io.quiverdb.raft.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quiverdb.core.SlotRange;
import io.quiverdb.core.Slots;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.ShardInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/// The shards of a cluster as its claim decides them: equal runs of slots, for good, and replicated
/// at first by the members in rotation.
public final class ShardMap {
  public static final int SHARDS_MAX = 256;

  private final List<ShardInfo> shards;

  private ShardMap(List<ShardInfo> shards) {
    this.shards = List.copyOf(shards);
  }

  public static ShardMap of(Claim claim) {
    var shards = new ArrayList<ShardInfo>(claim.shards());
    for (int number = 0; number < claim.shards(); number++) {
      var slots =
          new SlotRange(
              firstSlot(number, claim.shards()), firstSlot(number + 1, claim.shards()) - 1);
      shards.add(new ShardInfo(number, claim.epoch(), List.of(slots), members(number, claim)));
    }
    return new ShardMap(shards);
  }

  /// The same slots, replicated by others.
  ///
  /// @param members of a shard, by its number
  ShardMap withMembers(IntFunction<List<NodeId>> members) {
    return new ShardMap(
        shards.stream()
            .map(
                shard ->
                    new ShardInfo(
                        shard.number(),
                        shard.epoch(),
                        shard.slots(),
                        members.apply(shard.number())))
            .toList());
  }

  /// By number.
  public List<ShardInfo> shards() {
    return shards;
  }

  /// The shard that owns an id.
  public ShardInfo shardOf(String pointId) {
    return ownerOf(Slots.of(pointId.getBytes(UTF_8)));
  }

  ShardInfo ownerOf(int slot) {
    int number = (int) ((long) slot * shards.size() / Slots.COUNT);
    // Runs start at the slot rounded down, so that the quotient may be one too small.
    if (number + 1 < shards.size() && slot >= firstSlot(number + 1, shards.size())) {
      number++;
    }
    return shards.get(number);
  }

  private static int firstSlot(int number, int shards) {
    return (int) ((long) number * Slots.COUNT / shards);
  }

  private static List<NodeId> members(int number, Claim claim) {
    var members = new ArrayList<NodeId>(claim.replicationFactor());
    for (int replica = 0; replica < claim.replicationFactor(); replica++) {
      members.add(claim.members().get((number + replica) % claim.members().size()).id());
    }
    return members;
  }
}
