package io.quiverdb.core.snapshot;

import io.quiverdb.core.storage.ReadableFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;

/// The immutable files of a snapshot, here or brought here from another node.
public interface SnapshotFiles {
  /// The manifest first.
  List<SnapshotFile> list();

  /// @param file one of [#list]
  /// @param arena the file may be read until it is closed
  ReadableFile open(SnapshotFile file, Arena arena) throws IOException;
}
