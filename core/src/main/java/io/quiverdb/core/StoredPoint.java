package io.quiverdb.core;

/// A point as it is read.
///
/// @param version the store's operation counter at the operation that produced it
public record StoredPoint(String id, Vector vector, Payload payload, long version) {}
