package io.quiverdb.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/// What is done some times over, with several figures each time, each held against a limit: nothing
/// takes turns with it.
///
/// @param <T> what comes of one time
public final class Trials<T> {
  private final List<Trial<T>> trials;

  private record Trial<T>(T outcome, Round round) {}

  private Trials(List<Trial<T>> trials) {
    this.trials = List.copyOf(trials);
  }

  @FunctionalInterface
  public interface Attempt<T> {
    /// @param number counted from 0
    T run(int number) throws Exception;
  }

  public static <T> Trials<T> run(int count, Attempt<T> attempt) throws Exception {
    List<Trial<T>> trials = new ArrayList<>();
    for (int index = 0; index < count; index++) {
      int number = index;
      List<T> outcome = new ArrayList<>();
      var round =
          Round.of(
              () -> {
                outcome.add(attempt.run(number));
                return 0;
              });
      trials.add(new Trial<>(outcome.getFirst(), round));
    }
    return new Trials<>(trials);
  }

  /// Holds the median against a limit.
  public Result median(
      String name, String unit, ToDoubleFunction<T> figure, double limit, Target target) {
    return new Result(name, unit, new Series("quiver", rounds(figure)), limit(limit), target);
  }

  /// Holds the figure that a share of the times do not exceed against a limit.
  public Result quantile(
      String name,
      String unit,
      double share,
      ToDoubleFunction<T> figure,
      double limit,
      Target target) {
    var rounds = rounds(figure);
    double quantile =
        Series.quantile(rounds.stream().mapToDouble(Round::figure).sorted().toArray(), share);
    var same = rounds.stream().map(round -> withFigure(round, quantile)).toList();
    return new Result(name, unit, new Series("quiver", same), limit(limit), target);
  }

  public double mean(ToDoubleFunction<T> figure) {
    return trials.stream()
        .map(Trial::outcome)
        .mapToDouble(figure)
        .average()
        .orElseThrow(() -> new IllegalStateException("trials: none"));
  }

  private List<Round> rounds(ToDoubleFunction<T> figure) {
    return trials.stream()
        .map(trial -> withFigure(trial.round, figure.applyAsDouble(trial.outcome)))
        .toList();
  }

  private static Round withFigure(Round round, double figure) {
    return new Round(figure, round.wallSeconds(), round.cpuSeconds(), round.othersShare());
  }

  private static Series limit(double limit) {
    return new Series("limit", List.of(new Round(limit, 0, 0, OptionalDouble.empty())));
  }
}
