package io.quiverdb.core.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/// Runs a decoder that has to make do with memory in proportion to its input.
public final class Bounded {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /// For what a decoder takes whatever its input.
  private static final long BYTES_MAX = 32L << 20;

  private static final long BYTES_PER_INPUT_BYTE = 4096;

  /// What decodes.
  public interface Decoding {
    void run() throws Exception;
  }

  private Bounded() {}

  /// @throws AssertionError if it allocated more than the input accounts for
  public static void run(byte[] input, Decoding decoding) throws Exception {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    decoding.run();
    long bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
    if (bytes > BYTES_MAX + BYTES_PER_INPUT_BYTE * input.length) {
      throw new AssertionError(bytes + " bytes allocated for " + input.length);
    }
  }
}
