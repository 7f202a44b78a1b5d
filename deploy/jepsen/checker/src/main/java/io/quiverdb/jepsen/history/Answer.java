package io.quiverdb.jepsen.history;

import java.util.List;
import java.util.Optional;

/// What an operation that took place told its process.
public sealed interface Answer {
  /// To a read: the value seen, empty when the key was absent. To a create and to an exists: the id
  /// of the collection, empty when there was none.
  record Value(Optional<String> value) implements Answer {}

  /// To all that writes: it did.
  record Done() implements Answer {}

  /// To what writes on a condition (compare-and-set, increment, batch, transfer, create, drop): the
  /// condition was looked at and did not hold, and nothing was written.
  record Mismatch() implements Answer {}

  /// To a scan and to a batch of reads: what was present, an id twice where it was read twice. To a
  /// list of collections: their names and ids.
  record Entries(List<Entry> entries) implements Answer {
    public Entries {
      entries = List.copyOf(entries);
    }
  }

  /// To a search, in the order given.
  record Hits(List<Hit> hits) implements Answer {
    public Hits {
      hits = List.copyOf(hits);
    }
  }

  /// Whether an operation can be answered so.
  default boolean fits(Operation operation) {
    return switch (operation) {
      case Operation.Read(), Operation.Exists(), Operation.SessionRead(_, _) ->
          this instanceof Value;
      case Operation.Write(_),
          Operation.Upsert(_, _),
          Operation.Delete(),
          Operation.SessionWrite(_, _, _),
          Operation.SessionJoin(_, _, _) ->
          this instanceof Done;
      case Operation.CompareAndSet(_, _),
          Operation.Increment(_),
          Operation.WriteBatch(_),
          Operation.Transfer(_, _, _),
          Operation.Drop() ->
          this instanceof Done || this instanceof Mismatch;
      case Operation.Create() ->
          this instanceof Done
              || this instanceof Mismatch
              || (this instanceof Value(var id) && id.isPresent());
      case Operation.Scan(), Operation.ReadBatch(_), Operation.ListCollections() ->
          this instanceof Entries;
      case Operation.Search(_, _, _) -> this instanceof Hits;
    };
  }
}
