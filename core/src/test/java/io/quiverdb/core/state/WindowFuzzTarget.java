package io.quiverdb.core.state;

import io.quiverdb.core.fuzz.Bounded;
import java.util.Arrays;

/// What a file of a request window holds below its checksum and seal.
public final class WindowFuzzTarget {
  private WindowFuzzTarget() {}

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    Bounded.run(input, () -> decode(input));
  }

  private static void decode(byte[] input) {
    RequestWindow.Frozen window;
    try {
      window = RequestWindow.decode(input, Long.MAX_VALUE).freeze();
    } catch (IllegalArgumentException _) {
      return; // Whoever opens the store says that the file is damaged.
    }
    window.requests().forEach(request -> request.outcome());
    if (!Arrays.equals(window.encode(), input)) {
      throw new AssertionError(window.requests().size() + " requests are encoded otherwise");
    }
  }
}
