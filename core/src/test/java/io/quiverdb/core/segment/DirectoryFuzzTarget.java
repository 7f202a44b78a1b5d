package io.quiverdb.core.segment;

import io.quiverdb.core.fuzz.Bounded;
import io.quiverdb.core.fuzz.FuzzedInput;

/// What a `.dir` file holds below its checksum and seal.
public final class DirectoryFuzzTarget {
  private static final int IDS = 50;

  private DirectoryFuzzTarget() {}

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    Bounded.run(input, () -> decode(input));
  }

  private static void decode(byte[] input) {
    SegmentDirectory directory;
    try {
      directory = SegmentDirectory.decode(input);
    } catch (IllegalArgumentException _) {
      return; // Whoever opens the segment says that the file is damaged.
    }
    int rows = 0;
    for (int page = 0; page < directory.pageCount(); page++) {
      int row = directory.firstRow(page);
      require(row == rows && directory.pageOfRow(row) == page, page);
      rows += directory.rowCount(page);
      require(directory.pageOfRow(rows - 1) == page, page);
    }
    require(rows == directory.rowCount(), rows);
    var ids = new FuzzedInput(input);
    for (int number = 0; number < IDS; number++) {
      byte[] id = ids.upTo(1 + ids.oneByte());
      int page = directory.pageOfId(id);
      require(page >= -1 && page < directory.pageCount(), page);
      boolean _ = directory.mayHoldId(id, IdHash.of(id));
    }
  }

  private static void require(boolean holds, int number) {
    if (!holds) {
      throw new AssertionError(number);
    }
  }
}
