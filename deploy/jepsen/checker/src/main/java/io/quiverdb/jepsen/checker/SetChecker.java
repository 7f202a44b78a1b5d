package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.History;
import io.quiverdb.jepsen.history.Operation;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Compares inserts of distinct elements with a read of everything after the last of them: no
/// acknowledged one may be lost, none invented, none doubled.
public final class SetChecker {
  private SetChecker() {}

  /// @param acknowledged inserted for certain
  /// @param unknown perhaps inserted; all others were certainly not
  public record Inserts(Set<String> acknowledged, Set<String> unknown) {
    public Inserts {
      acknowledged = Set.copyOf(acknowledged);
      unknown = Set.copyOf(unknown);
    }

    /// Takes the keys written as the elements. An element sent several times was inserted if one
    /// attempt was acknowledged.
    ///
    /// @throws IllegalArgumentException if anything but a read or a write is in the history
    public static Inserts of(History history) {
      var acknowledged = new HashSet<String>();
      var unknown = new HashSet<String>();
      for (var call : history.calls()) {
        if (isInsert(call) && call.answer().isPresent()) {
          acknowledged.add(call.key());
        } else if (isInsert(call) && call.isOpen()) {
          unknown.add(call.key());
        }
      }
      unknown.removeAll(acknowledged);
      return new Inserts(acknowledged, unknown);
    }

    private static boolean isInsert(Call call) {
      return switch (call.operation()) {
        case Operation.Write(_) -> true;
        case Operation.Read() -> false;
        default ->
            throw new IllegalArgumentException(
                "operation: " + call.operation() + " (expected: a read or a write)");
      };
    }
  }

  /// @param lost acknowledged and not read
  /// @param invented read and never inserted, or only by attempts that failed
  /// @param doubled read more than once
  public record Findings(Set<String> lost, Set<String> invented, Set<String> doubled) {
    public boolean isEmpty() {
      return Stream.of(lost, invented, doubled).allMatch(Set::isEmpty);
    }
  }

  /// @param finalRead every element, as often as it was read
  public static Findings check(Inserts inserts, List<String> finalRead) {
    var read = new HashSet<String>();
    var doubled = new LinkedHashSet<String>();
    for (var element : finalRead) {
      if (!read.add(element)) {
        doubled.add(element);
      }
    }
    var possible = new HashSet<>(inserts.acknowledged());
    possible.addAll(inserts.unknown());
    return new Findings(
        without(inserts.acknowledged(), read), without(finalRead, possible), doubled);
  }

  private static Set<String> without(Collection<String> elements, Set<String> others) {
    var left = new LinkedHashSet<>(elements);
    left.removeAll(others);
    return left;
  }
}
