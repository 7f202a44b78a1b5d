package io.quiverdb.core;

import java.io.IOException;
import java.io.InputStream;

/// An index as a checkpoint published it, and what has changed since that checkpoint, whatever was
/// published after it. To be closed.
///
/// @param stream the bytes that [Store#checkpointWithIndexSnapshots] was handed. Reading it throws
///   [CorruptFileException] where it is not what was written
/// @param tail brings what is restored of them up to date
public record RecoveredIndex(InputStream stream, RecoveryTail tail) implements AutoCloseable {
  @Override
  public void close() {
    try (tail;
        stream) {
      // Closes both, even when closing one fails.
    } catch (IOException e) {
      throw new ReadFailedException("index: cannot be closed", e);
    }
  }
}
