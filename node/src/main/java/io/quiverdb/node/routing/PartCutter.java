package io.quiverdb.node.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;

/// Groups what a request writes by shard, and cuts each group into parts that fit a log entry.
final class PartCutter {
  /// The most that a part counts, unless one element alone counts more. A constant of feature level
  /// 1: what was cut otherwise would be another request under the same id.
  static final int PART_BYTES_MAX = 1 << 20;

  /// What an element counts besides its content.
  static final int ELEMENT_BYTES = 32;

  private PartCutter() {}

  /// Part of a request: the elements at `indexes`, in the request's order.
  ///
  /// @param ordinal counts the shard's parts from 0
  record Part(int shard, int ordinal, List<Integer> indexes) {
    Part {
      indexes = List.copyOf(indexes);
    }
  }

  /// The parts of each shard, shards ascending, parts in the request's order.
  ///
  /// @param shards of each element
  /// @param contentBytes of the element at an index
  static List<List<Part>> cut(List<Integer> shards, IntUnaryOperator contentBytes) {
    Map<Integer, List<Integer>> indexesByShard = new TreeMap<>();
    for (int index = 0; index < shards.size(); index++) {
      indexesByShard.computeIfAbsent(shards.get(index), _ -> new ArrayList<>()).add(index);
    }
    List<List<Part>> cut = new ArrayList<>();
    indexesByShard.forEach((shard, indexes) -> cut.add(cutShard(shard, indexes, contentBytes)));
    return cut;
  }

  private static List<Part> cutShard(
      int shard, List<Integer> indexes, IntUnaryOperator contentBytes) {
    List<Part> parts = new ArrayList<>();
    List<Integer> open = new ArrayList<>();
    long openBytes = 0;
    for (int index : indexes) {
      int bytes = contentBytes.applyAsInt(index) + ELEMENT_BYTES;
      if (!open.isEmpty() && openBytes + bytes > PART_BYTES_MAX) {
        parts.add(new Part(shard, parts.size(), open));
        open = new ArrayList<>();
        openBytes = 0;
      }
      open.add(index);
      openBytes += bytes;
    }
    parts.add(new Part(shard, parts.size(), open));
    return parts;
  }
}
