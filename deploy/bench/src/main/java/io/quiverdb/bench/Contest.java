package io.quiverdb.bench;

import java.util.ArrayList;
import java.util.List;

/// Ours and its reference, in turn, so that what changes on the machine meanwhile meets both.
///
/// @param unit of the figures
/// @param target what the ratio of the medians, ours by the reference's, is held against
public record Contest(
    String name,
    String unit,
    String oursName,
    Contestant ours,
    String referenceName,
    Contestant reference,
    Target target) {
  public static final int ROUNDS_MIN = 5;

  /// After a round of each that does not count.
  ///
  /// @param rounds of each, at least [#ROUNDS_MIN]
  public Result run(int rounds) throws Exception {
    if (rounds < ROUNDS_MIN) {
      throw new IllegalArgumentException(
          "rounds: " + rounds + " (expected: at least " + ROUNDS_MIN + ")");
    }
    var _ = Round.of(ours);
    var _ = Round.of(reference);
    List<Round> oursRounds = new ArrayList<>();
    List<Round> referenceRounds = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      oursRounds.add(Round.of(ours));
      referenceRounds.add(Round.of(reference));
    }
    return new Result(
        name,
        unit,
        new Series(oursName, oursRounds),
        new Series(referenceName, referenceRounds),
        target);
  }
}
