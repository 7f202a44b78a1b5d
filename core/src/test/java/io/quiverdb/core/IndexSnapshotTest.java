package io.quiverdb.core;

import static io.quiverdb.core.TestShard.COLLECTION;
import static io.quiverdb.core.TestShard.point;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.LogRun.RecordedLog;
import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.storage.Seed;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class IndexSnapshotTest {
  private final SimulatedStorage storage = new SimulatedStorage();

  @Test
  void streamsOfAnyLengthAreReadAsTheyWereWritten() throws IOException {
    var lengths = List.of(0, 1, 16351, 16352, 16353, 100_000);
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      var snapshots = new ArrayList<IndexSnapshot>();
      for (int length : lengths) {
        snapshots.add(bytes("of " + length, content(length)));
      }

      shard.store.checkpointWithIndexSnapshots(snapshots);
    }

    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      for (int length : lengths) {
        assertThat(read(shard, "of " + length)).isEqualTo(content(length));
      }
      assertThat(shard.store.indexSnapshotNames(COLLECTION)).hasSize(lengths.size());
      assertThat(shard.store.readIndexSnapshot(COLLECTION, "another")).isEmpty();
      assertThat(shard.store.verify().damages()).isEmpty();
    }
  }

  @Test
  void checkpointWithNothingNewPublishesOnlyIfItBringsStreams() throws IOException {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      shard.store.checkpoint();
      long version = shard.store.manifestVersion();

      shard.store.checkpoint();
      shard.store.checkpointWithIndexSnapshots(List.of());
      assertThat(shard.store.manifestVersion()).isEqualTo(version);

      shard.store.checkpointWithIndexSnapshots(List.of(bytes("index", content(9))));
      assertThat(shard.store.manifestVersion()).isGreaterThan(version);
      assertThat(read(shard, "index")).isEqualTo(content(9));
    }
  }

  @Test
  void nextCheckpointWithChangesOfTheCollectionDropsItsStreams() throws IOException {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      shard.apply(shard.create(COLLECTION + 1, 2));
      shard.store.checkpointWithIndexSnapshots(List.of(bytes("index", content(9))));

      // A change, but of another collection.
      shard.apply(shard.create(COLLECTION + 2, 3));
      shard.store.checkpoint();
      assertThat(read(shard, "index")).isEqualTo(content(9));

      shard.upsert(point("a", 1));
      shard.store.checkpoint();
      assertThat(shard.store.readIndexSnapshot(COLLECTION, "index")).isEmpty();
      assertThat(storage.files()).noneMatch(path -> path.contains("/idx-"));
    }
  }

  @Test
  void streamThatIsOutStaysReadable() throws IOException {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      shard.store.checkpointWithIndexSnapshots(List.of(bytes("index", content(50_000))));
      var stream = shard.store.readIndexSnapshot(COLLECTION, "index").orElseThrow();
      shard.upsert(point("a", 1));
      shard.store.checkpoint();

      assertThat(stream.readAllBytes()).isEqualTo(content(50_000));
    }
  }

  @Test
  void streamOfASegmentIsAttachedByAManifestThatChangesNothingElse() throws IOException {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      shard.upsert(point("a", 1));
      shard.store.checkpoint();
      shard.upsert(point("b", 1)); // Not in the checkpoint, and not through the attachment.
      var checkpointed = shard.store.checkpointed();

      assertThat(attach(shard, 1, "graph", content(20_000))).isTrue();
      assertThat(attach(shard, 99, "graph", content(1))).isFalse();

      assertThat(shard.store.checkpointed()).isEqualTo(checkpointed);
      assertThat(readOfSegment(shard, 1, "graph")).isEqualTo(content(20_000));
    }
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      assertThat(shard.ids()).containsExactly("a");
      assertThat(readOfSegment(shard, 1, "graph")).isEqualTo(content(20_000));
      assertThat(shard.store.verify().damages()).isEmpty();

      // It lives with the segment, through checkpoints and replacement.
      shard.delete("a");
      shard.store.checkpoint();
      assertThat(readOfSegment(shard, 1, "graph")).isEqualTo(content(20_000));
      assertThat(attach(shard, 1, "graph", content(3))).isTrue();
      assertThat(readOfSegment(shard, 1, "graph")).isEqualTo(content(3));
      assertThat(storage.files()).filteredOn(path -> path.contains("/idx-")).hasSize(1);
    }
  }

  @Test
  void failureOfWhoeverWritesAStreamIsNoFailureOfTheStore() {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      shard.upsert(point("a", 1));
      var failing =
          new IndexSnapshot(
              COLLECTION,
              "failing",
              (_, _) -> {
                throw new IOException("no index");
              });

      assertThatThrownBy(
              () ->
                  shard.store.checkpointWithIndexSnapshots(
                      List.of(failing, bytes("sound", content(5)))))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("no index");

      assertThat(shard.store.checkpointed()).isEqualTo(shard.store.position());
      assertThat(shard.store.indexSnapshotNames(COLLECTION)).containsExactly("sound");
      assertThatThrownBy(
              () ->
                  shard.store.attachIndexSnapshot(
                      COLLECTION,
                      1,
                      "failing",
                      (_, _) -> {
                        throw new IllegalStateException("no graph");
                      }))
          .isInstanceOf(IllegalStateException.class);
      shard.upsert(point("b", 1));
      assertThat(shard.ids()).containsExactly("a", "b");
    }
  }

  @Test
  void whatCannotBePublishedIsRefusedBeforeAnythingIsWritten() {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      var index = bytes("index", content(1));
      assertThatThrownBy(() -> shard.store.checkpointWithIndexSnapshots(List.of(index, index)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("name: \"index\" twice in a collection (expected: once)");
      assertThatThrownBy(
              () ->
                  shard.store.checkpointWithIndexSnapshots(
                      List.of(new IndexSnapshot(999, "index", (_, _) -> {}))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("collection: 999");
      assertThatThrownBy(() -> bytes("", content(1))).isInstanceOf(IllegalArgumentException.class);
      assertThat(storage.files()).isEmpty();
    }
  }

  @Test
  void damageOfAStreamIsNoticedAndNamed() {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      shard.store.checkpointWithIndexSnapshots(List.of(bytes("index", content(40_000))));
      String path =
          storage.files().stream().filter(one -> one.contains("/idx-")).findFirst().orElseThrow();
      byte[] file = storage.content(path);
      file[16384 + 500] ^= 1;
      storage.overwrite(path, file);

      assertThatThrownBy(() -> read(shard, "index"))
          .isInstanceOf(CorruptFileException.class)
          .hasMessageContaining(path);
      assertThat(shard.store.verify().damages())
          .extracting(Damage::toString)
          .singleElement()
          .asString()
          .startsWith(path + " page 1 at ");
    }
  }

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
          int _ = run.checkpointWithIndexes(random, IndexSnapshotTest::indexes);
        } else if (random.nextInt(20) == 0) {
          int _ = run.checkpoint(random);
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
        var stream = store.readIndexSnapshot(collection.id(), "test");
        if (stream.isPresent()) {
          try (var content = stream.get();
              var tail = store.recoveryTail(collection.id())) {
            var index = TestIndex.read(content);
            tail.touched().forEach(index.points::remove);
            tail.live().forEach(index::add);
            assertThat(index.points).isEqualTo(TestIndex.of(collection).points);
          }
          restored++;
        }
      }
    }
    return restored;
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

  private static boolean attach(TestShard shard, long segmentId, String name, byte[] content) {
    return shard.store.attachIndexSnapshot(
        COLLECTION, segmentId, name, (out, _) -> out.write(content));
  }

  private static IndexSnapshot bytes(String name, byte[] content) {
    return new IndexSnapshot(COLLECTION, name, (out, _) -> out.write(content));
  }

  private static byte[] content(int length) {
    var bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return Arrays.copyOf(bytes, length);
  }

  private static byte[] read(TestShard shard, String name) throws IOException {
    return shard.store.readIndexSnapshot(COLLECTION, name).orElseThrow().readAllBytes();
  }

  private static byte[] readOfSegment(TestShard shard, long segmentId, String name)
      throws IOException {
    return shard.store.readIndexSnapshot(COLLECTION, segmentId, name).orElseThrow().readAllBytes();
  }
}
