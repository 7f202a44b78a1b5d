package io.quiverdb.core.rows;

import io.quiverdb.core.rows.ActiveBuffer.RowNumbers;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/// The rows of an [ActiveBuffer] in the order of their ids: the writer sorts them in runs as they
/// fill; a reader sorts the few that are in no run yet, and merges.
final class SortedRuns {
  static final int RUN_ROWS = 4096;

  private final ActiveBuffer rows;
  private final Comparator<Integer> byId;
  private volatile int[][] runs = {};

  SortedRuns(ActiveBuffer rows) {
    this.rows = rows;
    this.byId = (left, right) -> Arrays.compareUnsigned(rows.id(left), rows.id(right));
  }

  /// For the writer.
  void appended(int rowCount) {
    if (rowCount % RUN_ROWS == 0) {
      var longer = Arrays.copyOf(runs, runs.length + 1);
      longer[runs.length] = sorted(rowCount - RUN_ROWS, rowCount);
      runs = longer;
    }
  }

  /// All rows whose ids follow `after`, in the order of their ids; rows of the same id in any
  /// order.
  RowNumbers merged(Optional<byte[]> after) {
    // Runs first: a run that is completed in between is read as rows that are in none.
    int[][] complete = runs;
    int[] rest = sorted(complete.length * RUN_ROWS, rows.rowCount());
    var merge = new Merge(byId);
    for (int[] run : complete) {
      merge.add(run, firstAfter(run, after));
    }
    merge.add(rest, firstAfter(rest, after));
    return merge;
  }

  private int[] sorted(int firstRow, int endRow) {
    return IntStream.range(firstRow, endRow).boxed().sorted(byId).mapToInt(row -> row).toArray();
  }

  private int firstAfter(int[] run, Optional<byte[]> after) {
    if (after.isEmpty()) {
      return 0;
    }
    int low = 0;
    int high = run.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Arrays.compareUnsigned(rows.id(run[middle]), after.get()) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static final class Merge implements RowNumbers {
    private final PriorityQueue<Run> heads;

    Merge(Comparator<Integer> byId) {
      this.heads = new PriorityQueue<>((left, right) -> byId.compare(left.head(), right.head()));
    }

    void add(int[] rows, int first) {
      if (first < rows.length) {
        heads.add(new Run(rows, first));
      }
    }

    @Override
    public int next() {
      Run run = heads.poll();
      if (run == null) {
        return -1;
      }
      int row = run.head();
      run.index++;
      if (run.index < run.rows.length) {
        heads.add(run);
      }
      return row;
    }
  }

  private static final class Run {
    private final int[] rows;
    private int index;

    Run(int[] rows, int index) {
      this.rows = rows;
      this.index = index;
    }

    int head() {
      return rows[index];
    }
  }
}
