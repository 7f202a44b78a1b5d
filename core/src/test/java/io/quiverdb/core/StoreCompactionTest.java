package io.quiverdb.core;

import static io.quiverdb.core.TestShard.COLLECTION;
import static io.quiverdb.core.TestShard.point;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.compaction.CompactionPolicy;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.storage.Seed;
import io.quiverdb.core.storage.SimulatedStorage;
import java.security.SecureRandom;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
final class StoreCompactionTest {
  private final SimulatedStorage storage = new SimulatedStorage();
  private final HookedStorage hooked = new HookedStorage(storage);
  private final TestShard shard = new TestShard(hooked, RequestWindow.BYTES_MAX);
  private final Store store = shard.store;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void close() {
    store.close();
    threads.shutdown();
  }

  @Test
  void compactionLeavesOneSegmentWithoutDeadRows() {
    segmentOf(point("a", 1), point("b", 1));
    segmentOf(point("b", 2), point("c", 2));
    segmentOf(point("d", 3));
    var _ = shard.delete("d");
    var hash = store.stateHash();

    store.compact();

    assertThat(stats().segmentCount()).isEqualTo(1);
    assertThat(stats().segmentRows()).isEqualTo(3);
    assertThat(stats().deadRows()).isZero();
    assertThat(shard.ids()).containsExactly("a", "b", "c");
    assertThat(store.stateHash()).isEqualTo(hash);
    assertThat(segmentFiles()).hasSize(4);
    assertThat(store.verify().damages()).isEmpty();
  }

  @Test
  void compactionOfWhatIsCompactDoesNothing() {
    segmentOf(point("a", 1));
    segmentOf(point("b", 2));
    store.compact();
    var files = storage.files();

    store.compact();

    assertThat(storage.files()).isEqualTo(files);
  }

  @Test
  void segmentsWithoutLiveRowsVanish() {
    segmentOf(point("a", 1));
    segmentOf(point("b", 2));
    var _ = shard.delete("a", "b");

    store.compact();

    assertThat(stats().segmentCount()).isZero();
    assertThat(segmentFiles()).isEmpty();
    assertThat(shard.ids()).isEmpty();
  }

  @Test
  void mergedSegmentsStayOpenAsLongAsAViewOfThemAndNoLonger() {
    segmentOf(point("a", 1));
    segmentOf(point("b", 2));
    int filesOfOne = storage.openFiles().size() / 2;

    try (var view = store.view()) {
      store.compact();

      assertThat(storage.openFiles()).hasSize(3 * filesOfOne);
      assertThat(view.collection(COLLECTION).orElseThrow().get("a")).isPresent();
    }
    assertThat(storage.openFiles()).hasSize(filesOfOne);
    store.close();
    assertThat(storage.openFiles()).isEmpty();
  }

  @Test
  void mergeIsInTheCacheWhereItsInputsWere() {
    var cache = new PageCache(1 << 20);
    var options = new StoreOptions(new SecureRandom(), cache);
    try (var standalone =
        Store.openWithoutBackground(new SimulatedStorage(), TestKeys.SHARED.keyRing(), options)) {
      standalone.createCollection("docs", new Descriptor(4, Metric.L2_SQUARED), Settings.NONE);
      for (var id : List.of("a", "b")) {
        standalone.upsert("docs", point(id, 1));
        standalone.checkpoint();
        assertThat(standalone.get("docs", id)).isPresent();
      }

      standalone.compact();

      long misses = cache.stats().misses();
      assertThat(standalone.get("docs", "a")).isPresent();
      assertThat(standalone.get("docs", "b")).isPresent();
      assertThat(cache.stats().misses()).isEqualTo(misses);
    }
  }

  @Test
  void filesOfADroppedCollectionAreClosedAtOnce() {
    segmentOf(point("a", 1));

    var _ = shard.apply(store.prepareDropCollection(shard.stamp(), COLLECTION, 2));

    assertThat(storage.openFiles()).isEmpty();
  }

  /// A crash takes the deaths with it; what is replayed then finds the rows.
  @Test
  void rowsThatDiedAfterTheManifestsPositionComeBackAfterACrash() {
    segmentOf(point("replaced", 1), point("deleted", 1), point("kept", 1));
    segmentOf(point("other", 1));
    var hash = store.stateHash();
    var _ = shard.upsert(point("replaced", 2));
    var _ = shard.delete("deleted");

    assertThat(store.compact(CompactionPolicy.ALL)).isEqualTo(1);

    assertThat(shard.ids()).containsExactly("kept", "other", "replaced");
    assertThat(stats().segmentRows()).isEqualTo(4);
    assertThat(stats().deadRows()).isEqualTo(2);
    var survivor = storage.afterCrash(new SplittableRandom(Seed.draw()));
    try (var recovered = new TestShard(survivor, RequestWindow.BYTES_MAX)) {
      assertThat(recovered.ids()).containsExactly("deleted", "kept", "other", "replaced");
      assertThat(recovered.collection().get("replaced").orElseThrow().vector().get(0)).isEqualTo(1);
      assertThat(recovered.store.stateHash()).isEqualTo(hash);
      assertThat(recovered.store.verify().damages()).isEmpty();
    }
  }

  @Test
  void readsWritesAndCheckpointsGoOnWhileACompactionIsHeldUp() throws Exception {
    segmentOf(point("replaced", 1), point("deleted", 1), point("kept", 1));
    segmentOf(point("diesLate", 1));
    var before = shard.collection();
    var reached = new CountDownLatch(1);
    var released = new CountDownLatch(1);

    var compaction = heldUp(reached, released);
    var _ = shard.upsert(point("replaced", 2), point("new", 2));
    var checkpointed = store.checkpoint();
    var _ = shard.delete("deleted", "diesLate");
    var hash = store.stateHash();
    assertThat(shard.ids()).containsExactly("kept", "new", "replaced");
    released.countDown();
    var _ = compaction.get();

    assertThat(store.checkpointed()).isEqualTo(checkpointed);
    assertThat(shard.ids()).containsExactly("kept", "new", "replaced");
    assertThat(shard.collection().get("replaced").orElseThrow().vector().get(0)).isEqualTo(2);
    assertThat(store.stateHash()).isEqualTo(hash);
    assertThat(before.get("deleted")).isPresent();
    assertThat(before.get("replaced").orElseThrow().vector().get(0)).isEqualTo(1);
    assertThat(stats().segmentCount()).isEqualTo(2);
    assertThat(store.verify().damages()).isEmpty();
    var _ = store.checkpoint();
    assertReopensAlike(hash);
  }

  @Test
  void compactionOfADroppedCollectionIsGivenUp() throws Exception {
    segmentOf(point("a", 1));
    segmentOf(point("b", 1));
    var reached = new CountDownLatch(1);
    var released = new CountDownLatch(1);

    var compaction = heldUp(reached, released);
    var _ = shard.apply(store.prepareDropCollection(shard.stamp(), COLLECTION, 2));
    var _ = store.checkpoint();
    released.countDown();
    var _ = compaction.get();
    var _ = shard.apply(shard.create(99, 3));
    var _ = store.checkpoint();

    assertThat(segmentFiles()).isEmpty();
  }

  @Test
  void closingGivesUpACompaction() throws Exception {
    segmentOf(point("a", 1));
    segmentOf(point("b", 1));
    var hash = store.stateHash();
    var reached = new CountDownLatch(1);
    var released = new CountDownLatch(1);

    var compaction = heldUp(reached, released);
    var closing = threads.submit(store::close);
    released.countDown();
    var _ = compaction.get();
    var _ = closing.get();

    assertReopensAlike(hash);
  }

  @Test
  void eightSegmentsOfATierBecomeOne() {
    for (int count = 1; count < 8; count++) {
      segmentOf(point("p" + count, count));
      assertThat(store.compact(CompactionPolicy.TIERED)).isZero();
    }
    segmentOf(point("p8", 8));

    assertThat(store.compact(CompactionPolicy.TIERED)).isEqualTo(1);

    assertThat(stats().segmentCount()).isEqualTo(1);
  }

  @Test
  void segmentThatIsHalfDeadIsRewritten() {
    segmentOf(point("a", 1), point("b", 1), point("c", 1), point("d", 1));
    var _ = shard.delete("a");
    var _ = store.checkpoint();
    assertThat(store.compact(CompactionPolicy.TIERED)).isZero();
    var _ = shard.delete("b");
    // Dead now, but not as of the manifest.
    assertThat(store.compact(CompactionPolicy.TIERED)).isZero();
    var _ = store.checkpoint();

    assertThat(store.compact(CompactionPolicy.TIERED)).isEqualTo(1);

    assertThat(stats().segmentRows()).isEqualTo(2);
    assertThat(shard.ids()).containsExactly("c", "d");
  }

  @Test
  void corruptSegmentOfOneCollectionStopsNoOther() {
    long damaged = COLLECTION - 1;
    var _ = shard.apply(shard.create(damaged, 2));
    for (int count = 0; count < 2; count++) {
      var points = List.of(point("x" + count, count));
      var _ = shard.apply(store.prepareUpsert(shard.stamp(), damaged, points));
      segmentOf(point("y" + count, count));
    }
    store.close();
    var path =
        storage.files().stream()
            .filter(file -> file.contains("/" + damaged + "/") && file.endsWith(".vec"))
            .findFirst()
            .orElseThrow();
    var content = storage.content(path);
    content[content.length / 2] ^= 1;
    storage.overwrite(path, content);

    try (var reopened = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      assertThatThrownBy(() -> reopened.store.compact())
          .isInstanceOf(CorruptFileException.class)
          .hasMessageContaining(path);

      assertThat(segmentCounts(reopened.store)).containsExactly(2, 1);
      assertThat(reopened.upsert(point("z", 1))).isInstanceOf(Outcome.Applied.class);
    }
  }

  private static List<Integer> segmentCounts(Store store) {
    return store.stats().collections().stream()
        .map(StoreStats.CollectionStats::segmentCount)
        .toList();
  }

  private Future<?> heldUp(CountDownLatch reached, CountDownLatch released)
      throws InterruptedException {
    hooked.setBeforeSegmentWrite(
        () -> {
          hooked.setBeforeSegmentWrite(() -> {});
          reached.countDown();
          await(released);
        });
    var compaction = threads.submit(() -> store.compact(CompactionPolicy.ALL));
    reached.await();
    return compaction;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void segmentOf(Point... points) {
    assertThat(shard.upsert(points)).isInstanceOf(Outcome.Applied.class);
    var _ = store.checkpoint();
  }

  private void assertReopensAlike(StateHash hash) {
    store.close();
    try (var reopened = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      assertThat(reopened.store.stateHash()).isEqualTo(hash);
      assertThat(reopened.store.verify().damages()).isEmpty();
    }
  }

  private StoreStats.CollectionStats stats() {
    return store.stats().collections().getFirst();
  }

  private List<String> segmentFiles() {
    return storage.files().stream().filter(path -> path.contains("/seg-")).toList();
  }
}
