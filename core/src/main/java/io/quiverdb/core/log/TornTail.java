package io.quiverdb.core.log;

/// The end of a log that a crash left unfinished: nothing in it was acknowledged.
///
/// @param file its path below the store's directory
/// @param offset where it was cut, in bytes
/// @param lsn of the entry that would have stood there
/// @param bytes that were cut off
public record TornTail(String file, long offset, long lsn, long bytes) {}
