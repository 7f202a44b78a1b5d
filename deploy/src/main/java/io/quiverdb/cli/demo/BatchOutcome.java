package io.quiverdb.cli.demo;

import io.quiverdb.client.WriteResult;
import java.util.List;

/// What became of a batch, after all that could be done to find out.
///
/// @param acknowledged parts, each of one log entry
/// @param unknownIds of points that may be stored or not
/// @param failedIds of points that were not applied and will not be
record BatchOutcome(
    List<WriteResult.Part> acknowledged, List<String> unknownIds, List<String> failedIds) {}
