package io.quiverdb.core.index;

import java.io.IOException;
import java.lang.foreign.Arena;

/// The vectors of a segment, as they lie on the disk.
public interface VectorColumn {
  int rowCount();

  int dimension();

  /// What [#load] allocates: 0 if they can be read where they are.
  long copyBytes();

  /// All of them, each page verified.
  ///
  /// @param threads that read parts of them
  /// @param arena takes a copy, where one is needed; shared by threads
  /// @throws io.quiverdb.core.CorruptFileException if a page is not what was written
  /// @throws java.io.InterruptedIOException if the caller is interrupted
  RowVectors load(int threads, Arena arena) throws IOException;
}
