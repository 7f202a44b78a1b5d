package io.quiverdb.core.storage;

import java.io.IOException;
import java.nio.ByteBuffer;

/// A file being written, front to back, by one thread.
public interface WritableFile extends AutoCloseable {
  /// Appends all that remains in `bytes`.
  void append(ByteBuffer bytes) throws IOException;

  /// Bytes appended so far.
  long length();

  /// Makes all that was appended durable. Never repeated after it failed: the operating system may
  /// have dropped the bytes.
  void sync() throws IOException;

  @Override
  void close() throws IOException;
}
