package io.quiverdb.core.snapshot;

import io.quiverdb.core.storage.ReadableFile;
import io.quiverdb.core.storage.ReadableStorage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The files of a snapshot under the names that they are to have in a store.
final class SnapshotTree implements ReadableStorage {
  private final SnapshotFiles files;
  private final Map<String, SnapshotFile> byPath;

  /// @param directory of the generation that they are to become
  SnapshotTree(SnapshotFiles files, String directory) {
    this.files = files;
    this.byPath =
        files.list().stream()
            .collect(
                Collectors.toMap(
                    file -> directory + "/" + file.name(), Function.identity(), (one, _) -> one));
  }

  @Override
  public ReadableFile open(String path, Arena arena) throws IOException {
    var file = byPath.get(path);
    if (file == null) {
      throw new NoSuchFileException(path);
    }
    return new Named(path, files.open(file, arena));
  }

  @Override
  public boolean exists(String path) {
    return byPath.containsKey(path);
  }

  @Override
  public List<String> list(String parent) {
    return byPath.keySet().stream()
        .filter(path -> path.lastIndexOf('/') == parent.length() && path.startsWith(parent))
        .map(path -> path.substring(parent.length() + 1))
        .toList();
  }

  private record Named(String path, ReadableFile file) implements ReadableFile {
    @Override
    public long length() {
      return file.length();
    }

    @Override
    public MemorySegment bytes() throws IOException {
      return file.bytes();
    }

    @Override
    public MemorySegment bytes(long offset, long length) throws IOException {
      return file.bytes(offset, length);
    }
  }
}
