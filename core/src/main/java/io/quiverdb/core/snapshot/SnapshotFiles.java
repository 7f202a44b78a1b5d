package io.quiverdb.core.snapshot;

import io.quiverdb.core.storage.ReadableFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The immutable files of a snapshot, here or being brought here from another node. What has not
/// come yet is waited for by whoever reads it; if it does not come, reading fails.
public interface SnapshotFiles {
  /// The manifest first, the others in the order in which they come.
  List<SnapshotFile> list();

  /// @param file one of [#list]
  /// @param arena the file may be read until it is closed
  ReadableFile open(SnapshotFile file, Arena arena) throws IOException;

  /// Where a file lies, once it has come whole, if it may be taken from there without being copied:
  /// it has the content that [#list] says, is durable, and nobody writes to it any more.
  default Optional<Path> place(SnapshotFile file) throws IOException {
    return Optional.empty();
  }
}
