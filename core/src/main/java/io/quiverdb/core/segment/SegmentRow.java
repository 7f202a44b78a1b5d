package io.quiverdb.core.segment;

import java.lang.foreign.MemorySegment;

/// A row as it goes into a segment. Nothing is copied: the arrays and the memory stay as they are
/// until the row is written.
///
/// @param idUtf8 1 to 512 bytes
/// @param vector dimension × 4 bytes: IEEE 754 binary32, little-endian
/// @param payload up to 64 KiB
/// @param version the store's operation counter at the operation that produced the row
/// @param hashHigh the row's hash, so that its death can subtract it from the state hash
@SuppressWarnings("ArrayRecordComponent") // short-lived, never compared
public record SegmentRow(
    byte[] idUtf8,
    MemorySegment vector,
    MemorySegment payload,
    long version,
    long hashHigh,
    long hashLow) {}
