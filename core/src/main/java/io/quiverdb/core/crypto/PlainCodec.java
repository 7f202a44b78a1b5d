package io.quiverdb.core.crypto;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// Leaves pages as they are, and opens them in place: for tests, and for disks that are encrypted
/// below.
public enum PlainCodec implements PageCodec {
  INSTANCE;

  @Override
  public int overheadBytes() {
    return 0;
  }

  @Override
  public void seal(PageAddress address, MemorySegment plain, MemorySegment sealed) {
    sealed.copyFrom(plain);
  }

  @Override
  public Optional<MemorySegment> open(PageAddress address, MemorySegment sealed) {
    return Optional.of(sealed);
  }
}
