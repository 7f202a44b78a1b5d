package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.compaction.CompactionPolicy;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.index.Indexing;
import io.quiverdb.core.index.VectorBudget;
import io.quiverdb.core.storage.SimulatedStorage;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// A stand-alone store's life: what a write has returned for has to survive, whole and in order; of
/// the write that was cut off, all or nothing.
final class StandaloneWorkload implements CrashWorkload {
  private static final int DIMENSION = 4;
  private static final int IDS = 12;
  private static final List<String> NAMES = List.of("a", "b");
  private static final Descriptor DESCRIPTOR = new Descriptor(DIMENSION, Metric.L2_SQUARED);
  private static final Settings SETTINGS =
      new Settings(List.of(new FilterableField("k", FilterableField.Type.NUMERIC)));
  private static final Filter NOT_NEGATIVE =
      new Filter.Range(
          "k", Optional.of(new Filter.Bound(new Filter.Value.Whole(0), true)), Optional.empty());

  private static final String INDEX = "index";
  private static final String GRAPH = "graph";

  /// Of a short life.
  private static final int SEGMENT_IDS = 60;

  private final KeyRing keyRing;
  private final long seed;
  private final int steps;
  private final List<Step> bag;

  /// What the store holds at each version, by name of collection and id.
  private final Map<Long, Content> contents = new HashMap<>();

  private long acknowledged;

  /// Of a segment that is given a graph.
  private static final int GRAPH_ROWS_MIN = 2;

  /// Collections and their segments that have an index attached for certain, as long as they live.
  private final Map<Long, Set<Long>> attached = new HashMap<>();

  private Optional<Store> store = Optional.empty();

  /// What is done in one step. Each write counts as one version.
  enum Step {
    UPSERT,
    BATCH,
    DELETE,
    SET_PAYLOAD,
    CONDITIONAL,
    DROP_OR_CREATE,
    SHRED,
    CHECKPOINT,
    INDEXED_CHECKPOINT,
    ATTACH_INDEX,
    COMPACT,
    REOPEN
  }

  private record Content(TreeMap<String, TreeMap<String, StoredPoint>> collections) {
    static Content empty() {
      return new Content(new TreeMap<>());
    }

    TreeMap<String, StoredPoint> points(String name) {
      return Objects.requireNonNull(collections.get(name));
    }

    Content copy() {
      var copy = empty();
      collections.forEach((name, points) -> copy.collections.put(name, new TreeMap<>(points)));
      return copy;
    }
  }

  /// @param bag from which each step is drawn
  StandaloneWorkload(KeyRing keyRing, RandomGenerator random, int steps, List<Step> bag) {
    this.keyRing = keyRing;
    this.seed = random.nextLong();
    this.steps = steps;
    this.bag = List.copyOf(bag);
    contents.put(0L, Content.empty());
  }

  @Override
  public void run(Storage storage) {
    var life = new Life(storage, new SplittableRandom(seed));
    life.write(life.toggle("a"));
    for (int step = 0; step < steps; step++) {
      life.step(bag.get(life.random.nextInt(bag.size())));
    }
    life.store.close();
  }

  @Override
  public Optional<Store> store() {
    return store;
  }

  @Override
  public void recover(SimulatedStorage survivor) {
    try (var store = open(survivor)) {
      assertHolds(store);
    }
  }

  @Override
  public void goOn(SimulatedStorage survivor) {
    var random = new SplittableRandom(seed + survivor.fingerprint());
    try (var store = open(survivor)) {
      assertHolds(store);
      assertGoesOn(store, random);
      int _ = store.indexSegments();
      assertThat(store.stats().indexWork().graphsDamaged()).isZero();
    }
    try (var reopened = open(survivor)) {
      assertThat(reopened.verify().damages()).isEmpty();
    }
  }

  private Store open(Storage storage) {
    var indexing = new Indexing(new VectorBudget(1 << 20), 1, GRAPH_ROWS_MIN);
    var options =
        new StoreOptions(
            new SecureRandom(), new PageCache(StoreOptions.PAGE_CACHE_BYTES), indexing);
    return Store.openWithoutBackground(storage, keyRing, options);
  }

  private void assertHolds(Store store) {
    long version = store.version();
    assertThat(version).isGreaterThanOrEqualTo(acknowledged);
    assertThat(contents).containsKey(version);
    assertThat(content(store)).isEqualTo(Objects.requireNonNull(contents.get(version)).collections);
    for (var name : store.collectionNames()) {
      long id = store.collectionId(name).orElseThrow();
      assertIndexLeadsToWhatThereIs(store, name, id);
      assertAttachedIndexesAreWhole(store, id);
    }
  }

  /// The index names the version that it is of: with what has changed since, it holds what there is
  /// now.
  private void assertIndexLeadsToWhatThereIs(Store store, String name, long id) {
    var recovered = store.recoverIndex(id, INDEX);
    if (recovered.isEmpty()) {
      return;
    }
    try (var index = recovered.get()) {
      long version = Long.parseLong(text(index.stream()));
      var restored = new TreeMap<>(Objects.requireNonNull(contents.get(version)).points(name));
      index.tail().touched().forEach(restored::remove);
      index.tail().live().forEach(point -> restored.put(point.id(), point));
      assertThat(restored).isEqualTo(content(store).get(name));
    }
  }

  private void assertAttachedIndexesAreWhole(Store store, long collectionId) {
    var expected = attached.getOrDefault(collectionId, Set.of());
    for (long segment = 1; segment <= SEGMENT_IDS; segment++) {
      var graph = store.readIndexSnapshot(collectionId, segment, GRAPH);
      if (graph.isPresent()) {
        assertThat(text(graph.get())).isEqualTo(GRAPH + " of " + segment);
      }
      // Without compactions a segment lives as long as its collection.
      boolean isExpected = expected.contains(segment) && !bag.contains(Step.COMPACT);
      assertThat(graph.isPresent() || !isExpected).as("graph of segment %d", segment).isTrue();
    }
  }

  private static String text(InputStream stream) {
    try (stream) {
      return new String(stream.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Map<String, Map<String, StoredPoint>> content(Store store) {
    var content = new TreeMap<String, Map<String, StoredPoint>>();
    for (var name : store.collectionNames()) {
      var points =
          store
              .scan(name, Optional.empty())
              .collect(Collectors.toMap(StoredPoint::id, it -> it, (one, _) -> one, TreeMap::new));
      assertThat(store.len(name)).isEqualTo(points.size());
      points.forEach((id, point) -> assertThat(store.get(name, id)).contains(point));
      assertThat(store.matchingIds(name, NOT_NEGATIVE))
          .isEqualTo(
              points.values().stream().filter(it -> k(it) >= 0).map(StoredPoint::id).toList());
      content.put(name, points);
    }
    return content;
  }

  /// Writes, and does at random what may trip over what a crash left behind.
  private static void assertGoesOn(Store store, RandomGenerator random) {
    long before = store.version();
    assertThat(store.createCollection("after", DESCRIPTOR, SETTINGS)).isEqualTo(before + 1);
    assertThat(store.upsert("after", point("x", random))).isEqualTo(before + 2);
    var expected = content(store);
    if (random.nextBoolean()) {
      var _ = store.checkpoint();
    }
    if (random.nextInt(4) == 0) {
      store.compact();
    }
    assertThat(content(store)).isEqualTo(expected);
  }

  private static Point point(String id, RandomGenerator random) {
    return new Point(id, RandomLog.vector(random, DIMENSION), payload(random));
  }

  private static Payload payload(RandomGenerator random) {
    return Payload.ofJson("{\"k\":" + random.nextInt() + "}");
  }

  private static int k(StoredPoint point) {
    var json = StandardCharsets.UTF_8.decode(point.payload().asByteBuffer()).toString();
    return Integer.parseInt(json.substring(json.indexOf(':') + 1, json.length() - 1));
  }

  /// A write, and what the store holds after it.
  private record Write(Runnable call, Content after) {}

  /// The store as it is opened now, and what it holds.
  private final class Life {
    private final Storage storage;
    private final RandomGenerator random;
    private Store store;
    private Content content = Content.empty();

    Life(Storage storage, RandomGenerator random) {
      this.storage = storage;
      this.random = random;
      this.store = openLiving();
    }

    private Store openLiving() {
      var opened = open(storage);
      StandaloneWorkload.this.store = Optional.of(opened);
      return opened;
    }

    void step(Step step) {
      switch (step) {
        case UPSERT -> upsert(1);
        case BATCH -> upsert(2 + random.nextInt(6));
        case DELETE -> delete();
        case SET_PAYLOAD -> setPayload(Optional.empty());
        case CONDITIONAL -> conditional();
        case DROP_OR_CREATE -> write(toggle(NAMES.get(random.nextInt(NAMES.size()))));
        case SHRED -> shred();
        case CHECKPOINT -> {
          var _ = store.checkpoint();
        }
        case INDEXED_CHECKPOINT -> indexedCheckpoint();
        case ATTACH_INDEX -> attachIndex();
        case COMPACT -> compact();
        case REOPEN -> reopen();
      }
    }

    /// From here on the write may be there after a crash, and once it has returned it must be.
    void write(Write write) {
      long version = store.version() + 1;
      for (var points : write.after.collections.values()) {
        points.replaceAll((_, point) -> point.version() < 0 ? versioned(point, version) : point);
      }
      contents.put(version, write.after);
      write.call.run();
      assertThat(store.version()).isEqualTo(version);
      content = write.after;
      acknowledged = version;
    }

    Write toggle(String name) {
      var after = content.copy();
      if (after.collections.remove(name) != null) {
        return new Write(() -> store.dropCollection(name), after);
      }
      after.collections.put(name, new TreeMap<>());
      return new Write(() -> store.createCollection(name, DESCRIPTOR, SETTINGS), after);
    }

    private void shred() {
      var name = anyCollection();
      if (name.isPresent()) {
        var after = content.copy();
        after.collections.remove(name.get());
        write(new Write(() -> store.shredCollection(name.get()), after));
      }
    }

    private void upsert(int count) {
      var name = anyCollection();
      if (name.isEmpty()) {
        return;
      }
      var points = new ArrayList<Point>();
      var after = content.copy();
      for (int index = 0; index < count; index++) {
        var point = point("id" + random.nextInt(IDS), random);
        points.add(point);
        after
            .points(name.get())
            .put(point.id(), new StoredPoint(point.id(), point.vector(), point.payload(), -1));
      }
      write(new Write(() -> store.upsertBatch(name.get(), points), after));
    }

    private void delete() {
      var target = anyPoint();
      if (target.isPresent()) {
        var after = content.copy();
        after.points(target.get().name).remove(target.get().point.id());
        write(
            new Write(
                () -> assertThat(store.delete(target.get().name, target.get().point.id())).isTrue(),
                after));
      }
    }

    private void setPayload(Optional<Precondition> precondition) {
      var target = anyPoint();
      if (target.isPresent()) {
        var old = target.get().point;
        var payload = payload(random);
        var after = content.copy();
        after
            .points(target.get().name)
            .put(old.id(), new StoredPoint(old.id(), old.vector(), payload, -1));
        var changes = List.of(new PayloadChange(old.id(), payload, precondition));
        write(
            new Write(
                () -> assertThat(store.setPayload(target.get().name, changes).absent()).isEmpty(),
                after));
      }
    }

    /// One that holds, after one that does not.
    private void conditional() {
      var target = anyPoint();
      if (target.isPresent()) {
        var point = target.get().point;
        var stale = new Precondition.VersionEquals(point.version() + 1_000_000);
        var deletion = List.of(new Deletion(point.id(), Optional.of(stale)));
        boolean refused = false;
        try {
          var _ = store.deleteBatch(target.get().name, deletion);
        } catch (PreconditionFailedException _) {
          refused = true;
        }
        assertThat(refused).isTrue();
        setPayload(Optional.of(new Precondition.Present()));
      }
    }

    /// Publishes, for each collection, the version of the store as its index.
    private void indexedCheckpoint() {
      var indexes = new ArrayList<IndexSnapshot>();
      for (var name : store.collectionNames()) {
        long id = store.collectionId(name).orElseThrow();
        var bytes = Long.toString(store.version()).getBytes(StandardCharsets.US_ASCII);
        indexes.add(new IndexSnapshot(id, INDEX, (out, _) -> out.write(bytes)));
      }
      var _ = store.checkpointWithIndexSnapshots(indexes);
    }

    /// To whatever segments there are.
    private void attachIndex() {
      long generation;
      try (var view = store.view()) {
        generation = view.generation();
      }
      int _ = store.indexSegments();
      for (var name : store.collectionNames()) {
        long id = store.collectionId(name).orElseThrow();
        for (long segment = 1; segment <= SEGMENT_IDS; segment++) {
          var bytes = (GRAPH + " of " + segment).getBytes(StandardCharsets.US_ASCII);
          if (store.attachIndexSnapshot(
              generation, id, segment, GRAPH, (out, _) -> out.write(bytes))) {
            attached.computeIfAbsent(id, _ -> new HashSet<>()).add(segment);
          }
        }
      }
    }

    /// Without a checkpoint before it, rows have died since the position it keeps to.
    private void compact() {
      if (random.nextInt(4) == 0) {
        store.compact();
      } else {
        int _ = store.compact(CompactionPolicy.ALL);
      }
    }

    private void reopen() {
      store.close();
      store = openLiving();
      assertThat(content(store)).isEqualTo(content.collections);
    }

    private Optional<String> anyCollection() {
      var names = List.copyOf(content.collections.keySet());
      return names.isEmpty()
          ? Optional.empty()
          : Optional.of(names.get(random.nextInt(names.size())));
    }

    private Optional<Target> anyPoint() {
      var targets =
          content.collections.entrySet().stream()
              .flatMap(
                  collection ->
                      collection.getValue().values().stream()
                          .map(point -> new Target(collection.getKey(), point)))
              .toList();
      return targets.isEmpty()
          ? Optional.empty()
          : Optional.of(targets.get(random.nextInt(targets.size())));
    }
  }

  private record Target(String name, StoredPoint point) {}

  private static StoredPoint versioned(StoredPoint point, long version) {
    return new StoredPoint(point.id(), point.vector(), point.payload(), version);
  }
}
