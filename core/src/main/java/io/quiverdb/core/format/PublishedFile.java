package io.quiverdb.core.format;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.storage.ReadableFile;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;

/// Opens files that another file names: that one is missing is then no state of affairs but damage.
public final class PublishedFile {
  private PublishedFile() {}

  /// @throws CorruptFileException if it is missing
  public static ReadableFile open(Storage storage, String path) throws IOException {
    try {
      return storage.open(path);
    } catch (NoSuchFileException _) {
      throw new CorruptFileException(path, 0, "file", "present", "missing");
    }
  }

  /// @throws CorruptFileException if it is missing or not `bytes` long
  public static ReadableFile open(Storage storage, String path, long bytes) throws IOException {
    var file = open(storage, path);
    if (file.length() != bytes) {
      throw new CorruptFileException(path, 0, "length", bytes, file.length());
    }
    return file;
  }
}
