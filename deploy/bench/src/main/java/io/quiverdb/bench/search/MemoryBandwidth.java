package io.quiverdb.bench.search;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// How fast one thread reads memory in order, in the widest registers that there are, and does no
/// more with it than it must.
final class MemoryBandwidth implements AutoCloseable {
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final int AT_ONCE = 4;
  private static final long STEP = (long) AT_ONCE * INTS.vectorByteSize();

  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory;

  /// Of all that was read, so that reading cannot be left out.
  private int sum;

  /// @param bytes that are read, but for a rest that fills no register
  MemoryBandwidth(long bytes) {
    memory = arena.allocate(bytes / STEP * STEP, INTS.vectorByteSize()).fill((byte) 1);
  }

  /// @param times that all of it is read
  /// @return bytes by second of processor time
  double bytesPerSecond(int times) {
    var threads = ManagementFactory.getThreadMXBean();
    long begun = threads.getCurrentThreadCpuTime();
    for (int time = 0; time < times; time++) {
      sum += read();
    }
    long nanos = threads.getCurrentThreadCpuTime() - begun;
    return memory.byteSize() * (double) times * 1e9 / nanos;
  }

  private int read() {
    var first = IntVector.zero(INTS);
    var second = IntVector.zero(INTS);
    var third = IntVector.zero(INTS);
    var fourth = IntVector.zero(INTS);
    long width = INTS.vectorByteSize();
    for (long offset = 0; offset < memory.byteSize(); offset += STEP) {
      first = first.add(ints(offset));
      second = second.add(ints(offset + width));
      third = third.add(ints(offset + 2 * width));
      fourth = fourth.add(ints(offset + 3 * width));
    }
    return first.add(second).add(third.add(fourth)).reduceLanes(VectorOperators.ADD);
  }

  private IntVector ints(long offset) {
    return IntVector.fromMemorySegment(INTS, memory, offset, ByteOrder.nativeOrder());
  }

  int sum() {
    return sum;
  }

  @Override
  public void close() {
    arena.close();
  }
}
