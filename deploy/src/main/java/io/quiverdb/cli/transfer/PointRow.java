package io.quiverdb.cli.transfer;

import java.util.Optional;

/// A point as a row has it.
///
/// @param vector empty where the row has none
/// @param payloadJson to the letter as the row has it; empty where it has none
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record PointRow(String id, Optional<float[]> vector, Optional<String> payloadJson) {}
