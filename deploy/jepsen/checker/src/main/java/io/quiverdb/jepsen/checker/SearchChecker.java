package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.History;
import io.quiverdb.jepsen.history.Hit;
import io.quiverdb.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Judges searches of collections whose points are written with their vectors. Every hit was live
/// at some moment of the call, stands there once, with the right score and in the right place;
/// there are as many as asked for, if there are as many points. An exact search has missed nothing
/// that was live during all of the call. Approximate ones have, on average, the recall that was
/// promised. Judges searches.
public final class SearchChecker implements Checker {
  private static final int WORST_SHOWN = 3;

  private final double recallFloor;

  /// @param recallFloor of the approximate searches of a collection, on average, 0 to 1
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
    int judgedCount = 0;
    for (var entry : history.callsByCollection().entrySet()) {
      if (entry.getValue().stream()
          .anyMatch(call -> call.operation() instanceof Operation.Search)) {
        judgedCount += new InCollection(entry.getKey(), entry.getValue(), accusations).judge();
      }
    }
    return new Finding(name(), judgedCount, accusations.violations(), List.of());
  }

  private final class InCollection {
    private record Near(String id, String value, double distance, Call write) {}

    private record Recall(Call search, double recall) {}

    private final String collection;
    private final List<Call> calls;
    private final Accusations accusations;
    private final Timelines timelines;
    private final Distances distances;
    private final Sights sights;
    private final List<Recall> recalls = new ArrayList<>();

    private InCollection(String collection, List<Call> calls, Accusations accusations) {
      this.collection = collection;
      this.calls = Attempts.merge(calls);
      this.accusations = accusations;
      timelines = new Timelines(this.calls);
      distances = new Distances(this.calls);
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
      var live = certainlyLive(call, search);
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
        recalls.add(new Recall(call, recall(search, answer, live, found)));
      }
    }

    /// Of the nearest among the hits and what was live during the whole call, how many are hits.
    /// What was live during a part of it is not missed, and takes no place unless it was found.
    private static double recall(
        Operation.Search search, Answer.Hits answer, List<Near> live, Set<String> found) {
      var distances = new ArrayList<>(answer.hits().stream().map(Hit::score).toList());
      live.stream()
          .filter(near -> !found.contains(near.id()))
          .map(Near::distance)
          .forEach(distances::add);
      Collections.sort(distances);
      int count = Math.min(search.k(), distances.size());
      if (count == 0) {
        return 1;
      }
      double farthest = distances.get(count - 1);
      long hitCount = answer.hits().stream().filter(hit -> hit.score() <= farthest).count();
      return Math.min(1, (double) hitCount / count);
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

    /// The points that are live with one value during the whole call, nearest first.
    private List<Near> certainlyLive(Call call, Operation.Search search) {
      var live = new ArrayList<Near>();
      for (var id : timelines.ids()) {
        timelines
            .of(id)
            .certainly(call)
            .flatMap(held -> near(id, held, search))
            .ifPresent(live::add);
      }
      live.sort(Comparator.comparingDouble(Near::distance).thenComparing(Near::id));
      return live;
    }

    private Optional<Near> near(String id, Timeline.Held held, Operation.Search search) {
      if (held.value().isEmpty()) {
        return Optional.empty();
      }
      var value = held.value().get();
      var distance = distances.of(id, value, search);
      return distance.isPresent()
          ? Optional.of(new Near(id, value, distance.getAsDouble(), held.write().orElseThrow()))
          : Optional.empty();
    }

    private void judgeCompleteness(
        Call call,
        Operation.Search search,
        Answer.Hits answer,
        List<Near> live,
        Set<String> found) {
      var worst = distances.worst(search, answer);
      for (var near : live) {
        if (!found.contains(near.id())
            && distances.mustBeFound(near.id(), near.value(), search, worst)) {
          accusations.add(
              Subjects.key(collection, near.id()),
              "missed by an exact search, at distance " + near.distance(),
              near.write(),
              call);
          return; // one accusation of a search is enough
        }
      }
    }

    private void judgeRecall() {
      double mean = recalls.stream().mapToDouble(Recall::recall).average().orElse(1);
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
