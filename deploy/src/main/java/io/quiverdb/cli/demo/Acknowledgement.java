package io.quiverdb.cli.demo;

/// A point whose write was acknowledged to a writer.
///
/// @param digest of its value
/// @param term of the log entry, as is index
/// @param receivedNanos when the acknowledgement arrived, by the demo's clock
record Acknowledgement(
    String id, String digest, int shard, long term, long index, long receivedNanos) {}
