package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.checker.LivePoints.Near;
import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.History;
import io.quiverdb.jepsen.history.Hit;
import io.quiverdb.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;

/// Judges searches of collections whose points are written with their vectors. Every hit was live
/// at some moment of the call, stands there once, with the right score and in the right place;
/// there are as many as asked for, if there are as many points. An exact search has missed nothing
/// that was live during all of the call. Approximate ones of a collection have, on average, the
/// recall that was promised; of a few of them that is unknown. Judges searches.
public final class SearchChecker implements Checker {
  /// Approximate searches that had something to find: of fewer an average tells nothing.
  static final int RECALLS_MIN = 30;

  private static final int WORST_SHOWN = 3;

  private final double recallFloor;

  /// @param recallFloor of the approximate searches of a collection, on average, 0 to 1; 0 if
  ///   nothing is promised
  public SearchChecker(double recallFloor) {
    if (!(recallFloor >= 0 && recallFloor <= 1)) {
      throw new IllegalArgumentException("recallFloor: " + recallFloor + " (expected: 0 to 1)");
    }
    this.recallFloor = recallFloor;
  }

  @Override
  public String name() {
    return "search";
  }

  @Override
  public Finding check(History history) {
    var accusations = new Accusations();
    List<String> unknown = new ArrayList<>();
    int judgedCount = 0;
    for (var entry : history.callsByCollection().entrySet()) {
      if (entry.getValue().stream()
          .anyMatch(call -> call.operation() instanceof Operation.Search)) {
        var ofCollection = new InCollection(entry.getKey(), entry.getValue(), accusations);
        judgedCount += ofCollection.judge();
        ofCollection.unknownRecall().ifPresent(unknown::add);
      }
    }
    return new Finding(name(), judgedCount, accusations.violations(), unknown);
  }

  private final class InCollection {
    private record Recall(Call search, double recall) {}

    private final String collection;
    private final List<Call> calls;
    private final Accusations accusations;
    private final Distances distances;
    private final LivePoints points;
    private final Sights sights;
    private final List<Recall> recalls = new ArrayList<>();

    private InCollection(String collection, List<Call> calls, Accusations accusations) {
      this.collection = collection;
      this.calls = Attempts.merge(calls);
      this.accusations = accusations;
      var timelines = new Timelines(this.calls);
      distances = new Distances(this.calls);
      points = new LivePoints(timelines, distances);
      sights = new Sights(collection, timelines, accusations);
    }

    private int judge() {
      int judgedCount = 0;
      for (var call : calls) {
        if (call.operation() instanceof Operation.Search search
            && call.answer().orElse(null) instanceof Answer.Hits answer) {
          judge(call, search, answer);
          judgedCount++;
        }
      }
      judgeRecall();
      return judgedCount;
    }

    private void judge(Call call, Operation.Search search, Answer.Hits answer) {
      judgeOrder(call, search, answer.hits());
      for (var hit : answer.hits()) {
        sights.judge(call, hit.entry().id(), Optional.of(hit.entry().value()));
      }
      var live = points.during(call, search);
      int expectedCount = Math.min(search.k(), live.size());
      var found = new HashSet<String>();
      answer.hits().forEach(hit -> found.add(hit.entry().id()));
      if (search.exact()) {
        judgeCompleteness(call, search, answer, live, found);
      } else {
        if (answer.hits().size() < expectedCount) {
          accuse(
              "%d hits are too few: %d points are live"
                  .formatted(answer.hits().size(), live.size()),
              call);
        }
        if (!live.isEmpty()) {
          recalls.add(new Recall(call, recall(search, answer, live, found)));
        }
      }
    }

    /// Of the nearest among the hits and what was live during the whole call, how many are hits.
    /// What was live during a part of it is not missed, and takes no place unless it was found.
    private static double recall(
        Operation.Search search, Answer.Hits answer, List<Near> live, Set<String> found) {
      // The nearest of them, the farthest first.
      var nearest = new PriorityQueue<Double>(Comparator.reverseOrder());
      for (var hit : answer.hits()) {
        offer(nearest, search.k(), hit.score());
      }
      for (var near : live) {
        if (!found.contains(near.id())) {
          offer(nearest, search.k(), near.distance());
        }
      }
      double farthest = nearest.element();
      long hitCount = answer.hits().stream().filter(hit -> hit.score() <= farthest).count();
      return Math.min(1, (double) hitCount / nearest.size());
    }

    private static void offer(PriorityQueue<Double> nearest, int count, double distance) {
      if (nearest.size() < count) {
        nearest.add(distance);
      } else if (distance < nearest.element()) {
        nearest.remove();
        nearest.add(distance);
      }
    }

    private void judgeOrder(Call call, Operation.Search search, List<Hit> hits) {
      if (hits.size() > search.k()) {
        accuse("more hits than asked for", call);
      }
      var ids = new HashSet<String>();
      Optional<Hit> before = Optional.empty();
      for (var hit : hits) {
        if (!ids.add(hit.entry().id())) {
          accuse("a point is found twice", call);
        }
        var distance = distances.of(hit.entry().id(), hit.entry().value(), search);
        if (distance.isPresent() && !Distances.isScore(distance.getAsDouble(), hit)) {
          accuse(
              "the score of %s is wrong (expected: %s)"
                  .formatted(hit.entry().id(), distance.getAsDouble()),
              call);
        }
        if (before.isPresent() && !isInOrder(before.get(), hit)) {
          accuse("hits are not in order at " + hit.entry().id(), call);
        }
        before = Optional.of(hit);
      }
    }

    private static boolean isInOrder(Hit before, Hit hit) {
      int byScore = Double.compare(before.score(), hit.score());
      return byScore < 0 || (byScore == 0 && before.entry().id().compareTo(hit.entry().id()) < 0);
    }

    private void judgeCompleteness(
        Call call,
        Operation.Search search,
        Answer.Hits answer,
        List<Near> live,
        Set<String> found) {
      var worst = distances.worst(search, answer);
      live.stream()
          .filter(near -> !found.contains(near.id()))
          .filter(near -> distances.mustBeFound(near.id(), near.value(), search, worst))
          .min(Comparator.comparingDouble(Near::distance).thenComparing(Near::id))
          // One accusation of a search is enough.
          .ifPresent(
              near ->
                  accusations.add(
                      Subjects.key(collection, near.id()),
                      "missed by an exact search, at distance " + near.distance(),
                      near.write(),
                      call));
    }

    private Optional<String> unknownRecall() {
      return recallFloor == 0 || recalls.isEmpty() || recalls.size() >= RECALLS_MIN
          ? Optional.empty()
          : Optional.of(
              "%s: recall of %d searches (expected: at least %d)"
                  .formatted(Subjects.collection(collection), recalls.size(), RECALLS_MIN));
    }

    private void judgeRecall() {
      if (recalls.size() < RECALLS_MIN) {
        return;
      }
      double mean = recalls.stream().mapToDouble(Recall::recall).average().orElseThrow();
      if (mean < recallFloor) {
        var worst =
            recalls.stream()
                .sorted(Comparator.comparingDouble(Recall::recall))
                .limit(WORST_SHOWN)
                .map(Recall::search)
                .toList();
        accusations.add(
            Subjects.collection(collection),
            "recall %.4f of %d searches (expected: at least %s), the worst of them"
                .formatted(mean, recalls.size(), recallFloor),
            worst);
      }
    }

    private void accuse(String claim, Call call) {
      accusations.add(Subjects.collection(collection), claim, call);
    }
  }
}
