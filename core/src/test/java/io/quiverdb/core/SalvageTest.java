package io.quiverdb.core;

import static io.quiverdb.core.TestShard.point;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SalvageTest {
  private final SimulatedStorage storage = new SimulatedStorage();
  private final SimulatedStorage target = new SimulatedStorage();
  private StateHash hash = new StateHash(0, 0);
  private Map<String, StoredPoint> points = new HashMap<>();

  /// 400 points in a first segment, of which some are dead; a few in a second.
  @BeforeEach
  void fillStore() {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      shard.upsert(
          IntStream.range(0, 400).mapToObj(i -> point("id-" + i, i)).toArray(Point[]::new));
      shard.store.checkpoint();
      shard.delete("id-7", "id-8");
      shard.upsert(point("id-9", 1000), point("new", 2));
      shard.store.checkpoint();
      hash = shard.store.stateHash();
      points = all(shard);
    }
  }

  @Test
  void soundStoreIsTakenOverWhole() {
    var before = storage.copy();

    var report = salvage();

    assertThat(report.damages()).isEmpty();
    assertThat(report.isComplete()).isTrue();
    assertThat(report.pointCount()).isEqualTo(399);
    assertThat(report.collectionCount()).isEqualTo(1);
    try (var shard = salvaged()) {
      assertThat(shard.store.stateHash()).isEqualTo(hash);
      assertThat(all(shard)).isEqualTo(points);
      assertThat(shard.store.verify().damages()).isEmpty();
      shard.upsert(point("later", 1));
    }
    assertThat(storage.files()).isEqualTo(before.files());
    for (var path : storage.files()) {
      assertThat(storage.content(path)).as(path).isEqualTo(before.content(path));
    }
  }

  @Test
  void onlyTheRowsOfADamagedPageAreLost() {
    int pageBytes = storage.content(path("seg-1.vec")).length;
    flip(path("seg-1.ids"), storage.content(path("seg-1.ids")).length / 2);

    var report = salvage();

    assertThat(pageBytes).isPositive();
    assertThat(report.damages()).isNotEmpty();
    assertThat(report.damages()).extracting(Damage::file).containsOnly(path("seg-1.ids"));
    assertThat(report.pointCount()).isBetween(250L, 398L);
    try (var shard = salvaged()) {
      var saved = all(shard);
      assertThat(saved).hasSize((int) report.pointCount());
      assertThat(points).containsAllEntriesOf(saved);
      assertThat(shard.store.verify().damages()).isEmpty();
    }
  }

  @Test
  void sparseIndexIsMadeAnew() throws IOException {
    storage.delete(path("seg-1.dir"));
    flip(path("seg-2.dir"), 90);

    var report = salvage();

    assertThat(report.damages())
        .extracting(Damage::file)
        .containsExactlyInAnyOrder("gen-1/collections/7/seg-1.dir", path("seg-2.dir"));
    try (var shard = salvaged()) {
      assertThat(all(shard)).isEqualTo(points);
      assertThat(shard.store.stateHash()).isEqualTo(hash);
    }
  }

  @Test
  void segmentWithoutVectorsIsLeftOutAndNamed() throws IOException {
    storage.delete(path("seg-1.vec"));

    var report = salvage();

    assertThat(report.damages()).extracting(Damage::what).contains("file");
    try (var shard = salvaged()) {
      assertThat(all(shard)).containsOnlyKeys("id-9", "new");
    }
  }

  /// Of rows of one id the youngest counts; what was deleted comes back, and the report tells.
  @Test
  void rowsComeBackWhereItIsNotKnownWhichAreDead() {
    flip(path("del-1"), storage.content(path("del-1")).length - 1);

    var report = salvage();

    assertThat(report.damages()).extracting(Damage::file).containsExactly(path("del-1"));
    try (var shard = salvaged()) {
      var saved = all(shard);
      assertThat(saved).hasSize(401).containsKeys("id-7", "id-8");
      assertThat(saved.get("id-9")).isEqualTo(points.get("id-9"));
    }
  }

  @Test
  void withoutTheWindowAllEarlierRequestsCountAsForgotten() {
    flip(path("window-"), 100);

    var report = salvage();

    assertThat(report.damages()).extracting(Damage::file).containsExactly(path("window-"));
    try (var shard = salvaged()) {
      assertThat(all(shard)).isEqualTo(points);
      var before = new Position(1, 1, 0);
      var stamp = new RequestStamp(shard.freshId(), 1, Optional.of(before));
      assertThat(
              shard.apply(
                  shard.store.prepareUpsert(
                      stamp, TestShard.COLLECTION, List.of(point("late", 1)))))
          .isInstanceOf(Outcome.Expired.class);
    }
  }

  @Test
  void newestManifestIsFoundWhereThePointerIsLost() {
    flip("CURRENT", 30);

    var report = salvage();

    assertThat(report.damages()).extracting(Damage::file).containsExactly("CURRENT");
    try (var shard = salvaged()) {
      assertThat(all(shard)).isEqualTo(points);
    }
  }

  @Test
  void withoutAManifestThereIsNothingToSalvage() {
    flip(path("manifest-"), 200);

    assertThatThrownBy(this::salvage)
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("manifests is none (expected: one to read)");
    assertThat(target.files()).isEmpty();
  }

  @Test
  void whereThereIsAStoreNoneIsSalvagedTo() {
    salvage();

    assertThatThrownBy(this::salvage)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("directory: holds a store (expected: none)");
  }

  private SalvageReport salvage() {
    return Store.salvage(storage, target, StoreOptions.standard(), TestKeys.SHARED.keyRing());
  }

  private TestShard salvaged() {
    return new TestShard(target, RequestWindow.BYTES_MAX);
  }

  private static Map<String, StoredPoint> all(TestShard shard) {
    Map<String, StoredPoint> points = new HashMap<>();
    shard
        .collection()
        .scan(Optional.empty(), 1_000_000, Long.MAX_VALUE, Optional.empty())
        .points()
        .forEach(point -> points.put(point.id(), point));
    return points;
  }

  private String path(String name) {
    var found = new ArrayList<>(storage.files());
    found.removeIf(path -> !path.contains("/" + name));
    return found.getLast();
  }

  private void flip(String path, int offset) {
    byte[] content = storage.content(path);
    content[offset] ^= 1;
    storage.overwrite(path, content);
  }
}
