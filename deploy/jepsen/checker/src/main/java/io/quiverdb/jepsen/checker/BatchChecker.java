package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.Entry;
import io.quiverdb.jepsen.history.History;
import io.quiverdb.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Judges whether batches are seen whole or not at all: a batch of reads that sees what a batch of
/// writes wrote to one key must not see, at another key of it, what that batch overwrote, nor
/// nothing. Values must be told apart by key and value; those written twice say nothing. Judges
/// batches of reads.
public final class BatchChecker implements Checker {
  private record Cell(String id, String value) {}

  /// One value of one key, as seen.
  private record Sight(Call write, String id) {}

  @Override
  public String name() {
    return "batch";
  }

  @Override
  public Finding check(History history) {
    var accusations = new Accusations();
    int judgedCount = 0;
    for (var entry : history.callsByCollection().entrySet()) {
      var calls = Attempts.merge(entry.getValue());
      if (calls.stream().anyMatch(call -> call.operation() instanceof Operation.WriteBatch)) {
        judgedCount += new InCollection(entry.getKey(), calls, accusations).judge();
      }
    }
    return new Finding(name(), judgedCount, accusations.violations(), List.of());
  }

  private static final class InCollection {
    private final String collection;
    private final List<Call> calls;
    private final Accusations accusations;
    private final Map<Cell, List<Call>> writes = new HashMap<>();
    private final Set<String> deletedIds = new HashSet<>();

    private InCollection(String collection, List<Call> calls, Accusations accusations) {
      this.collection = collection;
      this.calls = calls;
      this.accusations = accusations;
      for (var call : calls) {
        switch (call.operation()) {
          case Operation.Write(var value) -> add(call.key(), value, call);
          case Operation.Upsert(_, var value) -> add(call.key(), value, call);
          case Operation.CompareAndSet(_, var next) -> add(call.key(), next, call);
          case Operation.WriteBatch(var entries) ->
              entries.forEach(entry -> add(entry.id(), entry.value(), call));
          case Operation.Delete() -> deletedIds.add(call.key());
          default -> {}
        }
      }
    }

    private void add(String id, String value, Call call) {
      writes.computeIfAbsent(new Cell(id, value), _ -> new ArrayList<>()).add(call);
    }

    private int judge() {
      int judgedCount = 0;
      for (var call : calls) {
        if (call.operation() instanceof Operation.ReadBatch(var ids)
            && call.answer().orElse(null) instanceof Answer.Entries(var entries)) {
          judge(call, ids, entries);
          judgedCount++;
        }
      }
      return judgedCount;
    }

    private void judge(Call read, List<String> ids, List<Entry> entries) {
      var seen = new HashMap<String, Optional<Call>>();
      var sights = new ArrayList<Sight>();
      for (var entry : entries) {
        var writers = writes.getOrDefault(new Cell(entry.id(), entry.value()), List.of());
        boolean isTold = writers.size() == 1;
        seen.put(entry.id(), isTold ? Optional.of(writers.getFirst()) : Optional.empty());
        if (isTold) {
          sights.add(new Sight(writers.getFirst(), entry.id()));
        }
      }
      for (var sight : sights) {
        if (!judge(read, sight, new HashSet<>(ids), seen)) {
          return; // one accusation of a read is enough
        }
      }
    }

    private boolean judge(
        Call read, Sight sight, Set<String> ids, Map<String, Optional<Call>> seen) {
      if (!(sight.write().operation() instanceof Operation.WriteBatch(var written))) {
        return true;
      }
      if (wroteNothing(sight.write())) {
        accuse("a batch that was refused is seen", sight.write(), read);
        return false;
      }
      for (var entry : written) {
        if (!ids.contains(entry.id())) {
          continue;
        }
        if (!seen.containsKey(entry.id())) {
          if (!deletedIds.contains(entry.id())) {
            accuse("half a batch is seen", sight.write(), read);
            return false;
          }
          continue;
        }
        var other = seen.get(entry.id());
        if (other.isPresent() && isOverwritten(other.get(), sight)) {
          accuse("half a batch is seen", sight.write(), other.get(), read);
          return false;
        }
      }
      return true;
    }

    private static boolean wroteNothing(Call write) {
      return write.isFailed()
          || write.answer().filter(Answer.Mismatch.class::isInstance).isPresent();
    }

    /// Whether the other write, seen at one key of the batch, must have been overwritten there: it
    /// came before, or it would have overwritten what is seen of the batch.
    private static boolean isOverwritten(Call other, Sight sight) {
      if (other.equals(sight.write())) {
        return false;
      }
      boolean wroteBoth =
          other.operation() instanceof Operation.WriteBatch(var entries)
              && entries.stream().anyMatch(entry -> entry.id().equals(sight.id()));
      boolean wasBefore = other.answer().isPresent() && other.precedes(sight.write());
      return wroteBoth || wasBefore;
    }

    private void accuse(String claim, Call... accused) {
      accusations.add(Subjects.collection(collection), claim, accused);
    }
  }
}
