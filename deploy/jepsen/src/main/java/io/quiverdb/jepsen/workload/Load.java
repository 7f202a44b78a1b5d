package io.quiverdb.jepsen.workload;

/// What is mostly asked at a time. Writes hide what is wrong with reads: there must be times
/// without.
public enum Load {
  MIXED(50, 5),
  WRITE_HEAVY(90, 5),
  READ_MOSTLY(5, 5),
  IDLE(0, 250);

  private final int writePercent;
  private final int pauseMillis;

  Load(int writePercent, int pauseMillis) {
    this.writePercent = writePercent;
    this.pauseMillis = pauseMillis;
  }

  /// How many operations of a hundred change something.
  public int writePercent() {
    return writePercent;
  }

  /// How long a client rests after an operation, on average.
  public int pauseMillis() {
    return pauseMillis;
  }
}
