package io.quiverdb.core.crypto;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// Seals and opens the pages of one file. Used by any number of threads.
public interface FileCodec {
  int SALT_BYTES = 32;
  int CHECK_BYTES = 16;

  /// What the file's key is made from, together with the parent key: goes into the header.
  byte[] salt();

  /// Tells the file's key from others, and gives nothing of it away: goes into the header.
  byte[] check();

  /// By how many bytes a sealed page is longer than the plain one.
  int overheadBytes();

  /// Seals `plain` into `sealed`, which is longer by [#overheadBytes]. Both are in arrays of the
  /// heap.
  ///
  /// @param page its number in the file; each is sealed once, for it is the nonce
  /// @param header stays readable; the page opens with the same only
  void seal(long page, MemorySegment header, MemorySegment plain, MemorySegment sealed);

  /// The plain page: a view of `sealed`, or an array of its own. Empty if it was not sealed in this
  /// place.
  Optional<MemorySegment> open(long page, MemorySegment header, MemorySegment sealed);
}
