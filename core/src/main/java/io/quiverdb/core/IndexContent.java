package io.quiverdb.core;

import java.io.IOException;
import java.io.OutputStream;

/// Writes an index as bytes that only its owner can read.
@FunctionalInterface
public interface IndexContent {
  /// Writes an index that holds at least what `asOf` shows: all that was applied by then. It may
  /// hold later changes too, for whoever restores it applies those again ([RecoveryTail]).
  ///
  /// It neither closes the store nor attaches another index.
  ///
  /// @param out not to be closed
  void writeTo(OutputStream out, CollectionView asOf) throws IOException;
}
