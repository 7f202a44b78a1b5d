package io.quiverdb.bench.search;

import io.quiverdb.bench.Curve;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Asks searchers at one accuracy after the other, in turn, until they find all.
final class CurveSweep {
  /// Each is asked so often for a point of its curve, after once that does not count; the median
  /// does.
  private static final int TIMES = 3;

  /// Of processor time.
  private static final Duration ROUND = Duration.ofMillis(200);

  /// Of processor time that each is asked for before, so that the JVM has compiled what is hot.
  private static final Duration WARM_UP = Duration.ofSeconds(4);

  private static final int WARM_UP_EF = 64;

  private static final double RECALL_ENOUGH = 0.9995;

  private final Question question;

  CurveSweep(Question question) {
    this.question = question;
  }

  /// The points of each searcher, in their order.
  List<List<Curve.Point>> run(List<RemoteSearcher> searchers) {
    List<List<Curve.Point>> points = new ArrayList<>();
    for (var searcher : searchers) {
      points.add(new ArrayList<>());
      var _ = searcher.ask(question.asked(WARM_UP_EF).lasting(WARM_UP));
    }
    for (int ef : Question.EFS) {
      for (int index = 0; index < searchers.size(); index++) {
        var known = points.get(index);
        if (known.isEmpty() || known.getLast().recall() < RECALL_ENOUGH) {
          known.add(point(searchers.get(index), ef));
        }
      }
    }
    return points;
  }

  private Curve.Point point(RemoteSearcher searcher, int ef) {
    double recall = question.recall(searcher, ef);
    List<Answers> answers = new ArrayList<>();
    for (int time = 0; time < TIMES; time++) {
      answers.add(searcher.ask(question.asked(ef).lasting(ROUND)));
    }
    answers.sort(Comparator.comparingDouble(Answers::perSecond));
    var median = answers.get(TIMES / 2);
    return new Curve.Point(
        ef, recall, median.perSecond(), median.p50Nanos() / 1e3, median.p99Nanos() / 1e3);
  }
}
