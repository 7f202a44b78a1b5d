package io.quiverdb.core;

import static io.quiverdb.core.TestShard.COLLECTION;
import static io.quiverdb.core.TestShard.point;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.LogRun.RecordedLog;
import io.quiverdb.core.compaction.CompactionPolicy;
import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.storage.Seed;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// An index that a checkpoint published and the tail behind that checkpoint belong together,
/// whatever else the store publishes.
final class IndexRecoveryTest {
  private static final int ROUNDS = 200;

  private final SimulatedStorage storage = new SimulatedStorage();

  @Test
  void tailIsTheNetChangeSinceTheCheckpoint() {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      shard.upsert(point("a", 1), point("b", 2), point("c", 3), point("d", 4));
      shard.store.checkpoint();
      assertThat(shard.store.recoveryTail(COLLECTION).touched()).isEmpty();

      shard.upsert(point("b", 5), point("new", 6), point("gone", 7));
      shard.delete("gone", "c", "never");

      var tail = shard.store.recoveryTail(COLLECTION);
      assertThat(tail.touched()).containsExactly("b", "c", "gone", "new");
      assertThat(tail.live()).extracting(StoredPoint::id).containsExactly("b", "new");
      assertThat(tail.live()).extracting(point -> point.vector().get(0)).containsExactly(5f, 6f);

      // Later changes are not in it.
      shard.delete("b");
      assertThat(tail.live()).extracting(StoredPoint::id).containsExactly("b", "new");
    }
  }

  @Test
  void indexAndTailStayThoseOfTheirCheckpointThoughOthersFollow() throws IOException {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      shard.upsert(point("a", 1), point("b", 2));
      shard.store.checkpointWithIndexSnapshots(indexes(shard.view()));
      shard.upsert(point("b", 3), point("c", 4));

      var recovered = shard.store.recoverIndex(COLLECTION, "test").orElseThrow();
      var expected = TestIndex.of(shard.collection());
      shard.delete("a", "c");
      shard.store.checkpoint(); // Drops the index, and its file.
      shard.store.compact();
      assertThat(storage.files()).noneMatch(path -> path.contains("/idx-"));

      assertThat(restored(recovered).points).isEqualTo(expected.points);
      assertThat(shard.store.recoverIndex(COLLECTION, "test")).isEmpty();
    }
  }

  @Test
  void indexOfACollectionThatIsGoneIsNotRecovered() {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      shard.store.checkpointWithIndexSnapshots(indexes(shard.view()));
      shard.apply(shard.store.prepareDropCollection(shard.stamp(), COLLECTION, 9));

      assertThatThrownBy(() -> shard.store.recoverIndex(COLLECTION, "test"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("collection: 7 (expected: one that exists)");
      assertThat(storage.openFiles()).noneMatch(path -> path.contains("/idx-"));
    }
  }

  /// One writes and takes checkpoints, another recovers: were the index of one checkpoint and the
  /// tail of the next, writes between the two would be missing.
  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void noCheckpointComesBetweenAnIndexAndItsTail() throws Exception {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var ended = new AtomicBoolean();
      shard.store.checkpointWithIndexSnapshots(indexes(shard.view()));
      var writing =
          threads.submit(
              () -> {
                for (int number = 0; !ended.get(); number++) {
                  shard.upsert(point("id-" + number % 50, number));
                  shard.delete("id-" + (number + 25) % 50);
                  try (var view = shard.store.view()) {
                    shard.store.checkpointWithIndexSnapshots(indexes(view));
                  }
                }
                return true;
              });
      try {
        for (int round = 0; round < ROUNDS; round++) {
          var recovered = shard.store.recoverIndex(COLLECTION, "test").orElseThrow();
          var expected = TestIndex.of(recovered.tail().view());
          assertThat(restored(recovered).points).isEqualTo(expected.points);
        }
      } finally {
        ended.set(true);
      }
      assertThat(writing.get()).isTrue();
    }
  }

  /// Number 1 of the generation that is installed is another segment than number 1 of the one
  /// before.
  @Test
  void indexOfASegmentOfAnotherGenerationIsRefused() throws IOException {
    var random = new SplittableRandom(Seed.draw());
    var log = RecordedLog.draw(random, 200);
    var source = new LogRun(log, new SimulatedStorage());
    var target = new LogRun(log, storage);
    for (int entry = 0; entry < 20 || collectionCount(source) == 0; entry++) {
      source.applyNext();
    }
    source.store().checkpoint();
    long built;
    try (var view = target.store().view()) {
      built = view.generation();
    }

    try (var snapshot = source.store().replicationSnapshot()) {
      target.install(snapshot.files());
    }

    try (var view = target.store().view()) {
      long collection = view.collections().getFirst().id();
      long live = view.generation();
      assertThat(live).isGreaterThan(built);
      assertThatThrownBy(
              () ->
                  target
                      .store()
                      .attachIndexSnapshot(
                          built, collection, 1, "graph", (out, _) -> out.write(new byte[9])))
          .isInstanceOfSatisfying(
              StaleGenerationException.class,
              e -> {
                assertThat(e.generation()).isEqualTo(built);
                assertThat(e.live()).isEqualTo(live);
              })
          .hasMessage("generation: " + built + " (expected: " + live + ", the live one)");
      assertThat(storage.files()).noneMatch(path -> path.contains("/idx-"));
      assertThat(target.store().view().generation()).isEqualTo(live);
    }
    source.store().close();
    target.store().close();
  }

  @Test
  void indexIsRefusedWhereASnapshotIsInstalledWhileItIsWritten() {
    var random = new SplittableRandom(Seed.draw());
    var log = RecordedLog.draw(random, 200);
    var storeId = new UUID(random.nextLong(), random.nextLong());
    var source = new LogRun(log, new SimulatedStorage(), storeId);
    var target = new LogRun(log, storage, storeId);
    while (segmentOf(target).isEmpty()) {
      target.applyNext();
      source.applyNext();
      target.store().checkpoint();
    }
    source.applyNext();
    source.store().checkpoint();
    var segment = segmentOf(target).orElseThrow();

    try (var snapshot = source.store().replicationSnapshot()) {
      assertThatThrownBy(
              () ->
                  attach(
                      target,
                      segment,
                      out -> {
                        out.write(new byte[30_000]);
                        target.install(snapshot.files());
                        out.write(new byte[30_000]);
                      }))
          .isInstanceOf(StaleGenerationException.class);
    }

    assertThat(target.applied()).isEqualTo(source.applied());
    target.applyNext();
    target.store().checkpoint();
    assertThat(target.store().verify().damages()).isEmpty();
    assertThat(storage.files()).noneMatch(path -> path.startsWith("gen-1/"));
    source.store().close();
    target.store().close();
  }

  private record SegmentOf(long collection, long segment) {}

  private interface Filling {
    void run(OutputStream out) throws IOException;
  }

  /// Some segment that there is.
  private static Optional<SegmentOf> segmentOf(LogRun run) {
    try (var view = run.store().view()) {
      for (var collection : view.collections()) {
        for (long segment = 1; segment < 50; segment++) {
          var found = new SegmentOf(collection.id(), segment);
          if (attach(run, found, out -> out.write(1))) {
            return Optional.of(found);
          }
        }
      }
    }
    return Optional.empty();
  }

  private static boolean attach(LogRun run, SegmentOf of, Filling filling) {
    long generation;
    try (var view = run.store().view()) {
      generation = view.generation();
    }
    return run.store()
        .attachIndexSnapshot(
            generation, of.collection, of.segment, "graph", (out, _) -> filling.run(out));
  }

  private static int collectionCount(LogRun run) {
    try (var view = run.store().view()) {
      return view.collections().size();
    }
  }

  /// With checkpoints that bring an index or not, operations while it is written, and restarts.
  @Test
  void restoredIndexPlusTailIsTheOneBuiltFromTheLiveRows() throws IOException {
    var random = new SplittableRandom(Seed.draw());
    int restored = 0;
    for (int round = 0; round < 25; round++) {
      var log = RecordedLog.draw(random.split(), 120);
      var disk = new SimulatedStorage();
      var run = new LogRun(log, disk);
      while (!run.isAtEnd()) {
        run.applyNext();
        if (random.nextInt(8) == 0) {
          int _ = run.checkpointWithIndexes(random, IndexRecoveryTest::indexes);
        } else if (random.nextInt(20) == 0) {
          int _ = run.checkpoint(random);
        } else if (random.nextInt(10) == 0) {
          int _ = run.compact(CompactionPolicy.ALL, random);
        } else if (random.nextInt(15) == 0) {
          run.store().close();
          run = new LogRun(log, disk);
        }
        restored += assertRestoredIndexesAreRight(run.store());
      }
      run.store().close();
    }
    assertThat(restored).isGreaterThan(1000);
  }

  private static List<IndexSnapshot> indexes(StoreView view) {
    return view.collections().stream()
        .map(
            collection ->
                new IndexSnapshot(
                    collection.id(), "test", (out, asOf) -> TestIndex.of(asOf).writeTo(out)))
        .toList();
  }

  private static int assertRestoredIndexesAreRight(Store store) throws IOException {
    int restored = 0;
    try (var view = store.view()) {
      for (var collection : view.collections()) {
        var recovered = store.recoverIndex(collection.id(), "test");
        if (recovered.isPresent()) {
          assertThat(restored(recovered.get()).points).isEqualTo(TestIndex.of(collection).points);
          restored++;
        }
      }
    }
    return restored;
  }

  private static TestIndex restored(RecoveredIndex recovered) throws IOException {
    try (recovered) {
      var index = TestIndex.read(recovered.stream());
      recovered.tail().touched().forEach(index.points::remove);
      recovered.tail().live().forEach(index::add);
      return index;
    }
  }

  /// Knows of each point its version and its vector.
  private record TestIndex(Map<String, List<Float>> points) {
    static TestIndex of(CollectionView view) {
      var index = new TestIndex(new TreeMap<>());
      view.scan(Optional.empty(), 1_000_000, Long.MAX_VALUE, Optional.empty())
          .points()
          .forEach(index::add);
      return index;
    }

    void add(StoredPoint point) {
      var values = new ArrayList<Float>();
      values.add((float) point.version());
      for (float component : point.vector().toArray()) {
        values.add(component);
      }
      var before = points.put(point.id(), values);
      assertThat(before).as(point.id()).isNull();
    }

    void writeTo(OutputStream out) throws IOException {
      var data = new DataOutputStream(out);
      data.writeInt(points.size());
      for (var entry : points.entrySet()) {
        data.writeUTF(entry.getKey());
        data.writeInt(entry.getValue().size());
        for (float value : entry.getValue()) {
          data.writeFloat(value);
        }
      }
    }

    static TestIndex read(InputStream in) throws IOException {
      var data = new DataInputStream(in);
      var index = new TestIndex(new TreeMap<>());
      int count = data.readInt();
      for (int point = 0; point < count; point++) {
        String id = data.readUTF();
        var values = new ArrayList<Float>();
        int length = data.readInt();
        for (int position = 0; position < length; position++) {
          values.add(data.readFloat());
        }
        index.points.put(id, values);
      }
      assertThat(data.read()).isEqualTo(-1);
      return index;
    }
  }
}
