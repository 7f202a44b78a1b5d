package io.quiverdb.node.api;

import io.quiverdb.core.fuzz.Bounded;

/// A filter as it comes through either door: JSON, or a message.
public final class FilterFuzzTarget {
  private FilterFuzzTarget() {}

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    Bounded.run(
        input,
        () -> {
          FilterFuzzTest.decodeJson(input);
          FilterFuzzTest.decodeMessage(input);
        });
  }
}
