package io.quiverdb.core.index;

import java.util.function.IntPredicate;

/// Which rows of a segment a search may find.
///
/// @param count about how many, up to as many as there are: it guides the way, not the result
/// @param all whether every row is one: the test is not asked then
/// @param test whether a row is one; asked for what the search comes by only
public record AcceptedRows(int count, boolean all, IntPredicate test) {}
