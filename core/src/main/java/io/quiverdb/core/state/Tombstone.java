package io.quiverdb.core.state;

/// What is left of a collection that was dropped: its id is never used again.
///
/// @param catalogIndex the catalogue entry that dropped it
/// @param shredding whether its data key is to be destroyed, or was
/// @param shreddedAt index of the log entry that says so: the key is in none behind it; 0 if
///   nothing is to be destroyed. Where the log stands is no part of what replicas agree on
public record Tombstone(long catalogIndex, boolean shredding, long shreddedAt) {}
