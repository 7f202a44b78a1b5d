package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.storage.Seed;
import io.quiverdb.core.storage.SimulatedStorage;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// How much room a store takes while the same points are written again and again: at rest at most
/// twice the live data, three times that during a compaction; its log is not counted.
final class DiskUseTest {
  private static final int POINTS = 4_000;
  private static final int BATCH = 400;
  private static final int ROUNDS = 60;
  private static final int DIMENSION = 64;

  private final SplittableRandom random = new SplittableRandom(Seed.draw());
  private final SimulatedStorage storage = new SimulatedStorage();
  private final HookedStorage hooked = new HookedStorage(storage);
  private long mostAtRest;
  private long mostDuringCompaction;

  @Test
  void overwritesSpreadOverAllPointsTakeTwiceTheirRoom() {
    requireBounds(_ -> random.nextInt(POINTS));
  }

  @Test
  void overwritesOfFewPointsTakeTwiceTheirRoom() {
    requireBounds(_ -> random.nextInt(POINTS / 20));
  }

  @Test
  void overwritesInTurnTakeTwiceTheirRoom() {
    requireBounds(number -> number % POINTS);
  }

  /// @param ids which point the n-th overwrite is of
  private void requireBounds(IntUnaryOperator ids) {
    try (var store =
        Store.openWithoutBackground(hooked, TestKeys.SHARED.keyRing(), StoreOptions.standard())) {
      long _ = store.createCollection("docs", new Descriptor(DIMENSION, Metric.DOT), Settings.NONE);
      long _ = store.upsertBatch("docs", IntStream.range(0, POINTS).mapToObj(this::point).toList());
      store.compact();
      long live = diskBytes();

      hooked.setBeforeSegmentWrite(
          () -> mostDuringCompaction = Math.max(mostDuringCompaction, diskBytes()));
      for (int round = 0; round < ROUNDS; round++) {
        int first = round * BATCH;
        long _ =
            store.upsertBatch(
                "docs",
                IntStream.range(first, first + BATCH).map(ids).mapToObj(this::point).toList());
        var _ = store.checkpoint();
        store.compactTiers();
        mostAtRest = Math.max(mostAtRest, diskBytes());
      }

      System.out.printf(
          "disk use, of the live data: %.2f at rest, %.2f during a compaction%n",
          (double) mostAtRest / live, (double) mostDuringCompaction / live);
      assertThat(store.len("docs")).isEqualTo(POINTS);
      assertThat((double) mostAtRest / live).as("at rest").isBetween(1.0, 2.0);
      assertThat((double) mostDuringCompaction / live).as("meanwhile").isBetween(1.0, 3.0);
      store.compact();
      assertThat((double) diskBytes() / live).as("when compact").isLessThan(1.05);
    }
  }

  private Point point(int number) {
    var components = new float[DIMENSION];
    for (int index = 0; index < DIMENSION; index++) {
      components[index] = random.nextFloat();
    }
    return new Point(
        "id-" + number, Vector.of(components), Payload.ofJson("{\"n\":" + number + "}"));
  }

  private long diskBytes() {
    return storage.files().stream()
        .filter(path -> !path.startsWith("wal/"))
        .mapToLong(path -> storage.content(path).length)
        .sum();
  }
}
