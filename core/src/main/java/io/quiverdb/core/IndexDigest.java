package io.quiverdb.core;

import java.util.OptionalLong;

/// What an index stream holds, as it was read from its file.
///
/// @param segmentId empty if it belongs to the collection
/// @param name under which it was attached, `quiver.graph` for the graph of a segment
/// @param file its path below the store's directory
/// @param bytes of the stream, without what seals it
/// @param sha256 of those, 64 hexadecimal digits. Replicas that built the same graph themselves
///   differ; those that fetched it are equal
public record IndexDigest(
    long collectionId,
    OptionalLong segmentId,
    String name,
    String file,
    long bytes,
    String sha256) {}
