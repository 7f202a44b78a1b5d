package io.quiverdb.core.state;

import io.quiverdb.core.Position;
import io.quiverdb.core.Settings;
import io.quiverdb.core.SlotRange;
import io.quiverdb.core.Slots;
import io.quiverdb.core.StateHash;
import io.quiverdb.core.rows.SegmentRows;
import io.quiverdb.core.segment.Segment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// All that the operations of a shard have made. A function of the log: equal on every replica at
/// the same position, but for where rows lie. For one thread at a time.
public final class ShardState {
  private static final int FIRST_FEATURE_LEVEL = 1;

  private final RandomGenerator hashSeeds;
  private final NavigableMap<Long, CollectionState> collections =
      new TreeMap<>(Long::compareUnsigned);
  private final NavigableMap<Long, Tombstone> tombstones = new TreeMap<>(Long::compareUnsigned);
  private final RequestWindow window;

  private long layout;
  private Optional<Map<String, Long>> idsByName = Optional.empty();

  /// As readers saw them last, and what was created since; empty where they are to be gathered
  /// anew. Those that are [#touched] may have changed.
  private Optional<CollectionSnapshot[]> snapshots = Optional.empty();

  private final Set<Long> touched = new HashSet<>();
  private Position position;
  private long version;
  private long epoch;
  private int featureLevel;
  private List<SlotRange> slots;

  /// Before the first entry.
  ///
  /// @param windowBytesMax as the feature level has it
  /// @param hashSeeds for tables of ids; does not show in the state
  public static ShardState initial(
      int featureLevel, long windowBytesMax, RandomGenerator hashSeeds) {
    return new ShardState(
        Position.START,
        0,
        0,
        featureLevel,
        List.of(),
        List.of(),
        Map.of(),
        RequestWindow.empty(windowBytesMax),
        hashSeeds);
  }

  /// As a checkpoint holds it.
  public ShardState(
      Position position,
      long version,
      long epoch,
      int featureLevel,
      List<SlotRange> slots,
      Collection<CollectionState> collections,
      Map<Long, Tombstone> tombstones,
      RequestWindow window,
      RandomGenerator hashSeeds) {
    this.position = position;
    this.version = version;
    this.epoch = epoch;
    this.featureLevel = featureLevel;
    this.slots = slots;
    collections.forEach(collection -> this.collections.put(collection.head().id(), collection));
    this.tombstones.putAll(tombstones);
    this.window = window;
    this.hashSeeds = hashSeeds;
  }

  // --- what apply asks

  /// The last position applied.
  public Position position() {
    return position;
  }

  public long version() {
    return version;
  }

  public long epoch() {
    return epoch;
  }

  /// What the operations that follow mean.
  public int featureLevel() {
    return featureLevel;
  }

  public List<SlotRange> slots() {
    return slots;
  }

  /// Whether points of this id belong here.
  public boolean ownsSlotOf(byte[] idUtf8) {
    if (slots.size() == 1 && slots.getFirst().equals(SlotRange.ALL)) {
      return true;
    }
    int slot = Slots.of(idUtf8);
    for (var range : slots) {
      if (range.contains(slot)) {
        return true;
      }
    }
    return false;
  }

  public RequestWindow window() {
    return window;
  }

  public Optional<CollectionState> collection(long id) {
    touched.add(id); // It may be asked for to be changed.
    return Optional.ofNullable(collections.get(id));
  }

  public Optional<Tombstone> tombstone(long collectionId) {
    return Optional.ofNullable(tombstones.get(collectionId));
  }

  // --- what apply does

  /// Counts an operation that takes effect.
  public long nextVersion() {
    return ++version;
  }

  public void create(CollectionHead head) {
    assert !collections.containsKey(head.id()) : head;
    assert !tombstones.containsKey(head.id()) : head;
    boolean isLast =
        collections.isEmpty() || Long.compareUnsigned(collections.lastKey(), head.id()) < 0;
    var created = CollectionState.empty(head, hashSeeds);
    collections.put(head.id(), created);
    if (isLast) {
      idsByName = idsByName.map(ids -> with(head.name(), head.id(), ids));
      snapshots = snapshots.map(last -> with(created.snapshot(version), last));
    } else {
      idsByName = Optional.empty();
      snapshots = Optional.empty();
    }
  }

  private static CollectionSnapshot[] with(CollectionSnapshot one, CollectionSnapshot[] others) {
    var all = Arrays.copyOf(others, others.length + 1);
    all[others.length] = one;
    return all;
  }

  private static Map<String, Long> with(String name, long id, Map<String, Long> idsByName) {
    var ids = new HashMap<>(idsByName);
    ids.put(name, id);
    return Collections.unmodifiableMap(ids);
  }

  /// Drops a collection, whether it is there or not: its id is never used again.
  public void drop(long collectionId, long catalogIndex) {
    var before = tombstone(collectionId);
    bury(
        collectionId,
        new Tombstone(
            catalogIndex,
            before.map(Tombstone::shredding).orElse(false),
            before.map(Tombstone::shreddedAt).orElse(0L)));
  }

  /// Drops a collection, whether it is there or not, for good: its key is to go.
  ///
  /// @param at index of the entry that does
  public void shred(long collectionId, long catalogIndex, long at) {
    bury(collectionId, new Tombstone(catalogIndex, true, at));
  }

  /// The keys of a collection are in another entry of the log. Of one that was shredded, they are
  /// to go from there, too.
  ///
  /// @param at index of the entry
  public void noteKeysLogged(long collectionId, long at) {
    tombstones.computeIfPresent(
        collectionId,
        (_, tombstone) ->
            tombstone.shredding() ? new Tombstone(tombstone.catalogIndex(), true, at) : tombstone);
  }

  private void bury(long collectionId, Tombstone tombstone) {
    collections.remove(collectionId);
    layout++;
    idsByName = Optional.empty();
    snapshots = Optional.empty();
    tombstones.put(collectionId, tombstone);
  }

  /// @param newEpoch not before the present one
  public void own(long newEpoch, List<SlotRange> newSlots) {
    assert newEpoch >= epoch : newEpoch + " after " + epoch;
    epoch = newEpoch;
    slots = List.copyOf(newSlots);
  }

  /// @param windowBytesMax as the new level has it
  public void raiseFeatureLevel(int newLevel, long windowBytesMax) {
    assert newLevel > featureLevel : newLevel + " after " + featureLevel;
    featureLevel = newLevel;
    window.resize(windowBytesMax);
  }

  /// Marks an entry as applied.
  public void advanceTo(Position applied) {
    assert applied.compareTo(position) > 0 : applied + " after " + position;
    position = asSeenNow(applied);
  }

  /// A position of the log as clients may see it. One that the shard's epoch has overtaken takes
  /// the new epoch: else a request that carries it would be told at once that it is too old.
  public Position asSeenNow(Position applied) {
    return new Position(Math.max(applied.epoch(), epoch), applied.term(), applied.index());
  }

  // --- what readers see

  /// Of two with one name, which a shard may have for a while, the younger.
  public Map<String, Long> idsByName() {
    if (idsByName.isEmpty()) {
      Map<String, Long> ids = new HashMap<>();
      collections.forEach((id, collection) -> ids.put(collection.head().name(), id));
      idsByName = Optional.of(Collections.unmodifiableMap(ids));
    }
    return idsByName.get();
  }

  /// Greater than that of any collection that ever was.
  public long nextCollectionId() {
    long last = collections.isEmpty() ? 0 : collections.lastKey();
    long lastDropped = tombstones.isEmpty() ? 0 : tombstones.lastKey();
    return Math.max(last, lastDropped) + 1;
  }

  /// In the order of their ids.
  public List<CollectionSnapshot> snapshots() {
    var next = snapshots.isPresent() ? withTouched(snapshots.get()) : allSnapshots();
    snapshots = Optional.of(next);
    touched.clear();
    return Collections.unmodifiableList(Arrays.asList(next));
  }

  private CollectionSnapshot[] allSnapshots() {
    return collections.values().stream()
        .map(collection -> collection.snapshot(version))
        .toArray(CollectionSnapshot[]::new);
  }

  /// A store may hold many collections, and this is for each of its writes: so the others are
  /// copied as they are, without a look at them.
  private CollectionSnapshot[] withTouched(CollectionSnapshot[] last) {
    var next = last.clone();
    for (long id : touched) {
      var collection = collections.get(id);
      if (collection != null) {
        next[indexOf(id, next)] = collection.snapshot(version);
      }
    }
    return next;
  }

  private static int indexOf(long id, CollectionSnapshot[] snapshots) {
    int low = 0;
    int high = snapshots.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(snapshots[middle].head().id(), id) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    assert snapshots[low].head().id() == id : id;
    return low;
  }

  /// Of all collections.
  public List<Segment> segments() {
    return collections.values().stream()
        .flatMap(collection -> collection.segments().stream())
        .map(SegmentRows::segment)
        .toList();
  }

  /// Another number whenever [#segments] are others.
  public long layout() {
    return layout;
  }

  /// What lies in memory only.
  public long bufferBytes() {
    return collections.values().stream().mapToLong(CollectionState::bufferBytes).sum();
  }

  /// Over rows, counters, feature level, ownership, settings, tombstones and window; not over where
  /// the log stands and where rows lie.
  public StateHash hash() {
    var hash = CanonicalHash.of("quiver state 1").putLong(version).putLong(epoch);
    hash.putInt(slots.size());
    slots.forEach(range -> hash.putInt(range.first()).putInt(range.last()));
    hash.putInt(collections.size());
    collections.values().forEach(collection -> put(collection, hash));
    hash.putInt(tombstones.size());
    tombstones.forEach(
        (id, tombstone) ->
            hash.putLong(id)
                .putLong(tombstone.catalogIndex())
                .putInt(tombstone.shredding() ? 1 : 0));
    hash.putBytes(ByteBuffer.wrap(window.freeze().encode()));
    // At the first level hashes are as they were before there was another.
    if (featureLevel > FIRST_FEATURE_LEVEL) {
      hash.putInt(featureLevel);
    }
    var sum = hash.finish();
    return new StateHash(sum.high(), sum.low());
  }

  private static void put(CollectionState collection, CanonicalHash hash) {
    var head = collection.head();
    hash.putLong(head.id())
        .putText(head.name())
        .putInt(head.descriptor().dimension())
        .putText(head.descriptor().metric().name())
        .putLong(head.catalogIndex());
    putSettings(head.settings(), hash);
    hash.putLong(collection.size())
        .putLong(collection.hashSum().high())
        .putLong(collection.hashSum().low());
  }

  private static void putSettings(Settings settings, CanonicalHash hash) {
    hash.putInt(settings.filterableFields().size());
    settings
        .filterableFields()
        .forEach(field -> hash.putText(field.path()).putText(field.type().name()));
    // Nothing where there is none, as in releases that knew none.
    settings.ef().ifPresent(ef -> hash.putText("ef").putInt(ef));
  }

  // --- checkpoint

  /// The state as of now, with the buffers exchanged for empty ones: to be followed by [#thaw],
  /// with any operations in between.
  public FrozenState freeze() {
    snapshots = Optional.empty();
    return new FrozenState(
        position,
        version,
        epoch,
        featureLevel,
        slots,
        collections.values().stream().map(CollectionState::freeze).toList(),
        new TreeMap<>(tombstones),
        window.freeze());
  }

  /// Puts what a checkpoint wrote in place of what it froze. Collections dropped since are gone.
  ///
  /// @param segments by collection; none where no row lived
  public void thaw(FrozenState frozen, Map<Long, SegmentRows> segments) {
    layout++;
    snapshots = Optional.empty();
    for (var was : frozen.collections()) {
      var collection = collections.get(was.head().id());
      if (collection != null && was.buffer().isPresent()) {
        collection.thaw(Optional.ofNullable(segments.get(was.head().id())));
      }
    }
  }

  // --- compaction

  /// Puts a segment in place of others of a collection, if that has not been dropped meanwhile.
  ///
  /// @param output empty if none of their rows lives
  public void replace(long collectionId, List<SegmentRows> inputs, Optional<SegmentRows> output) {
    var collection = collection(collectionId);
    if (collection.isPresent()) {
      layout++;
      collection.get().replace(inputs, output);
    }
  }
}
