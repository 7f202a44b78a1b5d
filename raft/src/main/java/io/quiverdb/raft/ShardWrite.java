package io.quiverdb.raft;

import io.quiverdb.core.Deletion;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.PayloadChange;
import io.quiverdb.core.Point;
import io.quiverdb.core.RequestStamp;
import io.quiverdb.core.Settings;
import io.quiverdb.core.SlotRange;
import java.util.List;

/// A write to one shard, before its leader makes an operation of it.
public sealed interface ShardWrite {
  RequestStamp stamp();

  record Upsert(RequestStamp stamp, long collectionId, List<Point> points) implements ShardWrite {
    public Upsert {
      points = List.copyOf(points);
    }
  }

  record SetPayload(RequestStamp stamp, long collectionId, List<PayloadChange> changes)
      implements ShardWrite {
    public SetPayload {
      changes = List.copyOf(changes);
    }
  }

  record Delete(RequestStamp stamp, long collectionId, List<Deletion> deletions)
      implements ShardWrite {
    public Delete {
      deletions = List.copyOf(deletions);
    }

    /// Of whatever points are there.
    public static Delete ofIds(RequestStamp stamp, long collectionId, List<String> ids) {
      return new Delete(stamp, collectionId, ids.stream().map(Deletion::new).toList());
    }
  }

  /// @param catalogIndex the catalogue entry that caused it
  /// @param wrappedKeys the same on every shard
  record CreateCollection(
      RequestStamp stamp,
      long collectionId,
      long catalogIndex,
      String name,
      Descriptor descriptor,
      Settings settings,
      WrappedKeys wrappedKeys)
      implements ShardWrite {}

  /// Drops a collection and destroys its keys.
  record ShredCollection(RequestStamp stamp, long collectionId, long catalogIndex)
      implements ShardWrite {}

  record DropCollection(RequestStamp stamp, long collectionId, long catalogIndex)
      implements ShardWrite {}

  /// @param catalogIndex the catalogue entry that caused it
  /// @param settings in place of all that the collection has
  record UpdateSettings(RequestStamp stamp, long collectionId, long catalogIndex, Settings settings)
      implements ShardWrite {}

  /// Gives the shard its epoch and the slots it owns; the first write to a fresh shard.
  record SetOwnership(RequestStamp stamp, long epoch, List<SlotRange> slots) implements ShardWrite {
    public SetOwnership {
      slots = List.copyOf(slots);
    }
  }

  /// Raises what the operations that follow mean; one that is not above the present one is
  /// superseded.
  record SetFeatureLevel(RequestStamp stamp, int level) implements ShardWrite {}

  /// Fixes a position at which every replica computes its state hash.
  record HashMark(RequestStamp stamp) implements ShardWrite {}
}
