package io.quiverdb.jepsen.history;

/// A point that a search found.
///
/// @param score squared Euclidean distance from the query
public record Hit(Entry entry, double score) {}
