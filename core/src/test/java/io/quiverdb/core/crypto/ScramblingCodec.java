package io.quiverdb.core.crypto;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// Has the shape of real encryption and none of its strength: the body is no longer readable in
/// place, is followed by a tag of 16 bytes, and opens at its address only.
public enum ScramblingCodec implements PageCodec {
  INSTANCE;

  @Override
  public int overheadBytes() {
    return 2 * Long.BYTES;
  }

  @Override
  public void seal(PageAddress address, MemorySegment plain, MemorySegment sealed) {
    scramble(plain, sealed);
    sealed.set(ValueLayout.JAVA_LONG_UNALIGNED, plain.byteSize(), tag(address));
  }

  @Override
  public Optional<MemorySegment> open(PageAddress address, MemorySegment sealed) {
    var plain = MemorySegment.ofArray(new byte[(int) sealed.byteSize() - overheadBytes()]);
    if (sealed.get(ValueLayout.JAVA_LONG_UNALIGNED, plain.byteSize()) != tag(address)) {
      return Optional.empty();
    }
    scramble(sealed.asSlice(0, plain.byteSize()), plain);
    return Optional.of(plain.asReadOnly());
  }

  private static void scramble(MemorySegment from, MemorySegment to) {
    for (long offset = 0; offset < from.byteSize(); offset++) {
      byte scrambled = (byte) (from.get(ValueLayout.JAVA_BYTE, offset) ^ 0x5a);
      to.set(ValueLayout.JAVA_BYTE, offset, scrambled);
    }
  }

  private static long tag(PageAddress address) {
    return 0x9e3779b97f4a7c15L * (address.hashCode() | 1L);
  }
}
