package io.quiverdb.core.segment;

import java.lang.foreign.MemorySegment;

/// A row that was looked up by its id, with what makes it a point.
///
/// @param vectors hold its vector at `vectorOffset`, in little-endian floats without alignment
/// @param vectorOffset in bytes
public record FoundRow(
    MemorySegment vectors, long vectorOffset, MemorySegment payload, long version) {}
