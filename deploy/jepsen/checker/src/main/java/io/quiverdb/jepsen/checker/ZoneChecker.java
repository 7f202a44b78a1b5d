package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.History;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Judges the linearizability of the keys that hold no value twice and are never deleted, as
/// [Zones]: a second opinion beside [LinearizabilityChecker], unaffected by how many operations are
/// in flight. Judges keys.
public final class ZoneChecker implements Checker {
  @Override
  public String name() {
    return "zones";
  }

  @Override
  public Finding check(History history) {
    var accusations = new Accusations();
    var groups = groups(history);
    groups.forEach(
        (subject, steps) -> {
          var calls = Zones.accuse(steps);
          if (!calls.isEmpty()) {
            accusations.add(subject, "no order explains", calls);
          }
        });
    return new Finding(name(), groups.size(), accusations.violations(), List.of());
  }

  private static Map<String, List<Step>> groups(History history) {
    var fitting = new LinkedHashMap<>(CollectionSteps.groups(history));
    fitting.values().removeIf(steps -> !Zones.fit(new ArrayList<>(steps)));
    return fitting;
  }
}
