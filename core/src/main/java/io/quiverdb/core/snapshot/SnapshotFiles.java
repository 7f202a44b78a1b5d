package io.quiverdb.core.snapshot;

import io.quiverdb.core.storage.ReadableFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The immutable files of a snapshot, here or brought here from another node.
public interface SnapshotFiles {
  /// The manifest first.
  List<SnapshotFile> list();

  /// @param file one of [#list]
  /// @param arena the file may be read until it is closed
  ReadableFile open(SnapshotFile file, Arena arena) throws IOException;

  /// Where a file lies, if it may be taken from there without being copied: it has the content that
  /// [#list] says, is durable, and nobody writes to it any more.
  default Optional<Path> place(SnapshotFile file) {
    return Optional.empty();
  }
}
