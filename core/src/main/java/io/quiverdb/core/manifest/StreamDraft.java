package io.quiverdb.core.manifest;

import io.quiverdb.core.stream.StreamFiles;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/// A stream of an index that is being written.
public final class StreamDraft implements Draft {
  private final long generation;
  private final String directory;
  private final OptionalLong segmentId;
  private final long version;
  private final long fileId;
  private final Set<Draft> drafts;

  /// @param segmentId empty if it is to belong to the collection
  /// @param drafts it is one of these until it is closed
  StreamDraft(
      long generation,
      String directory,
      OptionalLong segmentId,
      long version,
      long fileId,
      Set<Draft> drafts) {
    this.generation = generation;
    this.directory = directory;
    this.segmentId = segmentId;
    this.version = version;
    this.fileId = fileId;
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

  /// That the file is named after.
  public long version() {
    return version;
  }

  public long fileId() {
    return fileId;
  }

  /// Of the file.
  public String path() {
    return directory + "/" + StreamFiles.name(segmentId, version, fileId);
  }

  @Override
  public List<String> files() {
    return List.of(path());
  }

  @Override
  public void close() {
    drafts.remove(this);
  }
}
