package io.quiverdb.core.storage;

import java.io.IOException;
import java.nio.ByteBuffer;

/// A small file that is replaced as a whole: after a crash it holds the old content or the new.
public final class AtomicFile {
  private static final String TEMPORARY_SUFFIX = ".tmp";

  private AtomicFile() {}

  /// Durable when it returns.
  ///
  /// @param directory holds the file; the empty path is the root
  public static void replace(Storage storage, String directory, String name, byte[] content)
      throws IOException {
    String path = directory.isEmpty() ? name : directory + "/" + name;
    String temporary = path + TEMPORARY_SUFFIX;
    if (storage.exists(temporary)) {
      storage.delete(temporary);
    }
    try (var file = storage.create(temporary)) {
      file.append(ByteBuffer.wrap(content));
      file.sync();
    }
    storage.rename(temporary, path);
    storage.syncDirectory(directory);
  }
}
