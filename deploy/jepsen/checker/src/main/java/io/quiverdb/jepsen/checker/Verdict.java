package io.quiverdb.jepsen.checker;

/// What became of a history that was judged. Ordered from good to bad.
public enum Verdict {
  VALID,
  /// Neither shown to be good nor shown to be bad within the limit.
  UNKNOWN,
  INVALID;

  /// The worse of the two.
  public Verdict and(Verdict other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
