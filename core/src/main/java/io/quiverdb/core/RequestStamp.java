package io.quiverdb.core;

import java.util.Optional;

/// What a write carries besides its content.
///
/// @param epoch the epoch of the shard that the sender meant
/// @param seen the position that the client had seen when it drew the id: lets the store tell a
///   first attempt from one whose record it has forgotten
public record RequestStamp(RequestId id, long epoch, Optional<Position> seen) {}
