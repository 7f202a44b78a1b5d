package io.quiverdb.jepsen.history;

import java.util.List;
import java.util.OptionalLong;

/// What the store tells of an answer beside the answer: evidence for those who trust the store to
/// number its own writes.
///
/// @param positions where in the logs: of a write its own entry of each shard it touched, of one
///   that an earlier attempt had done already the entry that says so; of a read what it reflects of
///   each shard asked; empty where unknown
/// @param version of the one point written or read, where there is one and its version is known
public record Witness(List<Position> positions, OptionalLong version) {
  public static final Witness NONE = new Witness(List.of(), OptionalLong.empty());

  public Witness {
    positions = List.copyOf(positions);
  }

  public static Witness of(int shard, long term, long index) {
    return new Witness(List.of(new Position(shard, term, index)), OptionalLong.empty());
  }

  public static Witness of(int shard, long term, long index, long version) {
    return new Witness(List.of(new Position(shard, term, index)), OptionalLong.of(version));
  }

  public boolean isNone() {
    return equals(NONE);
  }

  /// An entry of a shard's log.
  public record Position(int shard, long term, long index) {}
}
