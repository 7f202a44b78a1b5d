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
      var deaths = new RowDeaths(ROWS, DeadRowsFile.decode(input, ROWS, "del"), 1);
      int live = 0;
      for (int row = 0; row < ROWS; row++) {
        live += deaths.isLiveAt(row, 1) ? 1 : 0;
      }
      if (live < 0 || deaths.deadAsOf(1).getCardinality() != ROWS - live) {
        throw new AssertionError(live + " alive of " + ROWS);
      }
    } catch (StoreException _) {
      // As it should be.
    }
  }
}
