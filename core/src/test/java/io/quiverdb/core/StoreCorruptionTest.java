package io.quiverdb.core;

import static io.quiverdb.core.TestShard.point;
import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.storage.Seed;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Every byte of a small store flipped, every file cut at every length: damage is noticed and the
/// file is named, or it is harmless. It never changes an answer.
///
/// A sample by default; all of it with `-Pcrash`, or with more than that many
/// `quiver.crash.states`.
final class StoreCorruptionTest {
  private static final int SAMPLED_CASES = 20_000;

  private final RandomGenerator random = new SplittableRandom(Seed.draw());
  private final SimulatedStorage storage = new SimulatedStorage();
  private List<StoredPoint> points = List.of();
  private StateHash hash = new StateHash(0, 0);
  private byte[] index = {};

  private record Case(String path, int offset, boolean cut) {}

  @Test
  void damageIsNoticedAndNamedOrHarmless() {
    fillStore();
    int harmless = 0;
    var cases = cases();

    for (var one : cases) {
      byte[] intact = storage.content(one.path);
      storage.overwrite(one.path, damaged(one, intact));
      if (assertNoticedOrHarmless(one)) {
        harmless++;
      }
      storage.overwrite(one.path, intact);
    }

    System.out.println("corruptions=" + cases.size() + " harmless=" + harmless + " failures=0");
    assertThat(cases).hasSizeGreaterThanOrEqualTo(SAMPLED_CASES);
  }

  /// Two segments with dead rows, a window, an index of the collection and one of a segment.
  private void fillStore() {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      shard.upsert(IntStream.range(0, 60).mapToObj(i -> point("id-" + i, i)).toArray(Point[]::new));
      shard.store.checkpoint();
      shard.delete("id-7");
      shard.upsert(point("id-8", 1), point("new", 2));
      shard.store.checkpointWithIndexSnapshots(
          List.of(
              new IndexSnapshot(
                  TestShard.COLLECTION, "index", (out, _) -> out.write(new byte[700]))));
      var _ =
          shard.store.attachIndexSnapshot(
              1, TestShard.COLLECTION, 1, "graph", (out, _) -> out.write(new byte[300]));
      points = points(shard.store);
      hash = shard.store.stateHash();
      index = new byte[700];
    }
  }

  private List<Case> cases() {
    var all = new ArrayList<Case>();
    for (var path : storage.files()) {
      for (int offset = 0; offset < storage.content(path).length; offset++) {
        all.add(new Case(path, offset, false));
        all.add(new Case(path, offset, true));
      }
    }
    if (Long.getLong("quiver.crash.states", SAMPLED_CASES) > SAMPLED_CASES) {
      return all;
    }
    // The headers whole, of the rest what chance gives.
    var sample = new ArrayList<Case>();
    for (var one : all) {
      if (one.offset < 100 || random.nextInt(all.size()) < SAMPLED_CASES * 11L / 10) {
        sample.add(one);
      }
    }
    return sample;
  }

  private byte[] damaged(Case one, byte[] intact) {
    if (one.cut) {
      return Arrays.copyOf(intact, one.offset);
    }
    var flipped = intact.clone();
    flipped[one.offset] ^= (byte) (1 << random.nextInt(Byte.SIZE));
    return flipped;
  }

  /// @return whether it is harmless
  private boolean assertNoticedOrHarmless(Case one) {
    boolean noticed = false;
    try (var store = open()) {
      assertThat(points(store)).as(one.toString()).isEqualTo(points);
      assertThat(store.stateHash()).as(one.toString()).isEqualTo(hash);
      assertThat(indexOf(store)).as(one.toString()).isEqualTo(index);
    } catch (CorruptFileException e) {
      assertThat(e.file()).as(one.toString()).isEqualTo(one.path);
      noticed = true;
    } catch (WrongKeyException | ForeignFileException e) {
      noticed = true; // The seal of a manifest says no more than that it is not ours.
    }
    return !assertVerificationNames(one) && !noticed;
  }

  private boolean assertVerificationNames(Case one) {
    try {
      var verification =
          Store.verify(
              storage, StoreOptions.standard(), TestKeys.SHARED.keyRing(), RequestWindow.BYTES_MAX);
      assertThat(verification.damages())
          .as(one.toString())
          .allMatch(damage -> one.path.startsWith(damage.file()));
      return !verification.isIntact();
    } catch (WrongKeyException | ForeignFileException e) {
      return true;
    }
  }

  private Store open() {
    return Store.open(
        storage,
        StoreOptions.standard(),
        TestKeys.SHARED.keyRing(),
        Optional.empty(),
        RequestWindow.BYTES_MAX);
  }

  private static List<StoredPoint> points(Store store) {
    try (var view = store.view()) {
      return view.collection(TestShard.COLLECTION)
          .orElseThrow()
          .scan(Optional.empty(), 1_000_000, Long.MAX_VALUE, Optional.empty())
          .points();
    }
  }

  private static byte[] indexOf(Store store) {
    try (var stream = store.readIndexSnapshot(TestShard.COLLECTION, "index").orElseThrow()) {
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
