package io.quiverdb.core.index;

/// What a [VectorIndex] found.
///
/// @param rows nearest first, as far as the index's rounding tells
/// @param visited how many vectors were compared
/// @param complete false if the search was given up at its limit
@SuppressWarnings("ArrayRecordComponent") // read once, by who asked
public record FoundRows(int[] rows, long visited, boolean complete) {}
