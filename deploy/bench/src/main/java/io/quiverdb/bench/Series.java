package io.quiverdb.bench;

import java.util.List;

/// The rounds of one contestant.
public record Series(String name, List<Round> rounds) {
  public Series {
    rounds = List.copyOf(rounds);
  }

  double median() {
    return quantile(rounds.stream().mapToDouble(Round::figure).sorted().toArray(), 0.5);
  }

  double least() {
    return rounds.stream().mapToDouble(Round::figure).min().orElseThrow();
  }

  double most() {
    return rounds.stream().mapToDouble(Round::figure).max().orElseThrow();
  }

  double cpuSeconds() {
    return rounds.stream().mapToDouble(Round::cpuSeconds).sum() / rounds.size();
  }

  long disturbedRounds() {
    return rounds.stream().filter(Round::disturbed).count();
  }

  /// Between the nearest two of sorted figures.
  static double quantile(double[] sorted, double share) {
    double rank = share * (sorted.length - 1);
    int below = (int) rank;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (rank - below) * (sorted[above] - sorted[below]);
  }
}
