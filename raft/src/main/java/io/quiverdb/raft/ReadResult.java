package io.quiverdb.raft;

import io.quiverdb.core.Position;
import java.util.Optional;

/// What a read found, and the position of the view that it read.
///
/// @param lag of a read that had to see nothing in particular: how old its view may be
public record ReadResult<T>(T value, Position position, Optional<Lag> lag) {
  public ReadResult(T value, Position position) {
    this(value, position, Optional.empty());
  }
}
