package io.quiverdb.node.api;

import io.quiverdb.core.fuzz.Bounded;
import java.util.Arrays;

/// A filter as it comes through a door. The input is a byte, whose bit 0 says whether a message or
/// JSON follows, and that.
public final class FilterFuzzTarget {
  private FilterFuzzTarget() {}

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    if (input.length == 0) {
      return;
    }
    byte[] filter = Arrays.copyOfRange(input, 1, input.length);
    Bounded.run(
        input,
        () -> {
          if ((input[0] & 1) == 0) {
            FilterFuzzTest.decodeJson(filter);
          } else {
            FilterFuzzTest.decodeMessage(filter);
          }
        });
  }
}
