package io.quiverdb.core.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LargeMemoryTest {
  private static final long LARGE_BYTES = (16 << 20) + 12;

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 4096, (4 << 20) - 1, 4 << 20, LARGE_BYTES})
  void memoryIsZerosAndAsLongAsAskedFor(long bytes) {
    try (var arena = Arena.ofShared()) {
      var memory = LargeMemory.allocate(bytes, arena);

      assertThat(memory.byteSize()).isEqualTo(bytes);
      assertThat(memory.mismatch(arena.allocate(Math.max(1, bytes)).asSlice(0, bytes)))
          .isEqualTo(-1);
      if (bytes > 0) {
        memory.set(ValueLayout.JAVA_BYTE, bytes - 1, (byte) 7);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, bytes - 1)).isEqualTo((byte) 7);
      }
    }
  }

  @Test
  void memoryIsGivenBackWithItsArena() throws IOException {
    Assumptions.assumeTrue(
        LargeMemory.asksForHugePages()
            && Files.exists(Path.of("/sys/kernel/mm/transparent_hugepage/enabled")),
        "no huge pages here");
    long address;
    try (var arena = Arena.ofShared()) {
      var memory = LargeMemory.allocate(LARGE_BYTES, arena);
      address = memory.address();
      assertThat(flags(address)).as("flags of the mapping").contains("hg");
    }
    assertThat(flags(address)).as("flags of the mapping").doesNotContain("hg");
  }

  @Test
  void memoryOfAClosedArenaIsNotRead() {
    MemorySegment memory;
    try (var arena = Arena.ofShared()) {
      memory = LargeMemory.allocate(LARGE_BYTES, arena);
    }

    assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
  }

  /// Of the mapping that an address lies in (proc(5), `smaps`); empty if it lies in none.
  private static List<String> flags(long address) throws IOException {
    boolean inMapping = false;
    for (var line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        var bounds = line.substring(0, line.indexOf(' ')).split("-", -1);
        inMapping =
            Long.parseUnsignedLong(bounds[0], 16) <= address
                && address < Long.parseUnsignedLong(bounds[1], 16);
      } else if (inMapping && line.startsWith("VmFlags:")) {
        return List.of(line.substring("VmFlags:".length()).strip().split(" ", -1));
      }
    }
    return List.of();
  }
}
