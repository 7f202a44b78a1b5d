package io.quiverdb.core;

import static io.quiverdb.core.TestShard.COLLECTION;
import static io.quiverdb.core.TestShard.point;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.Outcome.FailedPoint;
import io.quiverdb.core.Outcome.PointResult;
import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.op.Checkpoint;
import io.quiverdb.core.op.Preparation;
import io.quiverdb.core.storage.SimulatedStorage;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class StoreOperationsTest {
  private static final Precondition ABSENT = new Precondition.Absent();
  private static final Precondition PRESENT = new Precondition.Present();
  private static final Settings WITH_LANG =
      new Settings(List.of(new FilterableField("lang", FilterableField.Type.KEYWORD)));

  private final SimulatedStorage storage = new SimulatedStorage();
  private final TestShard shard = new TestShard(storage, 4096);
  private final Store store = shard.store;

  @AfterEach
  void close() {
    store.close();
  }

  // --- new payloads

  @Test
  void newPayloadKeepsTheVectorAndRaisesTheVersion() {
    var _ = shard.upsert(point("a", 1), point("b", 2));

    var outcome = setPayload(new PayloadChange("a", Payload.ofJson("{\"new\":1}")));

    assertThat(outcome).isEqualTo(new Outcome.Applied(4, List.of(PointResult.PAYLOAD_SET)));
    assertThat(shard.collection().get("a"))
        .contains(new StoredPoint("a", Vector.of(1, 0, 0, 0), Payload.ofJson("{\"new\":1}"), 4));
    assertThat(shard.collection().get("b").orElseThrow().version()).isEqualTo(3);
    assertThat(shard.collection().size()).isEqualTo(2);
  }

  @Test
  void newPayloadOfASealedRowKeepsItsVectorToTheBit() {
    var vector = Vector.of(-0.0f, Float.MIN_VALUE, -1.1f, Float.MAX_VALUE);
    var _ = shard.upsert(new Point("a", vector, Payload.EMPTY));
    var _ = store.checkpoint();

    var _ = setPayload(new PayloadChange("a", Payload.ofJson("1")));
    var _ = store.checkpoint();

    assertThat(shard.collection().get("a"))
        .contains(new StoredPoint("a", vector, Payload.ofJson("1"), 4));
    assertThat(shard.collection().get("a").orElseThrow().vector().toLittleEndian())
        .isEqualTo(vector.toLittleEndian());
  }

  @Test
  void newPayloadOfAnAbsentPointLeavesItAbsent() {
    var _ = shard.upsert(point("a", 1));

    var outcome =
        setPayload(
            new PayloadChange("b", Payload.ofJson("1")),
            new PayloadChange("a", Payload.ofJson("2")));

    assertThat(outcome)
        .isEqualTo(new Outcome.Applied(4, List.of(PointResult.ABSENT, PointResult.PAYLOAD_SET)));
    assertThat(shard.ids()).containsExactly("a");
  }

  @Test
  void pointNamedTwiceEndsWithItsLastPayload() {
    var _ = shard.upsert(point("a", 1));

    var _ =
        setPayload(
            new PayloadChange("a", Payload.ofJson("1")),
            new PayloadChange("a", Payload.ofJson("2")));

    assertThat(shard.collection().get("a").orElseThrow().payload()).isEqualTo(Payload.ofJson("2"));
    assertThat(shard.collection().size()).isEqualTo(1);
  }

  @Test
  void viewFromBeforeShowsTheOldPayload() {
    var _ = shard.upsert(point("a", 1));
    var before = shard.collection();

    var _ = setPayload(new PayloadChange("a", Payload.EMPTY));

    assertThat(before.get("a").orElseThrow().payload()).isEqualTo(point("a", 1).payload());
  }

  // --- preconditions

  @Test
  void pointIsCreatedOnlyOnce() {
    var first = shard.upsert(given(point("a", 1), ABSENT));
    var second = shard.upsert(given(point("a", 2), ABSENT));

    assertThat(first).isInstanceOf(Outcome.Applied.class);
    assertThat(second)
        .isEqualTo(new Outcome.PreconditionFailed(List.of(new FailedPoint("a", Optional.of(3L)))));
    assertThat(shard.collection().get("a").orElseThrow().vector().get(0)).isEqualTo(1);
  }

  @Test
  void onePointThatIsNotAsDemandedRefusesAll() {
    var _ = shard.upsert(point("a", 1));

    var outcome =
        shard.upsert(
            given(point("a", 2), new Precondition.VersionEquals(3)),
            point("b", 2),
            given(point("c", 2), PRESENT),
            given(point("d", 2), new Precondition.VersionEquals(9)),
            given(point("c", 3), PRESENT));

    assertThat(outcome)
        .isEqualTo(
            new Outcome.PreconditionFailed(
                List.of(
                    new FailedPoint("c", Optional.empty()),
                    new FailedPoint("d", Optional.empty()))));
    assertThat(shard.ids()).containsExactly("a");
    assertThat(store.version()).isEqualTo(3);
  }

  @Test
  void preconditionsAreOfTheStateBeforeTheOperation() {
    var outcome = shard.upsert(given(point("a", 1), ABSENT), given(point("a", 2), ABSENT));

    assertThat(outcome)
        .isEqualTo(new Outcome.Applied(3, List.of(PointResult.INSERTED, PointResult.REPLACED)));
  }

  @Test
  void versionOfASealedRowIsKnown() {
    var _ = shard.upsert(point("a", 1));
    var _ = store.checkpoint();
    var stale = new Precondition.VersionEquals(2);
    var right = new Precondition.VersionEquals(3);

    var refused = setPayload(new PayloadChange("a", Payload.EMPTY, Optional.of(stale)));
    var applied = setPayload(new PayloadChange("a", Payload.EMPTY, Optional.of(right)));
    var refusedNow = delete(new Deletion("a", Optional.of(right)));

    assertThat(refused)
        .isEqualTo(new Outcome.PreconditionFailed(List.of(new FailedPoint("a", Optional.of(3L)))));
    assertThat(applied).isEqualTo(new Outcome.Applied(4, List.of(PointResult.PAYLOAD_SET)));
    assertThat(refusedNow)
        .isEqualTo(new Outcome.PreconditionFailed(List.of(new FailedPoint("a", Optional.of(4L)))));
  }

  @Test
  void refusalStandsWhenTheRequestIsRepeated() {
    var op = store.prepareUpsert(shard.stamp(), COLLECTION, List.of(given(point("a", 1), PRESENT)));
    var first = shard.apply(op);
    var _ = shard.upsert(point("a", 5));

    var second = shard.apply(op);

    assertThat(first).isInstanceOf(Outcome.PreconditionFailed.class);
    assertThat(second).isEqualTo(new Outcome.Duplicate(new Outcome.PreconditionFailed(List.of())));
    assertThat(shard.collection().get("a").orElseThrow().vector().get(0)).isEqualTo(5);
  }

  @Test
  void refusalIsRememberedAcrossARestart() {
    var op = store.prepareUpsert(shard.stamp(), COLLECTION, List.of(given(point("a", 1), PRESENT)));
    var _ = shard.apply(op);
    var _ = store.checkpoint();
    store.close();

    try (var reopened = new TestShard(storage, 4096)) {
      assertThat(reopened.apply(op))
          .isEqualTo(new Outcome.Duplicate(new Outcome.PreconditionFailed(List.of())));
    }
  }

  @Test
  void preconditionIsPartOfTheRequest() {
    var stamp = shard.stamp();
    var _ = shard.apply(store.prepareUpsert(stamp, COLLECTION, List.of(point("a", 1))));

    var outcome =
        shard.apply(store.prepareUpsert(stamp, COLLECTION, List.of(given(point("a", 1), PRESENT))));

    assertThat(outcome).isEqualTo(new Outcome.RequestIdReused());
  }

  @Test
  void zeroOfTheOtherSignIsAnotherRequest() {
    var stamp = shard.stamp();
    var _ = shard.apply(store.prepareUpsert(stamp, COLLECTION, List.of(point("a", 0.0f))));

    var outcome =
        shard.apply(
            store.prepareUpsert(
                stamp,
                COLLECTION,
                List.of(new Point("a", Vector.of(-0.0f, 0, 0, 0), point("a", 0).payload()))));

    assertThat(outcome).isEqualTo(new Outcome.RequestIdReused());
  }

  @Test
  void idsThatDifferInNormalisationOnlyAreTwoPoints() {
    String composed = "\u00e9";
    String decomposed = "e\u0301";
    var _ = shard.upsert(point(composed, 1));

    var outcome = shard.upsert(given(point(decomposed, 2), ABSENT));
    var _ = store.checkpoint();
    var refused = delete(new Deletion(decomposed, Optional.of(new Precondition.VersionEquals(3))));

    assertThat(outcome).isEqualTo(new Outcome.Applied(4, List.of(PointResult.INSERTED)));
    assertThat(refused)
        .isEqualTo(
            new Outcome.PreconditionFailed(List.of(new FailedPoint(decomposed, Optional.of(4L)))));
    assertThat(shard.ids()).containsExactly(decomposed, composed);
  }

  // --- the order of checks

  @Test
  void collectionThenSlotsThenLimitsComeBeforePreconditions() {
    var _ = shard.upsert(point("a", 1));
    var wrongDimension = new Point("a", Vector.of(1), Payload.EMPTY, Optional.of(ABSENT));
    var op = store.prepareUpsert(shard.stamp(), COLLECTION, List.of(given(point("a", 1), ABSENT)));

    var invalid =
        shard.apply(
            Preparation.upsert(
                shard.stamp(), COLLECTION, new Descriptor(1, Metric.DOT), List.of(wrongDimension)));
    var notFound =
        shard.apply(
            Preparation.delete(shard.stamp(), 99, List.of(new Deletion("a", Optional.of(ABSENT)))));
    var failed = shard.apply(op);

    assertThat(invalid).isInstanceOf(Outcome.Invalid.class);
    assertThat(notFound).isEqualTo(new Outcome.NotFound());
    assertThat(failed).isInstanceOf(Outcome.PreconditionFailed.class);
  }

  @Test
  void whatSettlesNothingMayComeAgain() {
    var op =
        Preparation.setPayload(
            shard.stamp(), 99, List.of(new PayloadChange("a", Payload.ofJson("1"))));
    var first = shard.apply(op);
    var _ = shard.apply(shard.create(99, 5));

    var second = shard.apply(op);

    assertThat(first).isEqualTo(new Outcome.NotFound());
    assertThat(second).isEqualTo(new Outcome.Applied(4, List.of(PointResult.ABSENT)));
  }

  // --- settings

  @Test
  void settingsAreReplacedAndOutliveARestart() {
    var _ = shard.upsert(point("a", 1));

    var outcome = shard.apply(store.prepareUpdateSettings(shard.stamp(), COLLECTION, 5, WITH_LANG));
    var _ = store.checkpoint();
    store.close();

    assertThat(outcome).isEqualTo(new Outcome.Applied(4, List.of()));
    try (var reopened = new TestShard(storage, 4096)) {
      assertThat(reopened.collection().settings()).isEqualTo(WITH_LANG);
      assertThat(reopened.ids()).containsExactly("a");
    }
  }

  @Test
  void settingsOfAnEarlierChangeOfTheCatalogueAreSuperseded() {
    var late = store.prepareUpdateSettings(shard.stamp(), COLLECTION, 4, Settings.NONE);
    var _ = shard.apply(store.prepareUpdateSettings(shard.stamp(), COLLECTION, 5, WITH_LANG));

    assertThat(shard.apply(late)).isEqualTo(new Outcome.Superseded());
    assertThat(shard.collection().settings()).isEqualTo(WITH_LANG);
  }

  @Test
  void settingsOfADroppedCollectionAreNotFound() {
    var _ = shard.apply(store.prepareDropCollection(shard.stamp(), COLLECTION, 2));

    var outcome = shard.apply(store.prepareUpdateSettings(shard.stamp(), COLLECTION, 3, WITH_LANG));

    assertThat(outcome).isEqualTo(new Outcome.NotFound());
  }

  // --- shredding

  @Test
  void shreddedCollectionIsGoneAndItsIdIsNotUsedAgain() {
    var _ = shard.upsert(point("a", 1));

    var outcome = shard.apply(store.prepareShredCollection(shard.stamp(), COLLECTION, 2));

    assertThat(outcome).isEqualTo(new Outcome.Applied(4, List.of()));
    assertThat(store.collectionNames()).isEmpty();
    assertThat(shard.apply(shard.create(COLLECTION, 3))).isEqualTo(new Outcome.AlreadyExists());
    assertThat(
            shard.apply(Preparation.delete(shard.stamp(), COLLECTION, List.of(new Deletion("a")))))
        .isEqualTo(new Outcome.NotFound());
  }

  @Test
  void shreddingOfADroppedCollectionShowsInTheStateHashAndADropDoesNotUndoIt() {
    var _ = shard.apply(store.prepareDropCollection(shard.stamp(), COLLECTION, 2));
    var _ = shard.apply(store.prepareShredCollection(shard.stamp(), COLLECTION, 3));
    var _ = shard.apply(store.prepareDropCollection(shard.stamp(), COLLECTION, 3));
    var hash = store.stateHash();
    var _ = store.checkpoint();
    store.close();

    try (var reopened = new TestShard(storage, 4096)) {
      assertThat(reopened.store.stateHash()).isEqualTo(hash);
    }
    try (var other = new TestShard(new SimulatedStorage(), 4096)) {
      for (long index = 2; index < 5; index++) {
        var _ =
            other.apply(
                other.store.prepareDropCollection(other.stamp(), COLLECTION, Math.min(index, 3)));
      }
      assertThat(other.store.stateHash()).isNotEqualTo(hash);
    }
  }

  // --- what is reserved

  @Test
  void checkpointInTheLogIsIgnored() {
    var hash = store.stateHash();

    var outcome =
        shard.apply(
            Preparation.hashMark(shard.stamp()).toBuilder()
                .setCheckpoint(Checkpoint.getDefaultInstance())
                .build());

    assertThat(outcome).isEqualTo(new Outcome.Applied(2, List.of()));
    assertThat(store.stateHash()).isEqualTo(hash);
  }

  // --- limits

  @Test
  void preparationRefusesWhatNoStateCouldMakeValid() {
    var tooLong = Payload.of(new byte[Payload.BYTES_MAX + 1]);

    assertThatThrownBy(() -> setPayload())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("points: none (expected: at least 1)");
    assertThatThrownBy(() -> setPayload(new PayloadChange("", Payload.EMPTY)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("id: 0 bytes (expected: 1 to 512 bytes of UTF-8)");
    assertThatThrownBy(() -> setPayload(new PayloadChange("a", tooLong)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("payload: 65537 bytes (expected: at most 65536)");
  }

  private static Point given(Point point, Precondition precondition) {
    return new Point(point.id(), point.vector(), point.payload(), Optional.of(precondition));
  }

  private Outcome setPayload(PayloadChange... changes) {
    return shard.apply(store.prepareSetPayload(shard.stamp(), COLLECTION, List.of(changes)));
  }

  private Outcome delete(Deletion... deletions) {
    return shard.apply(
        store.prepareConditionalDelete(shard.stamp(), COLLECTION, List.of(deletions)));
  }
}
