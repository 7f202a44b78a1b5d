package io.quiverdb.core.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/// Runs a decoder that has to make do with memory in proportion to its input.
public final class Bounded {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /// For what a decoder takes whatever its input.
  private static final long BYTES_MAX = 32L << 20;

  private static final long BYTES_PER_INPUT_BYTE = 4096;

  /// What decodes, alike each time.
  public interface Decoding {
    void run() throws Exception;
  }

  private Bounded() {}

  /// @throws AssertionError if it allocated more than the input accounts for, and not only the
  ///   first time, when it may have loaded classes
  public static void run(byte[] input, Decoding decoding) throws Exception {
    long bytesMax = BYTES_MAX + BYTES_PER_INPUT_BYTE * input.length;
    if (allocatedBytes(decoding) > bytesMax) {
      long bytes = allocatedBytes(decoding);
      if (bytes > bytesMax) {
        throw new AssertionError(bytes + " bytes allocated for " + input.length);
      }
    }
  }

  private static long allocatedBytes(Decoding decoding) throws Exception {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    decoding.run();
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }
}
