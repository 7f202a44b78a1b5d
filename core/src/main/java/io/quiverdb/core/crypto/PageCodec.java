package io.quiverdb.core.crypto;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// Seals and opens the bodies of pages. Used by any number of threads.
public interface PageCodec {
  /// By how many bytes a sealed body is longer than the plain one.
  int overheadBytes();

  /// Seals `plain` into `sealed`, which is longer by [#overheadBytes]. A page is sealed once: a
  /// codec may derive its nonce from the address.
  void seal(PageAddress address, MemorySegment plain, MemorySegment sealed);

  /// The plain body: a view of `sealed` or fresh memory. Empty if it was not sealed under this
  /// address and key.
  Optional<MemorySegment> open(PageAddress address, MemorySegment sealed);
}
