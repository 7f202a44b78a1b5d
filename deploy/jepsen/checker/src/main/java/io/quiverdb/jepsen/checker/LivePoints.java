package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.List;

/// Which points of a collection were live with one value, and from when to when, as far as that is
/// certain and their vectors are known. Many thousands of them are gone through for every search.
final class LivePoints {
  private record Span(String id, String value, List<Double> vector, Timeline.Certain certain) {}

  /// @param distance from the query
  record Near(String id, String value, double distance, Call write) {}

  private final List<Span> spans = new ArrayList<>();

  LivePoints(Timelines timelines, Distances distances) {
    for (var id : timelines.ids()) {
      for (var certain : timelines.of(id).certain()) {
        certain
            .held()
            .value()
            .ifPresent(
                value ->
                    distances
                        .vector(id, value)
                        .ifPresent(vector -> spans.add(new Span(id, value, vector, certain))));
      }
    }
  }

  /// Those that are live with one value during the whole call, in no order.
  List<Near> during(Call call, Operation.Search search) {
    List<Near> live = new ArrayList<>();
    for (var span : spans) {
      if (span.certain.covers(call) && span.vector.size() == search.query().size()) {
        live.add(
            new Near(
                span.id,
                span.value,
                Distances.between(span.vector, search.query()),
                span.certain.held().write().orElseThrow()));
      }
    }
    return live;
  }
}
