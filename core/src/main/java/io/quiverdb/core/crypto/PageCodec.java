package io.quiverdb.core.crypto;

import java.util.Optional;

/// Seals files and records of one scope under one key. Used by any number of threads.
public interface PageCodec {
  /// Makes the codec of a scope.
  interface Factory {
    PageCodec codec(Scope scope);
  }

  Scope scope();

  Sealing sealing();

  /// By how many bytes a sealed page is longer than the plain one.
  int pageOverheadBytes();

  /// The codec of a file about to be written: under a key of its own, made from bytes that are
  /// drawn here. What was half-written is discarded, never continued.
  ///
  /// @param kind what the file holds, as its header says it
  /// @param fileId unique among the files of this scope and kind
  FileCodec newFile(int kind, long fileId);

  /// The codec of a file that was written.
  ///
  /// @param salt [FileCodec#salt] of when it was written
  FileCodec file(int kind, long fileId, byte[] salt);

  /// By how many bytes a sealed record is longer than the plain one.
  int recordOverheadBytes();

  /// Seals what has no place yet. Of the scope, only the collection is bound to it.
  ///
  /// @param associated what the record is bound to: with other bytes it does not open
  byte[] sealRecord(byte[] plain, byte[] associated);

  /// Empty if it was not sealed under this key, for this collection, with this associated data.
  Optional<byte[]> openRecord(ByteSlice sealed, byte[] associated);
}
