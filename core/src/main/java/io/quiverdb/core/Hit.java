package io.quiverdb.core;

import java.util.Optional;

/// A point that a search found.
///
/// @param score by the collection's [Metric]
public record Hit(
    String id, float score, long version, Optional<Payload> payload, Optional<Vector> vector) {}
