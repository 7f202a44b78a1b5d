package io.quiverdb.core.segment;

import io.quiverdb.core.StoreException;
import io.quiverdb.core.fuzz.Bounded;

/// What a file of dead rows holds below its checksum and seal.
public final class DeadRowsFuzzTarget {
  private static final int ROWS = 100_000;

  private DeadRowsFuzzTarget() {}

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    Bounded.run(input, () -> decode(input));
  }

  private static void decode(byte[] input) {
    try {
      var dead = DeadRowsFile.decode(input, ROWS, "del");
      var deaths = new RowDeaths(ROWS, dead, 1);
      if (deaths.deadCount() != dead.getCardinality() || !deaths.deadAsOf(1).equals(dead)) {
        throw new AssertionError(deaths.deadCount() + " of " + dead.getCardinality());
      }
    } catch (StoreException _) {
      // As it should be.
    }
  }
}
