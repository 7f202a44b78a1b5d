package io.quiverdb.raft;

/// How a replica holds a collection on its disk. What is in memory only is not counted.
///
/// @param segments 1 or none when it is compact
/// @param rows in them, dead ones included
/// @param deadRows of those, the ones that compaction drops
/// @param bytes of their files
public record SegmentCounts(int segments, long rows, long deadRows, long bytes) {}
