package io.quiverdb.core;

import static io.quiverdb.core.TestShard.COLLECTION;
import static io.quiverdb.core.TestShard.point;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.op.FeatureLevels;
import io.quiverdb.core.op.Op;
import io.quiverdb.core.op.SealedOp;
import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.storage.SimulatedStorage;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Stores of an earlier release, which has no new payloads, and of the next one, which has them at
/// level 2, where it also remembers fewer requests.
final class FeatureLevelsTest {
  private static final long NEXT_WINDOW_BYTES = 300;
  private static final FeatureLevels EARLIER = earlier();
  private static final FeatureLevels NEXT =
      EARLIER.and(
          new FeatureLevels.Rules(
              FeatureLevels.CURRENT.rules(FeatureLevels.FIRST).kinds(), NEXT_WINDOW_BYTES));

  private final SimulatedStorage storage = new SimulatedStorage();

  private static FeatureLevels earlier() {
    var kinds = EnumSet.copyOf(FeatureLevels.CURRENT.rules(FeatureLevels.FIRST).kinds());
    kinds.remove(Op.KindCase.SET_PAYLOAD);
    return new FeatureLevels(
        FeatureLevels.FIRST, new FeatureLevels.Rules(kinds, RequestWindow.BYTES_MAX));
  }

  @Test
  void everyKindOfOperationIsOfThisReleasesLevels() {
    assertThat(FeatureLevels.CURRENT.supported()).isEqualTo(VersionRange.FIRST);
    assertThat(FeatureLevels.CURRENT.rules(1).kinds())
        .hasSize(Op.KindCase.values().length - 1)
        .doesNotContain(Op.KindCase.KIND_NOT_SET);
  }

  @Test
  void levelRisesByAnOperationAndNeverFalls() {
    try (var shard = shard(NEXT)) {
      assertThat(shard.store.featureLevel()).isEqualTo(FeatureLevels.FIRST);

      assertThat(raise(shard, 1)).isEqualTo(new Outcome.Superseded());
      assertThat(raise(shard, 2)).isInstanceOf(Outcome.Applied.class);
      assertThat(raise(shard, 2)).isEqualTo(new Outcome.Superseded());
      assertThat(raise(shard, 1)).isEqualTo(new Outcome.Superseded());

      assertThat(shard.store.featureLevel()).isEqualTo(2);
      assertThatThrownBy(() -> raise(shard, 3))
          .isInstanceOf(FeatureLevelException.class)
          .hasMessage("operation SET_FEATURE_LEVEL: feature level 3 (supported: 1 to 2)");
      assertThatThrownBy(() -> raise(shard, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("feature level: 0 (expected: at least 1)");
    }
  }

  @Test
  void releasesAgreeAtTheLevelThatBothHave() {
    try (var earlier = shard(EARLIER);
        var next = shard(new SimulatedStorage(), NEXT)) {
      for (int i = 0; i < 20; i++) {
        var op = next.store.prepareUpsert(next.stamp(), COLLECTION, List.of(point("p" + i, i)));
        assertThat(earlier.apply(op)).isEqualTo(next.apply(op));
        assertThat(earlier.store.stateHash()).isEqualTo(next.store.stateHash());
      }
    }
  }

  @Test
  void rulesOfALevelCountFromTheEntryThatRaisesIt() {
    try (var shard = shard(NEXT)) {
      var first = delete(shard);
      assertThat(shard.apply(first)).isInstanceOf(Outcome.Applied.class);
      for (int i = 0; i < 20; i++) {
        var _ = shard.apply(delete(shard));
      }
      assertThat(shard.apply(first)).isInstanceOf(Outcome.Duplicate.class);

      assertThat(raise(shard, 2)).isInstanceOf(Outcome.Applied.class);

      assertThat(shard.apply(first)).isInstanceOf(Outcome.Applied.class);
    }
  }

  @Test
  void operationOfALevelThatIsNotInForceIsNotPreparedAndStopsAStoreThatMeetsIt() {
    try (var raised = shard(NEXT);
        var shard = shard(new SimulatedStorage(), NEXT)) {
      assertThatThrownBy(() -> setPayload(shard))
          .isInstanceOf(FeatureLevelException.class)
          .hasMessage(
              "operation SET_PAYLOAD: not of feature level 1, which is in force (supported: 1 to"
                  + " 2)");
      var _ = raise(raised, 2);
      var op = setPayload(raised);
      assertThat(raised.apply(op)).isInstanceOf(Outcome.Applied.class);

      assertThatThrownBy(() -> shard.apply(op))
          .isInstanceOf(StoreFailedException.class)
          .hasCauseInstanceOf(FeatureLevelException.class);
    }
  }

  @Test
  void storeStopsWhereItsLogRisesToALevelThatItDoesNotHaveAndALaterReleaseGoesOn() {
    try (var next = shard(NEXT)) {
      var upsert = next.store.prepareUpsert(next.stamp(), COLLECTION, List.of(point("a", 1)));
      var raise = next.store.prepareSetFeatureLevel(next.stamp(), 2);
      var other = new SimulatedStorage();
      try (var earlier = shard(other, EARLIER)) {
        var _ = earlier.apply(upsert);
        var _ = earlier.store.checkpoint();

        assertThatThrownBy(() -> earlier.apply(raise))
            .isInstanceOf(StoreFailedException.class)
            .hasRootCauseInstanceOf(FeatureLevelException.class)
            .hasRootCauseMessage("operation SET_FEATURE_LEVEL: feature level 2 (supported: 1)");
      }
      try (var upgraded = shard(other, NEXT)) {
        assertThat(next.apply(upsert)).isInstanceOf(Outcome.Applied.class);
        assertThat(upgraded.apply(raise)).isEqualTo(next.apply(raise));
        assertThat(upgraded.store.stateHash()).isEqualTo(next.store.stateHash());
      }
    }
  }

  @Test
  void checkpointKeepsTheLevelAndIsNotForAReleaseWithoutIt() {
    StateHash hash;
    try (var shard = shard(NEXT)) {
      var _ = shard.upsert(point("a", 1));
      var _ = raise(shard, 2);
      var _ = shard.store.checkpoint();
      hash = shard.store.stateHash();
    }
    var before = storage.copy();

    assertThatThrownBy(() -> shard(EARLIER))
        .isInstanceOf(UnsupportedFormatException.class)
        .hasMessageContaining(": feature level 2 (readable: 1)");
    for (var path : before.files()) {
      assertThat(storage.content(path)).as(path).isEqualTo(before.content(path));
    }
    try (var shard = shard(NEXT)) {
      assertThat(shard.store.featureLevel()).isEqualTo(2);
      assertThat(shard.store.stateHash()).isEqualTo(hash);
      assertThat(shard.apply(setPayload(shard))).isInstanceOf(Outcome.Applied.class);
    }
  }

  @Test
  void logOfAStoreThatStandsAloneKeepsTheLevel() {
    SimulatedStorage killed;
    try (var store = standalone(storage, NEXT)) {
      var stamp = new RequestStamp(new RequestId(new UUID(7, 7)), 0, Optional.empty());
      var raise = store.prepareSetFeatureLevel(stamp, 2);
      var _ = store.applyReplicated(store.position().next(), raise);
      assertThat(store.featureLevel()).isEqualTo(2);
      killed = storage.copy();
    }
    assertThatThrownBy(() -> standalone(killed, EARLIER))
        .isInstanceOf(FeatureLevelException.class)
        .hasMessage("operation SET_FEATURE_LEVEL: feature level 2 (supported: 1)");
    try (var store = standalone(killed, NEXT)) {
      assertThat(store.featureLevel()).isEqualTo(2);
    }
  }

  @Test
  void snapshotBringsItsLevelAndIsRefusedByAReleaseWithoutIt() throws Exception {
    try (var source = shard(NEXT);
        var next = shard(new SimulatedStorage(), NEXT);
        var earlier = shard(new SimulatedStorage(), EARLIER)) {
      var _ = source.upsert(point("a", 1));
      var _ = raise(source, 2);
      var _ = source.upsert(point("b", 1));
      var _ = source.store.checkpoint();
      var hashBefore = earlier.store.stateHash();
      try (var snapshot = source.store.replicationSnapshot()) {
        next.store.installSnapshot(snapshot.files());
        assertThatThrownBy(() -> earlier.store.installSnapshot(snapshot.files()))
            .isInstanceOf(UnsupportedFormatException.class)
            .hasMessageContaining("feature level 2 (readable: 1)");
      }

      assertThat(next.store.featureLevel()).isEqualTo(2);
      assertThat(next.store.stateHash()).isEqualTo(source.store.stateHash());
      assertThat(earlier.store.stateHash()).isEqualTo(hashBefore);
      assertThat(earlier.upsert(point("c", 1))).isInstanceOf(Outcome.Applied.class);
    }
  }

  private TestShard shard(FeatureLevels levels) {
    return shard(storage, levels);
  }

  private static TestShard shard(SimulatedStorage storage, FeatureLevels levels) {
    return new TestShard(
        storage,
        RequestWindow.BYTES_MAX,
        StoreOptions.standard().with(levels),
        Optional.of(new UUID(5, 5)));
  }

  private static Store standalone(SimulatedStorage storage, FeatureLevels levels) {
    return Store.openWithoutBackground(
        storage, TestKeys.SHARED.keyRing(), StoreOptions.standard().with(levels));
  }

  private static Outcome raise(TestShard shard, int level) {
    return shard.apply(shard.store.prepareSetFeatureLevel(shard.stamp(), level));
  }

  private static SealedOp delete(TestShard shard) {
    return shard.store.prepareDelete(shard.stamp(), COLLECTION, List.of("nobody")).orElseThrow();
  }

  private static SealedOp setPayload(TestShard shard) {
    return shard.store.prepareSetPayload(
        shard.stamp(), COLLECTION, List.of(new PayloadChange("a", Payload.ofJson("{}"))));
  }
}
