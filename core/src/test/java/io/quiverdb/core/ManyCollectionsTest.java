package io.quiverdb.core;

import static io.quiverdb.core.TestShard.point;
import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.op.Entry;
import io.quiverdb.core.op.SealedOp;
import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.storage.SimulatedStorage;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// Very many collections, nearly all of them empty, and an empty one by itself.
final class ManyCollectionsTest {
  private static final int FIRST = 1000;
  private static final int COUNT = 10_000;
  private static final int PER_ENTRY = 500;

  private final SimulatedStorage storage = new SimulatedStorage();

  private TestShard open() {
    return new TestShard(storage, RequestWindow.BYTES_MAX);
  }

  @Test
  void tenThousandCollectionsAreListedWrittenCheckpointedCompactedAndFoundAgain() {
    StateHash hash;
    try (var shard = open()) {
      for (int first = FIRST; first < FIRST + COUNT; first += PER_ENTRY) {
        createCollections(shard, first);
      }
      shard.store.checkpoint();
      shard.apply(upsert(shard, FIRST + 1));
      shard.apply(upsert(shard, FIRST + COUNT - 1));
      shard.store.checkpoint();
      shard.apply(upsert(shard, FIRST + 1));
      shard.store.compact();

      assertAllAreThere(shard.store);
      hash = shard.store.stateHash();
    }

    try (var shard = open()) {
      assertAllAreThere(shard.store);
      assertThat(shard.store.stateHash()).isEqualTo(hash);
      assertThat(shard.store.verify().damages()).isEmpty();
    }
    // What is empty has no files.
    assertThat(storage.files()).hasSizeLessThan(50);
  }

  private static void createCollections(TestShard shard, int first) {
    var entry = Entry.newBuilder();
    IntStream.range(first, first + PER_ENTRY).forEach(id -> entry.addOps(shard.create(id, id)));
    shard.applyEntry(entry.build());
  }

  private static SealedOp upsert(TestShard shard, long collectionId) {
    return shard.store.prepareUpsert(shard.stamp(), collectionId, List.of(point("a", 1)));
  }

  private static void assertAllAreThere(Store store) {
    try (var view = store.view()) {
      assertAllAreThere(view);
    }
    assertThat(store.collectionNames()).hasSize(COUNT + 1).contains("c" + (FIRST + COUNT - 1));
  }

  private static void assertAllAreThere(StoreView view) {
    assertThat(view.collections().stream().filter(collection -> collection.id() >= FIRST))
        .extracting(CollectionView::id)
        .containsExactlyElementsOf(LongStream.range(FIRST, FIRST + COUNT).boxed().toList());
    for (long id : new long[] {FIRST + 1, FIRST + COUNT - 1}) {
      assertThat(view.collection(id).orElseThrow().get("a")).isPresent();
    }
    assertThat(view.collections().stream().mapToLong(CollectionView::size).sum()).isEqualTo(2);
  }

  /// A view is put together anew for every entry, of those that changed and those that did not.
  @Test
  void viewsShowWhichCollectionsCameAndWentAndChanged() {
    try (var shard = open()) {
      for (long id : new long[] {20, 30, 10}) {
        shard.apply(shard.create(id, id));
      }
      var before = shard.view();
      shard.apply(upsert(shard, 20));
      shard.apply(shard.store.prepareDropCollection(shard.stamp(), 30, 31));
      shard.apply(upsert(shard, 10));
      shard.apply(shard.create(40, 40));

      assertThat(before.collections())
          .extracting(CollectionView::id)
          .containsExactly(7L, 10L, 20L, 30L);
      assertThat(before.collections()).allMatch(collection -> collection.size() == 0);
      var now = shard.view();
      assertThat(now.collections())
          .extracting(CollectionView::id)
          .containsExactly(7L, 10L, 20L, 40L);
      assertThat(now.collections())
          .extracting(CollectionView::size)
          .containsExactly(0L, 1L, 1L, 0L);
      assertThat(shard.store.collectionNames()).containsExactly("c10", "c20", "c40", "c7");
    }
  }

  @Test
  void emptyCollectionStaysAndAnswersWhateverBecomesOfTheStore() {
    var shard = open();
    assertEmpty(shard.store);
    shard.store.checkpoint();
    shard.store.compact();
    assertEmpty(shard.store);
    shard.close();

    try (var reopened = open()) {
      assertEmpty(reopened.store);
      assertThat(reopened.store.verify().isIntact()).isTrue();
      try (var tail = reopened.store.recoveryTail(TestShard.COLLECTION)) {
        assertThat(tail.touched()).isEmpty();
      }
      var restored = new SimulatedStorage();
      try (var snapshot = reopened.store.replicationSnapshot()) {
        Store.restore(restored, StoreOptions.standard(), TestKeys.SHARED.keyRing(), snapshot.ops());
      }
      try (var copy = new TestShard(restored, RequestWindow.BYTES_MAX)) {
        assertEmpty(copy.store);
        assertThat(copy.store.stateHash()).isEqualTo(reopened.store.stateHash());
      }
    }
  }

  /// Also one that held something once.
  @Test
  void emptiedCollectionLeavesNoFiles() {
    try (var shard = open()) {
      shard.upsert(point("a", 1));
      shard.store.checkpoint();
      shard.delete("a");
      shard.store.checkpoint();
      shard.store.compact();
      shard.store.checkpoint();

      assertEmpty(shard.store);
      assertThat(storage.files()).noneMatch(path -> path.contains("/seg-"));
    }
    try (var shard = open()) {
      assertEmpty(shard.store);
      shard.upsert(point("a", 1));
      assertThat(shard.ids()).containsExactly("a");
    }
  }

  private static void assertEmpty(Store store) {
    try (var view = store.view()) {
      assertEmpty(view.collection(TestShard.COLLECTION).orElseThrow());
    }
  }

  private static void assertEmpty(CollectionView collection) {
    assertThat(collection.size()).isZero();
    assertThat(collection.get("a")).isEmpty();
    var page = collection.scan(Optional.empty(), 10, 1000, Optional.empty());
    assertThat(page).isEqualTo(new ScanPage(List.of(), false));
    var query = new Query(Vector.of(0, 0, 0, 0), 3, Optional.empty(), true, true);
    assertThat(collection.search(query)).isEmpty();
    assertThat(collection.count(Optional.of(new Filter.Not(new Filter.Exists("n"))))).isZero();
  }
}
