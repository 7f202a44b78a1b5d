package io.quiverdb.core.index;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.NoSuchElementException;
import java.util.Optional;

/// Memory outside of the heap that is read all over: of Linux in huge pages, where it has them for
/// those who ask (madvise(2)), so that the processor need not look up where each small page is.
///
/// Elsewhere, and in a program whose JVM was not told to let this module call native code, memory
/// as the JDK has it. The JVM counts only that against its limit: callers have a budget of their
/// own ([VectorBudget]).
public final class LargeMemory {
  /// In less there need not be a whole huge page.
  private static final long BYTES_MIN = 4 << 20;

  private static final long ALIGNMENT_BYTES = 4096;

  private static final Optional<SystemCalls> SYSTEM = SystemCalls.find();

  private LargeMemory() {}

  /// Zeros, aligned for every type, until the arena is closed.
  public static MemorySegment allocate(long bytes, Arena arena) {
    return bytes < BYTES_MIN
        ? arena.allocate(bytes, Double.BYTES)
        : SYSTEM
            .flatMap(system -> system.map(bytes, arena))
            .orElseGet(() -> arena.allocate(bytes, ALIGNMENT_BYTES));
  }

  /// Whether huge pages are asked for here.
  static boolean asksForHugePages() {
    return SYSTEM.isPresent();
  }

  /// Those of 64-bit Linux.
  private record SystemCalls(MethodHandle map, MethodHandle unmap, MethodHandle advise) {
    private static final int READ_AND_WRITE = 3; // PROT_READ | PROT_WRITE
    private static final int PRIVATE_AND_ANONYMOUS = 0x22; // MAP_PRIVATE | MAP_ANONYMOUS
    private static final int HUGE_PAGES = 14; // MADV_HUGEPAGE
    private static final long FAILED = -1; // MAP_FAILED

    static Optional<SystemCalls> find() {
      boolean isLinux = System.getProperty("os.name", "").equals("Linux");
      if (!isLinux || !LargeMemory.class.getModule().isNativeAccessEnabled()) {
        return Optional.empty();
      }
      try {
        return Optional.of(
            new SystemCalls(
                function(
                    "mmap",
                    FunctionDescriptor.of(
                        ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG)),
                function("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG)),
                function(
                    "madvise", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT))));
      } catch (NoSuchElementException | UnsupportedOperationException _) {
        return Optional.empty(); // Not a Linux that is known here.
      }
    }

    @SuppressWarnings("restricted") // asked before
    private static MethodHandle function(String name, FunctionDescriptor types) {
      var linker = Linker.nativeLinker();
      return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), types);
    }

    /// Empty if the system has no room, which the JDK then says in its own words.
    @SuppressWarnings("restricted") // its size is the mapping's
    Optional<MemorySegment> map(long bytes, Arena arena) {
      MemorySegment mapped;
      try {
        mapped =
            (MemorySegment)
                map.invokeExact(
                    MemorySegment.NULL, bytes, READ_AND_WRITE, PRIVATE_AND_ANONYMOUS, -1, 0L);
      } catch (Throwable e) {
        throw new AssertionError("mmap takes these", e);
      }
      if (mapped.address() == FAILED) {
        return Optional.empty();
      }
      MemorySegment memory;
      try {
        memory = mapped.reinterpret(bytes, arena, this::unmap);
      } catch (IllegalStateException e) {
        unmap(mapped.reinterpret(bytes));
        throw e; // The arena is closed.
      }
      advise(memory);
      return Optional.of(memory);
    }

    /// Whether it is followed does not matter.
    private void advise(MemorySegment memory) {
      try {
        int _ = (int) advise.invokeExact(memory, memory.byteSize(), HUGE_PAGES);
      } catch (Throwable e) {
        throw new AssertionError("madvise takes these", e);
      }
    }

    private void unmap(MemorySegment memory) {
      try {
        int result = (int) unmap.invokeExact(memory, memory.byteSize());
        assert result == 0 : "munmap: " + result;
      } catch (Throwable e) {
        throw new AssertionError("munmap takes these", e);
      }
    }
  }
}
