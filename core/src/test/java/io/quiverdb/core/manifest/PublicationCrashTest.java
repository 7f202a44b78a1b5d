package io.quiverdb.core.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.storage.CrashedException;
import io.quiverdb.core.storage.Seed;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A publication happens or it does not, wherever the power goes or the disk fails.
final class PublicationCrashTest {
  private static final int SURVIVORS_PER_CALL = 40;

  private final Random random = new Random(Seed.draw());

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void crashAtAnyCallLeavesTheOldStateOrTheNew(int oldState) throws IOException {
    Set<Integer> statesSeen = new HashSet<>();
    for (long call = 1, calls = callsOfAdvance(oldState); call <= calls; call++) {
      for (int survivor = 0; survivor < SURVIVORS_PER_CALL / (1 + oldState); survivor++) {
        var recovered = crash(storageInState(oldState), call).afterCrash(random);

        int state = assertRecovers(recovered);

        assertThat(state).isIn(oldState, oldState + 1);
        statesSeen.add(state);
      }
    }
    assertThat(statesSeen).containsExactlyInAnyOrder(oldState, oldState + 1);
  }

  @Test
  void secondCrashBeforeTheNextPublicationIsDoneDoesNoHarm() throws IOException {
    for (long call = 1, calls = callsOfAdvance(2); call <= calls; call++) {
      var once = crash(storageInState(2), call).afterCrash(random);
      int stateBefore = PublishedStore.open(once.copy()).state();

      // The names of leftovers are in the way now; a crash at any call of the second attempt.
      var twice = crash(once, 1 + random.nextLong(calls)).afterCrash(random);

      assertThat(assertRecovers(twice)).isIn(stateBefore, stateBefore + 1);
    }
  }

  @Test
  void finishedPublicationIsDurable() throws IOException {
    for (int survivor = 0; survivor < SURVIVORS_PER_CALL; survivor++) {
      var storage = storageInState(2);

      assertThat(PublishedStore.open(storage.afterCrash(random)).state()).isEqualTo(2);
    }
  }

  @Test
  void failureAtAnyCallLeavesTheOldStateOrTheNew() throws IOException {
    for (long call = 1, calls = callsOfAdvance(1); call <= calls; call++) {
      var storage = storageInState(1);
      storage.failAt(call);

      assertThatThrownBy(() -> PublishedStore.open(storage).advance())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("simulated failure");

      assertThat(assertRecovers(storage.copy())).isIn(1, 2);
      assertThat(assertRecovers(storage.afterCrash(random))).isIn(1, 2);
    }
  }

  @Test
  void namesAreNotUsedAgainAfterAKill() throws IOException {
    Set<String> namesEver = new HashSet<>();
    var storage = new SimulatedStorage();
    for (int attempt = 0; attempt < 60; attempt++) {
      Set<String> before = new HashSet<>(storage.files());
      namesEver.addAll(before);
      storage = crash(storage, 1 + random.nextLong(60));

      var created = new HashSet<>(storage.files());
      created.removeAll(before);
      created.removeIf(name -> name.startsWith("CURRENT"));
      created.retainAll(namesEver);
      assertThat(created).isEmpty();

      namesEver.addAll(storage.files());
      storage = storage.copy();
    }
    assertThat(namesEver).hasSizeGreaterThan(30);
  }

  /// @return the state that was found
  private static int assertRecovers(SimulatedStorage storage) throws IOException {
    var filesBefore = storage.files();
    var recovered = PublishedStore.open(storage);
    assertThat(storage.files()).isEqualTo(filesBefore);
    int state = recovered.state();
    recovered.assertIntact();

    recovered.advance();
    recovered.assertIntact();
    assertThat(recovered.manifests().garbage()).isEmpty();
    assertThat(PublishedStore.open(storage).state()).isEqualTo(state + 1);
    return state;
  }

  private static SimulatedStorage storageInState(int state) throws IOException {
    var storage = new SimulatedStorage();
    var store = PublishedStore.open(storage);
    while (store.state() < state) {
      store.advance();
    }
    return storage;
  }

  private static SimulatedStorage crash(SimulatedStorage storage, long call) throws IOException {
    storage.crashAt(call);
    try {
      PublishedStore.open(storage).advance();
    } catch (CrashedException _) {
      // As planned; a later call than the last is none.
    }
    return storage;
  }

  private static long callsOfAdvance(int state) throws IOException {
    var storage = storageInState(state);
    long before = storage.calls();
    PublishedStore.open(storage).advance();
    return storage.calls() - before;
  }
}
