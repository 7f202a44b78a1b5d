package io.quiverdb.core.snapshot;

import io.quiverdb.core.storage.ReadableFile;
import java.io.IOException;
import java.util.List;

/// The immutable files of a snapshot, here or brought here from another node.
public interface SnapshotFiles {
  /// The manifest first.
  List<SnapshotFile> list();

  /// @param file one of [#list]
  ReadableFile open(SnapshotFile file) throws IOException;
}
