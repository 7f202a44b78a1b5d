package io.quiverdb.core.state;

import io.quiverdb.core.rows.RowSource;
import java.util.List;

/// A collection as of a version: immutable, though its sources go on changing, for they still show
/// this version.
///
/// @param sources oldest first
/// @param size how many points live
public record CollectionSnapshot(
    CollectionHead head, List<RowSource> sources, long size, long version) {}
