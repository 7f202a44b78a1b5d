package io.quiverdb.core.index;

/// What a [VectorIndex] found.
///
/// @param rows nearest first, as far as the index's rounding tells
/// @param limits of each of them, a score that for certain is not farther than its own, than that
///   of any row behind it and, if all rows were compared, than that of any row that is not among
///   them. It is of a cosine or an inner product, or a squared distance, as they are without
///   rounding, and 0 or infinite if nothing can be told
/// @param visited how many vectors were compared
/// @param complete false if the search was given up at its limit
@SuppressWarnings("ArrayRecordComponent") // read once, by who asked
public record FoundRows(int[] rows, double[] limits, long visited, boolean complete) {}
