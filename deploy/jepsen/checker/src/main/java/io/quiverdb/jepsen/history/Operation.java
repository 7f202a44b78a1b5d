package io.quiverdb.jepsen.history;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a process asks: Jepsen's `f` with its argument. Values are opaque text; an empty value is a
/// key that is absent, as every key is at first.
public sealed interface Operation {
  /// Asks about the one key of its invocation.
  sealed interface OfKey extends Operation {}

  /// Asks about many keys of the collection of its invocation, which names no key.
  sealed interface OfCollection extends Operation {}

  /// Asks as one of the sessions of its collection, none of which promises more than to see what it
  /// has seen. Its invocation names no key: it is no register for others to judge.
  sealed interface OfSession extends Operation {
    String session();
  }

  /// Asks about the collections themselves.
  sealed interface OfCatalog extends Operation {}

  record Read() implements OfKey {}

  record Write(String value) implements OfKey {}

  /// Writes a point that searches find.
  ///
  /// @param vector finite, as long as all others of the collection
  record Upsert(List<Double> vector, String value) implements OfKey {
    public Upsert {
      vector = finite(vector);
    }
  }

  /// Writes `next` if the key holds `expected`, else changes nothing. Jepsen's `cas`.
  record CompareAndSet(Optional<String> expected, String next) implements OfKey {}

  /// Makes the key absent. Deleting what is absent succeeds.
  record Delete() implements OfKey {}

  /// Adds to the integer that the key holds, 0 when absent. One that was refused because the key
  /// had changed meanwhile added nothing.
  record Increment(long by) implements OfKey {}

  /// All keys and values, each as it was at some moment of the call; not all at the same.
  record Scan() implements OfCollection {}

  /// Writes several keys at one moment, all or none.
  ///
  /// @param entries of distinct ids; their versions play no part
  record WriteBatch(List<Entry> entries) implements OfCollection {
    public WriteBatch {
      entries = List.copyOf(entries);
      distinct(entries.stream().map(Entry::id).toList());
    }
  }

  /// Reads several keys at one moment.
  ///
  /// @param ids distinct
  record ReadBatch(List<String> ids) implements OfCollection {
    public ReadBatch {
      ids = List.copyOf(ids);
      distinct(ids);
    }
  }

  /// Moves `amount` from one account to another at one moment. An account is a key that holds an
  /// integer. One that was refused, because an account had changed or held too little, moved
  /// nothing.
  record Transfer(String from, String to, long amount) implements OfCollection {
    public Transfer {
      if (from.equals(to)) {
        throw new IllegalArgumentException("to: " + to + " (expected: another than from)");
      }
    }
  }

  /// The `k` points nearest to `query` by squared Euclidean distance, nearest first, ties by
  /// ascending id; each point as it was at some moment of the call.
  ///
  /// @param query finite, as long as the collection's vectors
  /// @param exact whether none may be missed
  record Search(List<Double> query, int k, boolean exact) implements OfCollection {
    public Search {
      query = finite(query);
      if (k < 1) {
        throw new IllegalArgumentException("k: " + k + " (expected: at least 1)");
      }
    }
  }

  /// Writes a key that no other session writes, and this one not before it knows what became of the
  /// write before.
  record SessionWrite(String session, String key, String value) implements OfSession {}

  /// Reads a key, as far as the session has to see.
  record SessionRead(String session, String key) implements OfSession {}

  /// Takes over what another session had seen after its first `operationCount` answered operations,
  /// joins included.
  record SessionJoin(String session, String other, long operationCount) implements OfSession {}

  /// Makes the collection of its invocation, empty. Refused if there is one of the name.
  record Create() implements OfCatalog {}

  /// Removes the collection of its invocation and all it holds. Refused if there is none.
  record Drop() implements OfCatalog {}

  /// Whether there is a collection of the name.
  record Exists() implements OfCatalog {}

  /// The names of all collections, at one moment.
  record ListCollections() implements OfCatalog {}

  private static List<Double> finite(List<Double> vector) {
    for (double coordinate : vector) {
      if (!Double.isFinite(coordinate)) {
        throw new IllegalArgumentException("vector: " + vector + " (expected: finite numbers)");
      }
    }
    return List.copyOf(vector);
  }

  private static void distinct(List<String> ids) {
    Set<String> seen = new HashSet<>();
    for (var id : ids) {
      if (!seen.add(id)) {
        throw new IllegalArgumentException("id: " + id + " twice (expected: distinct ids)");
      }
    }
  }
}
