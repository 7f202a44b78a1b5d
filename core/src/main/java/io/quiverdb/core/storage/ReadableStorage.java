package io.quiverdb.core.storage;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;

/// A tree of files to read. Paths are relative and separated by slashes; the empty path is the
/// root.
public interface ReadableStorage {
  /// Opens a file as long as it is now; what stands there does not change any more, though a log
  /// may still grow. It may be read until the arena is closed, whatever becomes of its name.
  ReadableFile open(String path, Arena arena) throws IOException;

  /// Does the same for a file that is read once: it may be read as long as its bytes are reachable,
  /// and lets go of the disk at some time after that.
  default ReadableFile open(String path) throws IOException {
    return open(path, Arena.ofAuto());
  }

  boolean exists(String path) throws IOException;

  /// The names in a directory, in no order; none if there is no such directory.
  List<String> list(String directory) throws IOException;
}
