package io.quiverdb.core.segment;

/// What a manifest says of a segment.
///
/// @param id unique among the segments of a store, and never used again
/// @param vectorFileBytes length of the `.vec` file; the others alike; 0 if there is none
public record SegmentSummary(
    long id,
    int rowCount,
    long vectorFileBytes,
    long payloadFileBytes,
    long idFileBytes,
    long directoryFileBytes,
    long secondaryFileBytes) {
  /// Without filterable fields there is none.
  public boolean hasSecondaryFile() {
    return secondaryFileBytes > 0;
  }

  public long bytes() {
    return vectorFileBytes
        + payloadFileBytes
        + idFileBytes
        + directoryFileBytes
        + secondaryFileBytes;
  }
}
