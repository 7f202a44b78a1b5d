package io.quiverdb.core.manifest;

import io.quiverdb.core.segment.SegmentFiles;
import java.util.List;
import java.util.Set;

/// A segment that is being written.
public final class SegmentDraft implements Draft {
  private final long generation;
  private final String directory;
  private final long segmentId;
  private final Set<Draft> drafts;

  /// @param drafts it is one of these until it is closed
  SegmentDraft(long generation, String directory, long segmentId, Set<Draft> drafts) {
    this.generation = generation;
    this.directory = directory;
    this.segmentId = segmentId;
    this.drafts = drafts;
  }

  /// In which it can be published.
  public long generation() {
    return generation;
  }

  @Override
  public String directory() {
    return directory;
  }

  public long segmentId() {
    return segmentId;
  }

  @Override
  public List<String> files() {
    return SegmentFiles.possibleNames(segmentId).stream()
        .map(name -> directory + "/" + name)
        .toList();
  }

  @Override
  public void close() {
    drafts.remove(this);
  }
}
