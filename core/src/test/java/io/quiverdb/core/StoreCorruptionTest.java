package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.storage.Seed;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every byte of small stores that have a file of every kind flipped, every file cut at every
/// length: damage is noticed and the file is named, or it is harmless. It never changes an answer,
/// of whatever kind ([StoreDescription]); but from the end of a log that a store keeps itself,
/// writes may be missing, as after a crash.
///
/// A sample by default; all of it with `-Pcrash`, or with more than that many
/// `quiver.crash.states`.
final class StoreCorruptionTest {
  private static final int SAMPLED_CASES = 20_000;
  private static final int SAMPLED_CASES_PER_KIND = SAMPLED_CASES / Kind.values().length;
  private static final int HEADER_BYTES = 100;
  private static final KeyRing KEYS = TestKeys.SHARED.keyRing();

  private static int caseCount;
  private static int unnoticedCount;
  private static int failures;

  private final RandomGenerator random = new SplittableRandom(Seed.draw());

  enum Kind {
    REPLICATED {
      @Override
      Sound draw() throws IOException {
        var storage = GoldenStore.replicated(new SimulatedStorage(), KEYS);
        try (var store = open(storage.copy())) {
          return new Sound(storage, List.of(StoreDescription.of(store)), "");
        }
      }

      @Override
      Store open(SimulatedStorage storage) {
        return GoldenStore.openReplicated(storage, KEYS);
      }
    },
    STANDALONE {
      // Its last log file holds three writes; the one before some, too, which no checkpoint holds.
      @Override
      Sound draw() throws IOException {
        var storage = GoldenStore.standalone(new SimulatedStorage(), KEYS);
        var store = open(storage);
        var descriptions = new ArrayList<String>();
        descriptions.add(StoreDescription.of(store));
        boolean _ = store.delete(GoldenStore.DOCS, "id-1");
        descriptions.add(StoreDescription.of(store));
        long _ = store.upsert(GoldenStore.DOCS, new Point("x", Vector.of(1, 2, 3), Payload.EMPTY));
        descriptions.add(StoreDescription.of(store));
        long _ = store.dropCollection("empty");
        descriptions.add(StoreDescription.of(store));
        var killed = storage.afterKill();
        String lastLog =
            killed.files().stream()
                .filter(StoreCorruptionTest::isLog)
                .reduce("", (_, later) -> later);
        return new Sound(killed.copy(), List.copyOf(descriptions), lastLog);
      }

      @Override
      Store open(SimulatedStorage storage) {
        return Store.openWithoutBackground(storage, KEYS, StoreOptions.standard());
      }
    };

    abstract Sound draw() throws IOException;

    abstract Store open(SimulatedStorage storage);
  }

  /// @param descriptions what it holds with 0, 1, 2 … of the writes in its last log file
  /// @param lastLog its path, empty if it has none
  record Sound(SimulatedStorage storage, List<String> descriptions, String lastLog) {}

  private record Case(String path, int offset, boolean cut) {}

  @AfterAll
  static void tell() {
    System.out.println(
        "corruptions: %d, of which changed nothing: %d, failures: %d"
            .formatted(caseCount, unnoticedCount, failures));
  }

  @ParameterizedTest
  @EnumSource
  void damageIsNoticedAndNamedOrHarmless(Kind kind) throws IOException {
    var sound = kind.draw();
    var cases = cases(sound.storage);
    assertThat(cases).hasSizeGreaterThanOrEqualTo(SAMPLED_CASES_PER_KIND);

    for (var one : cases) {
      caseCount++;
      try {
        var damaged = sound.storage.copy();
        damaged.overwrite(one.path, damaged(one, sound.storage.content(one.path)));
        boolean named = assertVerificationNames(one, damaged);
        unnoticedCount += assertNoticedOrHarmless(kind, sound, one, damaged) || named ? 0 : 1;
      } catch (RuntimeException | Error e) {
        failures++;
        throw e;
      }
    }
  }

  private List<Case> cases(SimulatedStorage storage) {
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
    var sample = new ArrayList<>(all.stream().filter(one -> one.offset < HEADER_BYTES).toList());
    var rest = new ArrayList<>(all.stream().filter(one -> one.offset >= HEADER_BYTES).toList());
    Collections.shuffle(rest, Random.from(random));
    sample.addAll(rest.subList(0, Math.max(0, SAMPLED_CASES_PER_KIND - sample.size())));
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

  /// @return whether it is noticed by who opens the store and reads all of it
  private static boolean assertNoticedOrHarmless(
      Kind kind, Sound sound, Case one, SimulatedStorage damaged) throws IOException {
    try (var store = kind.open(damaged)) {
      var description = StoreDescription.of(store);
      if (one.path.equals(sound.lastLog)) {
        // Of flipped bytes only the last write can be taken for one that was cut off.
        int first = one.cut ? 0 : sound.descriptions.size() - 2;
        assertThat(description)
            .as(one.toString())
            .isIn(sound.descriptions.subList(first, sound.descriptions.size()));
        return store.tornTail().isPresent();
      }
      assertThat(description).as(one.toString()).isEqualTo(sound.descriptions.getLast());
      return false;
    } catch (CorruptFileException e) {
      assertThat(e.file()).as(one.toString()).matches(file -> isWhereItShows(one, file));
      return true;
    } catch (WrongKeyException | ForeignFileException e) {
      return true; // The seal of a manifest says no more than that it is not ours.
    }
  }

  /// @return whether it is noticed by who verifies the store
  private static boolean assertVerificationNames(Case one, SimulatedStorage damaged) {
    try {
      var verification = Store.verify(damaged, GoldenStore.options(), KEYS);
      assertThat(verification.damages())
          .as(one.toString())
          .allMatch(damage -> isWhereItShows(one, damage.file()));
      return !verification.isIntact();
    } catch (WrongKeyException | ForeignFileException e) {
      return true;
    }
  }

  /// In the file itself; but what is missing at the end of a log file shows at the next one, which
  /// goes on after a gap.
  private static boolean isWhereItShows(Case one, String file) {
    return one.path.startsWith(file) || (isLog(one.path) && isLog(file));
  }

  private static boolean isLog(String path) {
    return path.startsWith("wal/");
  }
}
