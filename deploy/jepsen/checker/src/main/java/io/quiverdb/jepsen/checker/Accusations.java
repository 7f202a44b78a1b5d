package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Call;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;

/// Collects violations. Where a whole disk was lost, the first hundred say enough.
final class Accusations {
  static final int SHOWN_MAX = 100;

  private final List<Violation> shown = new ArrayList<>();
  private int more;

  /// @param calls in any order, one perhaps twice
  void add(String subject, String claim, Collection<Call> calls) {
    if (shown.size() == SHOWN_MAX) {
      more++;
      return;
    }
    var distinct = new ArrayList<>(new LinkedHashSet<>(calls));
    distinct.sort(Comparator.comparingInt(Call::invokedAt));
    shown.add(new Violation(subject, claim, distinct));
  }

  void add(String subject, String claim, Call... calls) {
    add(subject, claim, List.of(calls));
  }

  List<Violation> violations() {
    var all = new ArrayList<>(shown);
    if (more > 0) {
      all.add(new Violation("all of these", "and " + more + " more", List.of()));
    }
    return all;
  }
}
