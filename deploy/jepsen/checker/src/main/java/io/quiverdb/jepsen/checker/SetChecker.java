package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.Entry;
import io.quiverdb.jepsen.history.History;
import io.quiverdb.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/// Compares every scan with the writes to its collection: nothing acknowledged may be lost, nothing
/// invented, nothing doubled, nothing seen that had been overwritten before. Where there are
/// deletes, this is the check of tombstones as well: nothing may come back after its deletion, also
/// not in a search. Judges scans, and the searches of collections with deletes.
///
/// Each sight is judged by itself, at any number of keys; whether they fit each other is for
/// [LinearizabilityChecker].
public final class SetChecker implements Checker {
  private final boolean withDeletes;

  private SetChecker(boolean withDeletes) {
    this.withDeletes = withDeletes;
  }

  /// For collections from which nothing is deleted.
  public static SetChecker ofInserts() {
    return new SetChecker(false);
  }

  /// For the others.
  public static SetChecker ofTombstones() {
    return new SetChecker(true);
  }

  @Override
  public String name() {
    return withDeletes ? "tombstones" : "set";
  }

  @Override
  public Finding check(History history) {
    var accusations = new Accusations();
    int judgedCount = 0;
    for (var entry : history.callsByCollection().entrySet()) {
      var calls = Attempts.merge(entry.getValue());
      if (calls.stream().anyMatch(SetChecker::isDelete) == withDeletes) {
        judgedCount += judge(entry.getKey(), calls, accusations);
      }
    }
    return new Finding(name(), judgedCount, accusations.violations(), List.of());
  }

  private static boolean isDelete(Call call) {
    return !call.isFailed()
        && (call.operation() instanceof Operation.Delete
            || call.operation() instanceof Operation.Drop);
  }

  private int judge(String collection, List<Call> calls, Accusations accusations) {
    var sights = new Sights(collection, new Timelines(calls), accusations);
    int judgedCount = 0;
    for (var call : calls) {
      switch (call.answer().orElse(null)) {
        case Answer.Entries(var entries) when call.operation() instanceof Operation.Scan -> {
          judgeScan(collection, call, entries, sights, accusations);
          judgedCount++;
        }
        case Answer.Hits(var hits) when withDeletes -> {
          hits.forEach(
              hit -> sights.judge(call, hit.entry().id(), Optional.of(hit.entry().value())));
          judgedCount++;
        }
        case null, default -> {}
      }
    }
    return judgedCount;
  }

  private static void judgeScan(
      String collection, Call scan, List<Entry> entries, Sights sights, Accusations accusations) {
    var byId = new LinkedHashMap<String, List<Entry>>();
    entries.forEach(entry -> byId.computeIfAbsent(entry.id(), _ -> new ArrayList<>()).add(entry));
    byId.forEach(
        (id, seen) -> {
          if (seen.size() > 1) {
            accusations.add(
                Subjects.key(collection, id),
                "doubled: read more than once",
                CollectionSteps.onlyOf(scan, id));
          }
          seen.forEach(entry -> sights.judge(scan, id, Optional.of(entry.value())));
        });
    for (var id : sights.ids()) {
      if (!byId.containsKey(id)) {
        sights.judge(scan, id, Optional.empty());
      }
    }
  }
}
