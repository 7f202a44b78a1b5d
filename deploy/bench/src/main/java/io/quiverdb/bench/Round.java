package io.quiverdb.bench;

import java.util.OptionalDouble;

/// One measurement.
///
/// @param figure in the contest's unit
/// @param cpuSeconds that this process used for it
/// @param othersShare of the machine that other processes took meanwhile, 0 to 1
public record Round(
    double figure, double wallSeconds, double cpuSeconds, OptionalDouble othersShare) {
  private static final double OTHERS_MAX = 0.1;

  static Round of(Contestant contestant) throws Exception {
    var before = Machine.usage();
    double figure = contestant.round();
    var after = Machine.usage();
    return new Round(
        figure,
        after.wallSecondsSince(before),
        after.ownSecondsSince(before),
        after.othersShareSince(before));
  }

  /// Whether other processes took more than a tenth of the machine.
  boolean disturbed() {
    return othersShare.orElse(0) > OTHERS_MAX;
  }
}
