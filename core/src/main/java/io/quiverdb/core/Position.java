package io.quiverdb.core;

import java.util.Comparator;

/// Where a log stands. Positions of a later epoch are later, whatever their index.
///
/// @param epoch of the shard
/// @param term of the entry's leader
/// @param index of the entry
public record Position(long epoch, long term, long index) implements Comparable<Position> {
  /// Before the first entry.
  public static final Position START = new Position(0, 0, -1);

  private static final Comparator<Position> ORDER =
      Comparator.comparingLong(Position::epoch).thenComparingLong(Position::index);

  /// Of the entry that follows in the same term.
  public Position next() {
    return new Position(epoch, term, index + 1);
  }

  @Override
  public int compareTo(Position other) {
    return ORDER.compare(this, other);
  }
}
