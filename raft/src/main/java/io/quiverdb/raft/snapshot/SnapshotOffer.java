package io.quiverdb.raft.snapshot;

import com.google.protobuf.ByteString;
import io.quiverdb.core.Position;
import io.quiverdb.core.snapshot.SnapshotFile;
import java.util.List;
import java.util.UUID;

/// A checkpoint that a member keeps for another one to fetch.
///
/// @param lease names it; it ends when nothing of it is read for a while
/// @param position of the last entry that it holds
/// @param configuration of the group, committed, as Ratis writes it; empty if none is known
/// @param files the manifest first
public record SnapshotOffer(
    UUID lease, Position position, ByteString configuration, List<OfferedFile> files) {
  public SnapshotOffer {
    files = List.copyOf(files);
  }

  /// A file as the other node describes it, which nobody has looked at yet.
  public record OfferedFile(String name, long bytes, ByteString sha256) {}

  static SnapshotOffer of(UUID lease, Position position, List<SnapshotFile> files) {
    return new SnapshotOffer(
        lease,
        position,
        ByteString.EMPTY,
        files.stream()
            .map(file -> new OfferedFile(file.name(), file.bytes(), file.sha256()))
            .toList());
  }

  public SnapshotOffer withConfiguration(ByteString configuration) {
    return new SnapshotOffer(lease, position, configuration, files);
  }

  /// @throws IllegalArgumentException if one can be no file of a snapshot
  List<SnapshotFile> snapshotFiles() {
    return files.stream()
        .map(file -> new SnapshotFile(file.name(), file.bytes(), file.sha256()))
        .toList();
  }

  /// Of all files together.
  public long bytes() {
    return files.stream().mapToLong(OfferedFile::bytes).sum();
  }
}
