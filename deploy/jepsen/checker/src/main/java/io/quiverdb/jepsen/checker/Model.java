package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.Operation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/// The sequential model of a collection: keys that hold values, all absent at first.
final class Model {
  private Model() {}

  /// The step of a call that is one step, empty if the call explains nothing and needs nothing.
  ///
  /// @throws IllegalArgumentException if the operation is not one step: a scan, a search, or one on
  ///   the catalogue
  static Optional<Step> step(Call call) {
    if (call.isFailed()) {
      return Optional.empty();
    }
    var whenOpen = whenOpen(call);
    if (call.isOpen()) {
      return whenOpen.isEmpty()
          ? Optional.empty()
          : Optional.of(new Step(call, whenOpen, whenOpen));
    }
    return Optional.of(new Step(call, answered(call, whenOpen), whenOpen));
  }

  private static List<Access> whenOpen(Call call) {
    return switch (call.operation()) {
      case Operation.Read(), Operation.ReadBatch(_) -> List.of();
      case Operation.Write(var value) -> List.of(Access.puts(call.key(), Optional.of(value)));
      case Operation.Upsert(_, var value) -> List.of(Access.puts(call.key(), Optional.of(value)));
      case Operation.Delete() -> List.of(Access.puts(call.key(), Optional.empty()));
      case Operation.CompareAndSet(var expected, var next) ->
          List.of(
              new Access(call.key(), new Need.Only(expected), new Effect.Put(Optional.of(next))));
      case Operation.Increment(var by) -> List.of(adds(call.key(), by));
      case Operation.WriteBatch(var entries) ->
          entries.stream()
              .map(entry -> Access.puts(entry.id(), Optional.of(entry.value())))
              .toList();
      case Operation.Transfer(var from, var to, var amount) ->
          List.of(adds(from, Math.negateExact(amount)), adds(to, amount));
      case Operation.Scan(),
          Operation.Search(_, _, _),
          Operation.OfSession _,
          Operation.OfCatalog _ ->
          throw new IllegalArgumentException(
              "operation: " + call.operation() + " (expected: one at one moment on keys)");
    };
  }

  private static List<Access> answered(Call call, List<Access> whenOpen) {
    return switch (call.answer().orElseThrow()) {
      case Answer.Done() -> whenOpen;
      case Answer.Value(var value) -> List.of(Access.sees(call.key(), value));
      // Of the other conditional operations the history does not tell the condition.
      case Answer.Mismatch() ->
          call.operation() instanceof Operation.CompareAndSet(var expected, _)
              ? List.of(Access.read(call.key(), new Need.Not(expected)))
              : List.of();
      case Answer.Entries(var entries) -> {
        var seen = new LinkedHashMap<String, Optional<String>>();
        if (call.operation() instanceof Operation.ReadBatch(var ids)) {
          ids.forEach(id -> seen.put(id, Optional.empty()));
        }
        entries.forEach(entry -> seen.put(entry.id(), Optional.of(entry.value())));
        yield seen.entrySet().stream()
            .map(entry -> Access.sees(entry.getKey(), entry.getValue()))
            .toList();
      }
      case Answer.Hits _ -> throw new AssertionError(call);
    };
  }

  private static Access adds(String key, long by) {
    return new Access(key, Access.ANY, new Effect.Add(by));
  }
}
