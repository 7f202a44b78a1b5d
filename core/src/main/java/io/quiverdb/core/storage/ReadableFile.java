package io.quiverdb.core.storage;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// A file that does not change any more. One that is still coming is read like any other: whoever
/// reads what is not there yet waits for it.
public interface ReadableFile {
  /// For messages: where it lies below the storage's root.
  String path();

  /// When all of it is there.
  long length();

  /// All of its bytes, read-only.
  MemorySegment bytes() throws IOException;

  /// Some of its bytes, read-only: of a file that is still coming, as soon as these are there.
  default MemorySegment bytes(long offset, long length) throws IOException {
    return bytes().asSlice(offset, length);
  }
}
