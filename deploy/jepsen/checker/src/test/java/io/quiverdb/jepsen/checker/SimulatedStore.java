package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Entry;
import io.quiverdb.jepsen.history.Operation;
import io.quiverdb.jepsen.history.Witness;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The store of a [StoreSimulation], correct but for the bug it is given.
final class SimulatedStore {
  static final int SHARD_COUNT = 2;

  /// What goes wrong now and then.
  enum Bug {
    /// A write is acknowledged and forgotten.
    LOST_WRITE,
    /// A delete is acknowledged and forgotten.
    LOST_DELETE,
    /// A read answers from the past.
    STALE_READ,
    /// Nothing is compared.
    BLIND_SWAP,
    /// A scan tells an entry twice.
    DOUBLED_ENTRY,
    /// The second half of a batch or a transfer takes place later.
    HALF_BATCH,
    /// A repeated request takes effect again.
    NO_DEDUPE,
    /// A search does not see the newest point.
    MISSED_POINT,
    /// A search sees what was deleted.
    DEAD_POINT,
    /// A collection is created with what the last of its name held.
    OLD_DATA,
    /// A collection is dropped and still listed.
    LISTED_DROPPED,
    /// Two writes get one version.
    REUSED_VERSION,
    /// A read tells a position that it does not reflect.
    WRONG_POSITION
  }

  record Reply(Answer answer, Witness witness) {}

  private record Stored(String value, long version) {}

  private record Delayed(String collection, List<Entry> entries, long at) {}

  private final RandomGenerator random;
  private final Optional<Bug> bug;
  private final Map<String, TreeMap<String, Stored>> collections = new HashMap<>();
  private final Map<String, TreeMap<String, Stored>> past = new HashMap<>();
  private final Map<String, String> ids = new TreeMap<>();
  private final Map<String, Reply> replies = new HashMap<>();
  private final Map<String, List<Double>> vectors = new HashMap<>();
  private final List<Delayed> delayed = new ArrayList<>();
  private final long[] indexes = new long[SHARD_COUNT];
  private final long[] versions = new long[SHARD_COUNT];
  private Optional<Entry> newest = Optional.empty();
  private Optional<Entry> dead = Optional.empty();
  private long now;
  private long lastId;

  SimulatedStore(RandomGenerator random, Optional<Bug> bug) {
    this.random = random;
    this.bug = bug;
  }

  void tick() {
    now++;
    for (var half : List.copyOf(delayed)) {
      if (half.at() <= now) {
        delayed.remove(half);
        half.entries().forEach(entry -> put(half.collection(), entry.id(), entry.value()));
      }
    }
  }

  void place(String value, List<Double> vector) {
    vectors.put(value, vector);
  }

  double distance(Entry entry, List<Double> query) {
    var vector = vectors.getOrDefault(entry.value(), query);
    double sum = 0;
    for (int i = 0; i < query.size(); i++) {
      sum += (vector.get(i) - query.get(i)) * (vector.get(i) - query.get(i));
    }
    return sum;
  }

  Witness.Position position(int shard) {
    return new Witness.Position(shard, 1, indexes[shard]);
  }

  Reply apply(String collection, String key, Operation operation, String request) {
    var before = replies.get(request);
    if (before != null && !fails(Bug.NO_DEDUPE)) {
      return new Reply(before.answer(), new Witness(List.of(), before.witness().version()));
    }
    if (random.nextInt(10) == 0) {
      past.clear();
      collections.forEach((name, held) -> past.put(name, new TreeMap<>(held)));
    }
    var reply = apply(collection, key, operation);
    if (!request.isEmpty()) {
      replies.put(request, reply);
    }
    return reply;
  }

  private Reply apply(String collection, String key, Operation operation) {
    var held = of(collection);
    return switch (operation) {
      case Operation.Read() -> read(collection, key);
      case Operation.Write(var value) -> written(key, collection, value);
      case Operation.Upsert(_, var value) -> written(key, collection, value);
      case Operation.Delete() -> {
        if (!fails(Bug.LOST_DELETE)) {
          Optional.ofNullable(held.remove(key))
              .ifPresent(stored -> dead = Optional.of(new Entry(key, stored.value())));
        }
        yield new Reply(new Answer.Done(), logged(shard(key)));
      }
      case Operation.CompareAndSet(var expected, var next) -> {
        var value = Optional.ofNullable(held.get(key)).map(Stored::value);
        yield value.equals(expected) || fails(Bug.BLIND_SWAP)
            ? written(key, collection, next)
            : new Reply(new Answer.Mismatch(), Witness.NONE);
      }
      case Operation.Increment(var by) ->
          written(key, collection, String.valueOf(number(held.get(key)) + by));
      case Operation.WriteBatch(var entries) -> batch(collection, entries);
      case Operation.Transfer(var from, var to, var amount) ->
          batch(
              collection,
              List.of(
                  new Entry(from, String.valueOf(number(held.get(from)) - amount)),
                  new Entry(to, String.valueOf(number(held.get(to)) + amount))));
      case Operation.ReadBatch(var asked) ->
          new Reply(
              new Answer.Entries(
                  asked.stream()
                      .flatMap(
                          id ->
                              Optional.ofNullable(held.get(id))
                                  .map(stored -> entry(id, stored))
                                  .stream())
                      .toList()),
              Witness.NONE);
      case Operation.Create() -> create(collection);
      case Operation.Drop() -> drop(collection);
      case Operation.Exists() ->
          new Reply(new Answer.Value(Optional.ofNullable(ids.get(collection))), Witness.NONE);
      case Operation.ListCollections() ->
          new Reply(
              new Answer.Entries(
                  ids.entrySet().stream()
                      .map(entry -> new Entry(entry.getKey(), entry.getValue()))
                      .toList()),
              Witness.NONE);
      case Operation.Scan(), Operation.Search(_, _, _), Operation.OfSession _ ->
          throw new AssertionError(operation);
    };
  }

  private Reply read(String collection, String key) {
    var source =
        fails(Bug.STALE_READ) ? past.getOrDefault(collection, new TreeMap<>()) : of(collection);
    var stored = Optional.ofNullable(source.get(key));
    var position = position(shard(key));
    if (fails(Bug.WRONG_POSITION)) {
      position = new Witness.Position(position.shard(), 1, position.index() / 2);
    }
    var version =
        stored.isPresent() ? OptionalLong.of(stored.get().version()) : OptionalLong.empty();
    return new Reply(
        new Answer.Value(stored.map(Stored::value)), new Witness(List.of(position), version));
  }

  private Reply written(String key, String collection, String value) {
    var witness = logged(shard(key));
    if (!fails(Bug.LOST_WRITE)) {
      of(collection).put(key, new Stored(value, witness.version().orElseThrow()));
      newest = Optional.of(new Entry(key, value));
    }
    return new Reply(new Answer.Done(), witness);
  }

  private Reply batch(String collection, List<Entry> entries) {
    if (entries.size() > 1 && fails(Bug.HALF_BATCH)) {
      delayed.add(
          new Delayed(collection, entries.subList(1, entries.size()), now + 2 + random.nextInt(9)));
      put(collection, entries.getFirst().id(), entries.getFirst().value());
    } else {
      entries.forEach(entry -> put(collection, entry.id(), entry.value()));
    }
    return new Reply(new Answer.Done(), Witness.NONE);
  }

  private void put(String collection, String id, String value) {
    of(collection).put(id, new Stored(value, logged(shard(id)).version().orElseThrow()));
  }

  private Reply create(String name) {
    if (ids.containsKey(name)) {
      return new Reply(new Answer.Mismatch(), Witness.NONE);
    }
    if (!fails(Bug.OLD_DATA)) {
      of(name).clear();
    }
    ids.put(name, "id" + ++lastId);
    return new Reply(new Answer.Value(Optional.of("id" + lastId)), Witness.NONE);
  }

  private Reply drop(String name) {
    if (!ids.containsKey(name)) {
      return new Reply(new Answer.Mismatch(), Witness.NONE);
    }
    if (!fails(Bug.LISTED_DROPPED)) {
      ids.remove(name);
    }
    if (bug.isEmpty() || bug.get() != Bug.OLD_DATA) {
      of(name).clear();
    }
    return new Reply(new Answer.Done(), Witness.NONE);
  }

  boolean exists(String collection) {
    return ids.containsKey(collection);
  }

  List<Entry> scan(String collection, int shard) {
    var entries = new ArrayList<Entry>();
    of(collection)
        .forEach(
            (id, stored) -> {
              if (shard(id) == shard) {
                entries.add(entry(id, stored));
                if (fails(Bug.DOUBLED_ENTRY)) {
                  entries.add(entry(id, stored));
                }
              }
            });
    return entries;
  }

  List<Entry> searched(String collection, int shard) {
    var entries = new ArrayList<>(scan(collection, shard));
    if (newest.isPresent() && fails(Bug.MISSED_POINT)) {
      entries.removeIf(entry -> entry.id().equals(newest.get().id()));
    }
    if (dead.isPresent() && shard(dead.get().id()) == shard && fails(Bug.DEAD_POINT)) {
      entries.removeIf(entry -> entry.id().equals(dead.get().id()));
      entries.add(dead.get());
    }
    return entries;
  }

  private Witness logged(int shard) {
    indexes[shard]++;
    if (!fails(Bug.REUSED_VERSION)) {
      versions[shard]++;
    }
    return Witness.of(shard, 1, indexes[shard], versions[shard]);
  }

  private Map<String, Stored> of(String collection) {
    return collections.computeIfAbsent(collection, _ -> new TreeMap<>());
  }

  private boolean fails(Bug candidate) {
    return bug.isPresent() && bug.get() == candidate && random.nextInt(3) == 0;
  }

  private static Entry entry(String id, Stored stored) {
    return new Entry(id, stored.value(), OptionalLong.of(stored.version()));
  }

  private static long number(@Nullable Stored stored) {
    return stored == null ? 0 : Long.parseLong(stored.value());
  }

  private static int shard(String id) {
    return Math.floorMod(id.hashCode(), SHARD_COUNT);
  }
}
