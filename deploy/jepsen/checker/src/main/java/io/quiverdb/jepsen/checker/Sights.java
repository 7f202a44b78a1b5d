package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Judges what calls saw of the keys of one collection, each sight by itself: whether the key can
/// have held that at any moment of the call.
final class Sights {
  private final String collection;
  private final Timelines timelines;
  private final Accusations accusations;

  Sights(String collection, Timelines timelines, Accusations accusations) {
    this.collection = collection;
    this.timelines = timelines;
    this.accusations = accusations;
  }

  /// Whether it is possible; if not, it is accused.
  ///
  /// @param value empty if the key was seen to be absent
  boolean judge(Call call, String id, Optional<String> value) {
    var timeline = timelines.of(id);
    if (timeline.isPossible(value, call)) {
      return true;
    }
    var sight = CollectionSteps.onlyOf(call, id);
    var subject = Subjects.key(collection, id);
    if (!timeline.wasWritten(value, call)) {
      accusations.add(subject, "invented: seen and never written before", sight);
      return false;
    }
    var why = timeline.whyImpossible(value, call);
    var calls = new ArrayList<>(List.of(why.overwrite(), sight));
    why.write().ifPresent(calls::add);
    accusations.add(subject, claim(value, why), calls);
    return false;
  }

  private static String claim(Optional<String> value, Timeline.Overwritten why) {
    if (value.isEmpty()) {
      return "lost: acknowledged and not seen";
    }
    return switch (why.overwrite().operation()) {
      case Operation.Delete() -> "resurrected: seen after its deletion";
      case Operation.Drop() -> "resurrected: seen after the collection that held it was dropped";
      default -> "stale: seen after it was overwritten";
    };
  }

  /// Every key that may ever have been there.
  Set<String> ids() {
    return timelines.ids();
  }
}
