package io.quiverdb.core;

import static io.quiverdb.core.TestShard.COLLECTION;
import static io.quiverdb.core.TestShard.point;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
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
  void storeGoesOnWhileAnIndexIsAttached() throws IOException {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      shard.upsert(point("a", 1));
      shard.store.checkpoint();

      boolean attached =
          attachMeanwhile(
              shard,
              () -> {
                shard.upsert(point("b", 1));
                shard.store.checkpoint();
                assertThat(shard.store.checkpointed()).isEqualTo(shard.store.position());
                assertThat(shard.ids()).containsExactly("a", "b");
              });

      assertThat(attached).isTrue();
      assertThat(readOfSegment(shard, 1, "graph")).isEqualTo(content(20_000));
      assertThat(shard.store.verify().damages()).isEmpty();
    }
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      assertThat(shard.ids()).containsExactly("a", "b");
      assertThat(readOfSegment(shard, 1, "graph")).isEqualTo(content(20_000));
    }
  }

  @Test
  void indexOfASegmentThatIsMergedMeanwhileIsGivenUpAndLeavesNoFile() {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      shard.upsert(point("a", 1));
      shard.store.checkpoint();

      boolean attached =
          attachMeanwhile(
              shard,
              () -> {
                shard.upsert(point("b", 1));
                shard.store.compact();
              });

      assertThat(attached).isFalse();
      assertThat(storage.files()).noneMatch(path -> path.contains("/idx-"));
    }
  }

  @Test
  void closingWaitsForAnIndexThatIsBeingAttached() throws Exception {
    var shard = new TestShard(storage, RequestWindow.BYTES_MAX);
    shard.upsert(point("a", 1));
    shard.store.checkpoint();
    var half = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    try (var threads = Executors.newFixedThreadPool(2)) {
      long generation = shard.view().generation();
      var attaching =
          threads.submit(
              () ->
                  shard.store.attachIndexSnapshot(
                      generation,
                      COLLECTION,
                      1,
                      "graph",
                      (out, _) -> {
                        out.write(content(20_000), 0, 10_000);
                        half.countDown();
                        awaitUninterruptibly(goOn);
                        out.write(content(20_000), 10_000, 10_000);
                      }));
      half.await();
      var closing = threads.submit(shard::close);
      await().atMost(Duration.ofMinutes(3)).until(() -> isInMethod("awaitIdle"));
      assertThat(closing.isDone()).isFalse();
      goOn.countDown();

      assertThat(attaching.get()).isTrue();
      closing.get();
    }
    try (var reopened = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      assertThat(readOfSegment(reopened, 1, "graph")).isEqualTo(content(20_000));
    }
  }

  private static boolean isInMethod(String method) {
    return Thread.getAllStackTraces().values().stream()
        .flatMap(Arrays::stream)
        .anyMatch(frame -> frame.getMethodName().equals(method));
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// In a thread of its own, which would wait for ever if the store waited for the index.
  private static boolean attachMeanwhile(TestShard shard, Runnable work) {
    return shard.store.attachIndexSnapshot(
        shard.view().generation(),
        COLLECTION,
        1,
        "graph",
        (out, _) -> {
          byte[] content = content(20_000);
          out.write(content, 0, 10_000);
          CompletableFuture.runAsync(work).orTimeout(3, TimeUnit.MINUTES).join();
          out.write(content, 10_000, 10_000);
        });
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
                      shard.view().generation(),
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

  private static boolean attach(TestShard shard, long segmentId, String name, byte[] content) {
    return shard.store.attachIndexSnapshot(
        shard.view().generation(), COLLECTION, segmentId, name, (out, _) -> out.write(content));
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
