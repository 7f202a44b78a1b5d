package io.quiverdb.raft.snapshot;

import io.quiverdb.core.Position;
import io.quiverdb.core.snapshot.SnapshotFile;
import java.util.List;
import java.util.UUID;

/// A checkpoint that a member keeps for another one to fetch.
///
/// @param lease names it; it ends when nothing of it is read for a while
/// @param position of the last entry that it holds
/// @param files the manifest first
public record SnapshotOffer(UUID lease, Position position, List<SnapshotFile> files) {
  public SnapshotOffer {
    files = List.copyOf(files);
  }

  /// Of all files together.
  public long bytes() {
    return files.stream().mapToLong(SnapshotFile::bytes).sum();
  }
}
