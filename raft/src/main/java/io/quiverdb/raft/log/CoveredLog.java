package io.quiverdb.raft.log;

/// How far a durable checkpoint makes the log unnecessary.
///
/// @param term of the last entry that it holds
/// @param index of that entry; −1 if it holds none
public record CoveredLog(long term, long index) {
  public static final CoveredLog NOTHING = new CoveredLog(0, -1);

  public CoveredLog {
    if (index < -1 || term < 0) {
      throw new IllegalArgumentException(
          "covered: index %d of term %d (expected: index -1 or more, term 0 or more)"
              .formatted(index, term));
    }
  }
}
