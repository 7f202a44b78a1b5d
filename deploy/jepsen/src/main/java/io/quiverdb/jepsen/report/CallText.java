package io.quiverdb.jepsen.report;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.Entry;
import io.quiverdb.jepsen.history.Event;
import io.quiverdb.jepsen.history.Operation;
import io.quiverdb.jepsen.history.Witness;
import java.util.List;
import java.util.stream.Collectors;

/// A call in words.
record CallText(Call call) {
  private static final String ABSENT = "absent";

  String operation() {
    return switch (call.operation()) {
      case Operation.Read() -> "read";
      case Operation.Write(var value) -> "write " + value;
      case Operation.Upsert(var vector, var value) -> "upsert " + value + " at " + vector;
      case Operation.CompareAndSet(var expected, var next) ->
          "cas " + expected.orElse(ABSENT) + " → " + next;
      case Operation.Delete() -> "delete";
      case Operation.Increment(long by) -> "add " + by;
      case Operation.Scan() -> "scan";
      case Operation.WriteBatch(var entries) -> "write batch " + text(entries);
      case Operation.ReadBatch(var ids) -> "read batch " + String.join(", ", ids);
      case Operation.Transfer(var from, var to, long amount) ->
          "move " + amount + ": " + from + " → " + to;
      case Operation.Search(var query, int k, boolean exact) ->
          (exact ? "exact search, " : "search, ") + k + " nearest to " + query;
      case Operation.SessionWrite(var session, var key, var value) ->
          "session %s: write %s of %s".formatted(session, value, key);
      case Operation.SessionRead(var session, var key) ->
          "session %s: read %s".formatted(session, key);
      case Operation.SessionJoin(var session, var other, long operationCount) ->
          "session %s: take over %d operations of %s".formatted(session, operationCount, other);
      case Operation.Create() -> "create";
      case Operation.Drop() -> "drop";
      case Operation.Exists() -> "exists";
      case Operation.ListCollections() -> "list collections";
    };
  }

  /// The answer, or why there is none.
  String end() {
    return call.completion().map(this::end).orElse("in flight");
  }

  private String end(Event.Completion completion) {
    return switch (completion) {
      case Event.Ok ok -> text(ok.answer());
      case Event.Fail fail -> reason("failed", fail.error());
      case Event.Info info -> reason("unknown", info.error());
    };
  }

  private String text(Answer answer) {
    return switch (answer) {
      case Answer.Value(var value) -> value.orElse(ABSENT);
      case Answer.Done() ->
          call.operation() instanceof Operation.CompareAndSet ? "swapped" : "done";
      case Answer.Mismatch() -> "refused";
      case Answer.Entries(var entries) -> entries.isEmpty() ? "nothing" : text(entries);
      case Answer.Hits(var hits) ->
          hits.isEmpty()
              ? "nothing"
              : hits.stream()
                  .map(hit -> text(hit.entry()) + " at distance " + hit.score())
                  .collect(Collectors.joining(", "));
    };
  }

  private static String text(List<Entry> entries) {
    return entries.stream().map(CallText::text).collect(Collectors.joining(", "));
  }

  private static String text(Entry entry) {
    var version = entry.version();
    return entry.id()
        + "="
        + entry.value()
        + (version.isPresent() ? " (version " + version.getAsLong() + ")" : "");
  }

  private static String reason(String fate, String error) {
    return error.isEmpty() ? fate : fate + ": " + error;
  }

  /// In a few letters, for a drawing: what was asked, and what came of it where that says more.
  String label() {
    return switch (Fate.of(call)) {
      case ANSWERED ->
          call.answer().filter(Answer.Done.class::isInstance).isPresent()
              ? operation()
              : operation() + " → " + end();
      case FAILED -> operation() + " ✗";
      case UNKNOWN -> operation() + " ?";
    };
  }

  /// Collection and key.
  String place() {
    return call.key().isEmpty() || call.collection().isEmpty()
        ? call.collection() + call.key()
        : call.collection() + "/" + call.key();
  }

  /// What the store told beside the answer; empty if nothing.
  String witness() {
    var witness = call.witness();
    var positions =
        witness.positions().stream().map(CallText::text).collect(Collectors.joining(", "));
    if (witness.version().isEmpty()) {
      return positions;
    }
    var version = "version " + witness.version().getAsLong();
    return positions.isEmpty() ? version : version + ", " + positions;
  }

  private static String text(Witness.Position position) {
    return "shard %d, term %d, index %d"
        .formatted(position.shard(), position.term(), position.index());
  }

  /// Whether it asks for a change.
  static boolean isWrite(Operation operation) {
    return switch (operation) {
      case Operation.Read(),
          Operation.ReadBatch(_),
          Operation.Scan(),
          Operation.Search(_, _, _),
          Operation.Exists(),
          Operation.SessionRead(_, _),
          Operation.SessionJoin(_, _, _),
          Operation.ListCollections() ->
          false;
      case Operation.Write(_),
          Operation.Upsert(_, _),
          Operation.CompareAndSet(_, _),
          Operation.Delete(),
          Operation.Increment(_),
          Operation.WriteBatch(_),
          Operation.Transfer(_, _, _),
          Operation.SessionWrite(_, _, _),
          Operation.Create(),
          Operation.Drop() ->
          true;
    };
  }
}
