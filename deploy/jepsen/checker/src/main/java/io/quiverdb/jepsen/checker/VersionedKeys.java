package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.Entry;
import io.quiverdb.jepsen.history.History;
import io.quiverdb.jepsen.history.Operation;
import io.quiverdb.jepsen.history.Witness.Position;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/// Judges the versions of keys: one value each, and none seen that is older than the last write
/// which the read's position reflects.
final class VersionedKeys {
  private record Key(String collection, String id) {}

  private record Version(Key key, long version) {}

  private record Valued(Optional<String> value, Call call) {}

  /// A write of known version and place.
  private record Write(Position position, long version, Call call, Optional<String> value) {}

  private final History history;
  private final Accusations accusations;
  private final Map<Version, Valued> values = new HashMap<>();
  // By index: of all writes up to there the one of the greatest version. That is not always the one
  // at the index: several may share it, and one that is told again stands where it was told.
  private final Map<Key, TreeMap<Long, Write>> writes = new HashMap<>();
  // By writes of unknown place.
  private final Set<Key> perhapsDeleted = new HashSet<>();
  private final Set<String> dropped = new HashSet<>();

  VersionedKeys(History history, Accusations accusations) {
    this.history = history;
    this.accusations = accusations;
  }

  void judge() {
    history.calls().forEach(this::collect);
    writes.values().forEach(VersionedKeys::rememberGreatest);
    for (var call : history.calls()) {
      switch (call.answer().orElse(null)) {
        case Answer.Value(var value) when call.operation() instanceof Operation.Read ->
            judgeSight(call, key(call, call.key()), value, call.witness().version());
        case Answer.Entries(var entries) when !(call.operation() instanceof Operation.OfCatalog) ->
            judgeEntries(call, entries);
        case Answer.Hits(var hits) -> hits.forEach(hit -> judgeSight(call, hit.entry()));
        case null, default -> {}
      }
    }
  }

  private void collect(Call call) {
    if (call.isFailed()) {
      return;
    }
    for (var change : changes(call)) {
      var key = key(call, change.id());
      var version = call.witness().version();
      boolean isPlaced = VersionChecker.isWrite(call) && call.witness().positions().size() == 1;
      if (isPlaced && version.isPresent()) {
        name(key, version.getAsLong(), change.value(), call);
        var position = call.witness().positions().getFirst();
        writes
            .computeIfAbsent(key, _ -> new TreeMap<>())
            .merge(
                position.index(),
                new Write(position, version.getAsLong(), call, change.value()),
                (left, right) -> left.version() >= right.version() ? left : right);
      }
      if (change.value().isEmpty() && !(isPlaced && version.isPresent())) {
        perhapsDeleted.add(key);
      }
    }
    if (call.operation() instanceof Operation.Drop) {
      dropped.add(call.collection());
    }
  }

  private static void rememberGreatest(NavigableMap<Long, Write> ofKey) {
    Optional<Write> greatest = Optional.empty();
    for (var entry : ofKey.entrySet()) {
      if (greatest.isPresent() && greatest.get().version() > entry.getValue().version()) {
        entry.setValue(greatest.get());
      }
      greatest = Optional.of(entry.getValue());
    }
  }

  private record Change(String id, Optional<String> value) {}

  private static List<Change> changes(Call call) {
    return switch (call.operation()) {
      case Operation.Write(var value) -> List.of(new Change(call.key(), Optional.of(value)));
      case Operation.Upsert(_, var value) -> List.of(new Change(call.key(), Optional.of(value)));
      case Operation.CompareAndSet(_, var next) ->
          List.of(new Change(call.key(), Optional.of(next)));
      case Operation.Delete() -> List.of(new Change(call.key(), Optional.empty()));
      case Operation.WriteBatch(var entries) ->
          entries.stream()
              .map(entry -> new Change(entry.id(), Optional.of(entry.value())))
              .toList();
      case Operation.Increment _,
          Operation.Transfer _,
          Operation.Read _,
          Operation.Scan _,
          Operation.ReadBatch _,
          Operation.Search _,
          Operation.OfSession _,
          Operation.OfCatalog _ ->
          List.of();
    };
  }

  private void judgeEntries(Call call, List<Entry> entries) {
    var absent = new LinkedHashSet<String>();
    if (call.operation() instanceof Operation.ReadBatch(var ids)) {
      absent.addAll(ids);
    }
    for (var entry : entries) {
      absent.remove(entry.id());
      judgeSight(call, entry);
    }
    absent.forEach(id -> judgeSight(call, key(call, id), Optional.empty(), OptionalLong.empty()));
  }

  private void judgeSight(Call call, Entry entry) {
    judgeSight(call, key(call, entry.id()), Optional.of(entry.value()), entry.version());
  }

  private void judgeSight(Call call, Key key, Optional<String> value, OptionalLong version) {
    if (version.isPresent() && value.isPresent()) {
      name(key, version.getAsLong(), value, call);
    }
    var last = lastReflected(call, key);
    if (last.isEmpty()) {
      return;
    }
    boolean isLost =
        value.isEmpty()
            && last.get().value().isPresent()
            && !perhapsDeleted.contains(key)
            && !dropped.contains(key.collection());
    boolean isStale = version.isPresent() && version.getAsLong() < last.get().version();
    if (isLost || isStale) {
      accusations.add(
          subject(key),
          isLost
              ? "lost: absent at a position behind its write"
              : "stale: an older version than the last one at that position",
          last.get().call(),
          CollectionSteps.onlyOf(call, key.id()));
    }
  }

  /// The last write to the key, of those with a known place, that the call's position reflects.
  private Optional<Write> lastReflected(Call call, Key key) {
    var ofKey = writes.get(key);
    if (ofKey == null) {
      return Optional.empty();
    }
    int shard = ofKey.firstEntry().getValue().position().shard();
    return call.witness().positions().stream()
        .filter(position -> position.shard() == shard)
        .findFirst()
        .map(position -> ofKey.floorEntry(position.index()))
        .map(Map.Entry::getValue);
  }

  private void name(Key key, long version, Optional<String> value, Call call) {
    var known = values.putIfAbsent(new Version(key, version), new Valued(value, call));
    if (known != null && !known.value().equals(value)) {
      accusations.add(
          subject(key),
          "one version has two values",
          known.call(),
          CollectionSteps.onlyOf(call, key.id()));
    }
  }

  private static Key key(Call call, String id) {
    return new Key(call.collection(), id);
  }

  private static String subject(Key key) {
    return Subjects.key(key.collection(), key.id());
  }
}
