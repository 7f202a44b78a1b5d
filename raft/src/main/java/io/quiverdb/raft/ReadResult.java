package io.quiverdb.raft;

import io.quiverdb.core.Position;

/// What a read found, and the position of the view that it read.
public record ReadResult<T>(T value, Position position) {}
