package io.quiverdb.core.storage;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// A file that does not change any more.
public interface ReadableFile {
  /// For messages: where it lies below the storage's root.
  String path();

  long length();

  /// All of its bytes, read-only.
  MemorySegment bytes() throws IOException;
}
