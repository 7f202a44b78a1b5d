package io.quiverdb.node.routing;

import io.quiverdb.raft.Written;
import java.util.List;

/// What became of one part of a write.
public sealed interface PartResult {
  int shard();

  /// Which of the request's points or ids, in its order.
  List<Integer> indexes();

  /// The shard settled it.
  record Settled(int shard, List<Integer> indexes, Written written) implements PartResult {}

  /// The shard was not reached, refused, or its answer is not known.
  record Failed(int shard, List<Integer> indexes, RuntimeException failure) implements PartResult {}
}
