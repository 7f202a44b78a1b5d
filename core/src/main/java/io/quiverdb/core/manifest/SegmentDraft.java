package io.quiverdb.core.manifest;

import io.quiverdb.core.segment.SegmentFiles;
import java.util.List;
import java.util.Set;

/// A segment that is being written without the lock of publications: its files are left alone until
/// it is closed, which comes after it was published or given up.
public final class SegmentDraft implements AutoCloseable {
  private final long generation;
  private final String directory;
  private final long segmentId;
  private final Set<SegmentDraft> drafts;

  /// @param drafts it is one of these until it is closed
  SegmentDraft(long generation, String directory, long segmentId, Set<SegmentDraft> drafts) {
    this.generation = generation;
    this.directory = directory;
    this.segmentId = segmentId;
    this.drafts = drafts;
  }

  /// In which it can be published.
  public long generation() {
    return generation;
  }

  /// Of its collection.
  public String directory() {
    return directory;
  }

  public long segmentId() {
    return segmentId;
  }

  /// The paths of all that it may be written to.
  List<String> files() {
    return SegmentFiles.possibleNames(segmentId).stream()
        .map(name -> directory + "/" + name)
        .toList();
  }

  @Override
  public void close() {
    drafts.remove(this);
  }
}
