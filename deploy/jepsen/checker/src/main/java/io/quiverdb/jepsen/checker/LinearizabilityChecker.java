package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.History;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// Judges whether a history of registers is linearizable (Herlihy and Wing 1990): whether each
/// operation can be given one moment between its invocation and its completion such that, in the
/// order of these moments, every answer is what a register that is absent at first would have said.
/// A failed operation has no moment; one that ended with info, or never ended, has any later moment
/// or none.
///
/// Keys are judged one by one: a history is linearizable exactly if each key's is (locality; as
/// P-compositionality in Horn and Kroening 2015). The work grows with the operations in flight at a
/// time on one key: with more than 10, or 1,000 in all, go on to another key or expect unknown.
public final class LinearizabilityChecker {
  /// At most about 150 MB for a key of 1,000 operations.
  public static final long DEFAULT_STATES_MAX = 500_000;

  private final long statesMax;

  public LinearizabilityChecker() {
    this(DEFAULT_STATES_MAX);
  }

  /// @param statesMax states explored on one key before giving up; a state is a set of operations
  ///   put in order and the value they lead to
  public LinearizabilityChecker(long statesMax) {
    if (statesMax < 1) {
      throw new IllegalArgumentException("statesMax: " + statesMax + " (expected: at least 1)");
    }
    this.statesMax = statesMax;
  }

  /// The worst verdict on any key: the first invalid one, else the first unknown, else valid.
  public Verdict check(History history) {
    Verdict worst = new Verdict.Valid();
    for (var verdict : checkKeys(history).values()) {
      switch (verdict) {
        case Verdict.Invalid invalid -> {
          return invalid;
        }
        case Verdict.Unknown unknown -> {
          if (worst instanceof Verdict.Valid) {
            worst = unknown;
          }
        }
        case Verdict.Valid _ -> {}
      }
    }
    return worst;
  }

  /// The verdict on each key, in order of first invocation.
  public Map<String, Verdict> checkKeys(History history) {
    var verdicts = new LinkedHashMap<String, Verdict>();
    var byKey = new LinkedHashMap<String, List<Call>>();
    for (var call : history.calls()) {
      byKey.computeIfAbsent(key(call), _ -> new ArrayList<>()).add(call);
    }
    byKey.forEach((key, calls) -> verdicts.put(key, checkKey(key, calls)));
    return verdicts;
  }

  private static String key(Call call) {
    return call.collection().isEmpty() ? call.key() : call.collection() + "/" + call.key();
  }

  private Verdict checkKey(String key, List<Call> calls) {
    var result = LinearizationSearch.search(calls, statesMax);
    return switch (result.outcome()) {
      case LINEARIZABLE -> new Verdict.Valid();
      case LIMIT_REACHED -> new Verdict.Unknown(key, result.statesExplored());
      case NOT_LINEARIZABLE -> new Verdict.Invalid(key, Counterexample.shrink(calls, proof()));
    };
  }

  /// Says yes only when certain. All that it explores is counted against one limit.
  private Predicate<List<Call>> proof() {
    var statesLeft = new long[] {statesMax};
    return calls -> {
      if (statesLeft[0] <= 0) {
        return false;
      }
      var result = LinearizationSearch.search(calls, statesLeft[0]);
      statesLeft[0] -= result.statesExplored();
      return result.outcome() == LinearizationSearch.Outcome.NOT_LINEARIZABLE;
    };
  }
}
