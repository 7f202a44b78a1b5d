package io.quiverdb.core.format;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.storage.ReadableFile;
import io.quiverdb.core.storage.ReadableStorage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.NoSuchFileException;

/// Opens files that another file names: that one is missing is then no state of affairs but damage.
public final class PublishedFile {
  private PublishedFile() {}

  /// For a file that is read once ([ReadableStorage#open(String)]).
  ///
  /// @throws CorruptFileException if it is missing
  public static ReadableFile open(ReadableStorage storage, String path) throws IOException {
    return opened(path, () -> storage.open(path));
  }

  /// Does the same with a file of which the length is known.
  ///
  /// @throws CorruptFileException if it is missing or not `bytes` long
  public static ReadableFile open(ReadableStorage storage, String path, long bytes)
      throws IOException {
    return requireLength(open(storage, path), bytes);
  }

  /// @param arena the file may be read until it is closed
  /// @throws CorruptFileException if it is missing
  public static ReadableFile open(ReadableStorage storage, String path, Arena arena)
      throws IOException {
    return opened(path, () -> storage.open(path, arena));
  }

  /// @param arena the file may be read until it is closed
  /// @throws CorruptFileException if it is missing or not `bytes` long
  public static ReadableFile open(ReadableStorage storage, String path, long bytes, Arena arena)
      throws IOException {
    return requireLength(open(storage, path, arena), bytes);
  }

  @FunctionalInterface
  private interface Opening {
    ReadableFile open() throws IOException;
  }

  private static ReadableFile opened(String path, Opening opening) throws IOException {
    try {
      return opening.open();
    } catch (NoSuchFileException _) {
      throw new CorruptFileException(path, 0, "file", "present", "missing");
    }
  }

  private static ReadableFile requireLength(ReadableFile file, long bytes) {
    if (file.length() != bytes) {
      throw new CorruptFileException(file.path(), 0, "length", bytes, file.length());
    }
    return file;
  }
}
