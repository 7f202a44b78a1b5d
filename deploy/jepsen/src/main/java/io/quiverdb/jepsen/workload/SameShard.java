package io.quiverdb.jepsen.workload;

import io.quiverdb.client.Collection;
import io.quiverdb.client.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// Finds ids that lie on one shard, by asking: an acknowledged write tells where it went.
final class SameShard {
  private SameShard() {}

  /// Writes points of ids that begin with `prefix` until `count` of them lie on one shard, and
  /// deletes them all again.
  static List<String> ids(Collection collection, String prefix, int count) {
    var byShard = new TreeMap<Integer, List<String>>();
    var all = new ArrayList<String>();
    while (true) {
      var id = prefix + all.size();
      all.add(id);
      int shard = collection.upsert(Point.of(id, 0)).parts().getFirst().shard();
      var onShard = byShard.computeIfAbsent(shard, _ -> new ArrayList<>());
      onShard.add(id);
      if (onShard.size() == count) {
        var _ = collection.delete(all);
        return List.copyOf(onShard);
      }
    }
  }
}
