package io.quiverdb.core.state;

/// What is left of a collection that was dropped: its id is never used again.
///
/// @param catalogIndex the catalogue entry that dropped it
/// @param shredding whether its data key is to be destroyed, or was
public record Tombstone(long catalogIndex, boolean shredding) {}
