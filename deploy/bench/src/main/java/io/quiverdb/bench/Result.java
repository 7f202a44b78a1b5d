package io.quiverdb.bench;

/// What a contest came to.
public record Result(String name, String unit, Series ours, Series reference, Target target) {
  /// Of the medians, ours by the reference's.
  public double ratio() {
    return ours.median() / reference.median();
  }

  public boolean targetMet() {
    return target.isMetBy(ratio());
  }

  long disturbedRounds() {
    return ours.disturbedRounds() + reference.disturbedRounds();
  }
}
