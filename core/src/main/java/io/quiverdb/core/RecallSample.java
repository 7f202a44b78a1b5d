package io.quiverdb.core;

/// What one search by graphs has found of what an exact one did.
///
/// @param rows that were looked at for it, those that a graph spares left out
public record RecallSample(Recall recall, long rows) {}
