package io.quiverdb.core;

import static io.quiverdb.core.TestShard.COLLECTION;
import static io.quiverdb.core.TestShard.point;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.quiverdb.core.Outcome.PointResult;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.op.Entry;
import io.quiverdb.core.op.Op;
import io.quiverdb.core.op.PointCondition;
import io.quiverdb.core.op.Preparation;
import io.quiverdb.core.op.SealedOp;
import io.quiverdb.core.op.TestOps;
import io.quiverdb.core.op.Upsert;
import io.quiverdb.core.op.UpsertedPoint;
import io.quiverdb.core.storage.SimulatedStorage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class StoreTest {
  private final SimulatedStorage storage = new SimulatedStorage();
  private final TestShard shard = new TestShard(storage, 4096);
  private final Store store = shard.store;

  @AfterEach
  void close() {
    store.close();
  }

  // --- requests seen before

  @Test
  void repeatedRequestIsAnsweredAndChangesNothing() {
    var op = store.prepareUpsert(shard.stamp(), COLLECTION, List.of(point("a", 1), point("a", 2)));
    var first = shard.apply(op);
    var _ = shard.delete("a");

    var second = shard.apply(op);

    assertThat(first)
        .isEqualTo(new Outcome.Applied(3, List.of(PointResult.INSERTED, PointResult.REPLACED)));
    assertThat(second).isEqualTo(new Outcome.Duplicate(first));
    assertThat(shard.ids()).isEmpty();
  }

  @Test
  void requestIdOfAnotherRequestIsRefused() {
    var stamp = shard.stamp();
    var _ = shard.apply(store.prepareUpsert(stamp, COLLECTION, List.of(point("a", 1))));

    var outcome = shard.apply(store.prepareUpsert(stamp, COLLECTION, List.of(point("a", 2))));

    assertThat(outcome).isEqualTo(new Outcome.RequestIdReused());
    assertThat(shard.collection().get("a").orElseThrow().vector().get(0)).isEqualTo(1);
  }

  @Test
  void digestIsOfTheRequestAndNotOfItsStamp() {
    var id = shard.freshId();
    var points = List.of(point("a", 1));
    var first = store.prepareUpsert(new RequestStamp(id, 1, Optional.empty()), COLLECTION, points);
    var second =
        store.prepareUpsert(
            new RequestStamp(id, 9, Optional.of(Position.START)), COLLECTION, points);

    assertThat(first.getDigest()).isEqualTo(second.getDigest());
    assertThat(first.getDigest().size()).isEqualTo(16);
  }

  @Test
  void forgottenRequestIsExpiredIfItSaysWhenItWasNew() {
    var before = store.position();
    var stamp = new RequestStamp(shard.freshId(), 1, Optional.of(before));
    var op = store.prepareUpsert(stamp, COLLECTION, List.of(point("a", 1)));
    var _ = shard.apply(op);
    for (int index = 0; index < 100; index++) {
      var _ = shard.upsert(point("b", index));
    }

    var outcome = shard.apply(op);

    assertThat(outcome).isEqualTo(new Outcome.Expired(store.position()));
    assertThat(shard.collection().get("a").orElseThrow().version()).isEqualTo(3);
  }

  @Test
  void requestThatIsNewSinceTheLastForgottenOneIsApplied() {
    for (int index = 0; index < 100; index++) {
      var _ = shard.upsert(point("b", index));
    }
    var stamp = new RequestStamp(shard.freshId(), 1, Optional.of(store.position()));

    var outcome = shard.apply(store.prepareDelete(stamp, COLLECTION, List.of("b")).orElseThrow());

    assertThat(outcome).isInstanceOf(Outcome.Applied.class);
  }

  @Test
  void requestSeenInAnEarlierEpochIsExpired() {
    var stamp = new RequestStamp(shard.freshId(), 2, Optional.of(store.position()));
    var op = store.prepareUpsert(stamp, COLLECTION, List.of(point("a", 1)));
    var _ = shard.apply(store.prepareSetOwnership(shard.stamp(), 2, store.slots()));

    var outcome = shard.apply(op);

    assertThat(outcome).isInstanceOf(Outcome.Expired.class);
    assertThat(((Outcome.Expired) outcome).current().epoch()).isEqualTo(2);
  }

  @Test
  void windowOutlivesARestart() {
    var op = store.prepareUpsert(shard.stamp(), COLLECTION, List.of(point("a", 1)));
    var first = shard.apply(op);
    var _ = store.checkpoint();
    store.close();

    try (var reopened = new TestShard(storage, 4096)) {
      assertThat(reopened.apply(op)).isEqualTo(new Outcome.Duplicate(first));
    }
  }

  @Test
  void redirectsAreNotRemembered() {
    var stamp = new RequestStamp(shard.freshId(), 5, Optional.empty());
    var stale = shard.apply(store.prepareDelete(stamp, COLLECTION, List.of("a")).orElseThrow());
    var corrected = new RequestStamp(stamp.id(), 1, Optional.empty());
    var absent = shard.apply(Preparation.delete(corrected, 99, List.of(new Deletion("a"))));

    var outcome =
        shard.apply(store.prepareDelete(corrected, COLLECTION, List.of("a")).orElseThrow());

    assertThat(stale).isEqualTo(new Outcome.StaleEpoch(1));
    assertThat(absent).isEqualTo(new Outcome.NotFound());
    assertThat(outcome).isEqualTo(new Outcome.Applied(3, List.of(PointResult.ABSENT)));
  }

  // --- epoch, slots, catalogue

  @Test
  void epochOnlyRisesAndItsSlotsStay() {
    var half = List.of(new SlotRange(0, 8191));

    var same = shard.apply(store.prepareSetOwnership(shard.stamp(), 1, store.slots()));
    var otherSlots = shard.apply(store.prepareSetOwnership(shard.stamp(), 1, half));
    var later = shard.apply(store.prepareSetOwnership(shard.stamp(), 3, half));
    var earlier = shard.apply(store.prepareSetOwnership(shard.stamp(), 2, half));

    assertThat(same).isInstanceOf(Outcome.Applied.class);
    assertThat(otherSlots).isEqualTo(new Outcome.StaleEpoch(1));
    assertThat(later).isInstanceOf(Outcome.Applied.class);
    assertThat(earlier).isEqualTo(new Outcome.StaleEpoch(3));
    assertThat(store.slots()).isEqualTo(half);
    assertThat(store.position().epoch()).isEqualTo(3);
  }

  @Test
  void writeThatWasRoutedByAnEpochThatIsOverIsRefused() {
    var routed = new RequestStamp(shard.freshId(), 1, Optional.empty());
    var _ = shard.apply(store.prepareSetOwnership(shard.stamp(), 3, store.slots()));

    var outcome = shard.apply(store.prepareUpsert(routed, COLLECTION, List.of(point("a", 1))));

    assertThat(outcome).isEqualTo(new Outcome.StaleEpoch(3));
  }

  @Test
  void pointOfAForeignSlotRefusesTheWholeOperation() {
    var _ =
        shard.apply(store.prepareSetOwnership(shard.stamp(), 2, List.of(new SlotRange(0, 9000))));

    // Slots 8533 and 13046.
    var outcome = shard.upsert(point("a", 1), point("hello", 1));

    assertThat(outcome).isEqualTo(new Outcome.WrongShard("hello"));
    assertThat(shard.ids()).isEmpty();
    assertThat(shard.upsert(point("a", 1))).isInstanceOf(Outcome.Applied.class);
  }

  @Test
  void droppedCollectionNeverComesBack() {
    var _ = shard.upsert(point("a", 1));
    var dropped = shard.apply(store.prepareDropCollection(shard.stamp(), COLLECTION, 5));

    assertThat(dropped).isInstanceOf(Outcome.Applied.class);
    assertThat(store.hasCollection(COLLECTION)).isFalse();
    assertThat(shard.apply(shard.create(COLLECTION, 4))).isEqualTo(new Outcome.Superseded());
    assertThat(shard.apply(shard.create(COLLECTION, 5))).isEqualTo(new Outcome.AlreadyExists());
    assertThat(shard.apply(shard.create(COLLECTION, 6))).isEqualTo(new Outcome.AlreadyExists());
  }

  @Test
  void dropThatOvertakesItsCreateStandsAgainstIt() {
    var dropped = shard.apply(store.prepareDropCollection(shard.stamp(), 99, 5));

    assertThat(dropped).isInstanceOf(Outcome.Applied.class);
    assertThat(shard.apply(shard.create(99, 4))).isEqualTo(new Outcome.Superseded());
  }

  @Test
  void dropOlderThanTheCollectionIsSuperseded() {
    var _ = shard.apply(shard.create(99, 10));

    var outcome = shard.apply(store.prepareDropCollection(shard.stamp(), 99, 9));

    assertThat(outcome).isEqualTo(new Outcome.Superseded());
    assertThat(store.hasCollection(99)).isTrue();
  }

  // --- hashes

  @Test
  void hashMarkKeepsTheHashOfItsPosition() {
    var _ = shard.upsert(point("a", 1));
    var marked = shard.nextPosition();
    var _ = shard.apply(store.prepareHashMark(shard.stamp()));
    var hash = store.stateHash();
    var _ = shard.upsert(point("a", 2));

    assertThat(store.hashAt(marked)).contains(hash);
    assertThat(store.stateHash()).isNotEqualTo(hash);
    assertThat(store.hashAt(shard.nextPosition())).isEmpty();
  }

  @Test
  void lastSixtyFourHashMarksAreKept() {
    var marks = new ArrayList<Position>();
    for (int index = 0; index < 65; index++) {
      marks.add(shard.nextPosition());
      var _ = shard.apply(store.prepareHashMark(shard.stamp()));
    }

    assertThat(store.hashAt(marks.get(0))).isEmpty();
    assertThat(store.hashAt(marks.get(1))).isPresent();
    assertThat(store.hashAt(marks.get(64))).isPresent();
  }

  @Test
  void entriesWithoutOperationsOnlyAdvance() {
    var hash = store.stateHash();
    var position = shard.nextPosition();

    store.advance(position);

    assertThat(store.position()).isEqualTo(position);
    assertThat(store.stateHash()).isEqualTo(hash);
    assertThat(store.checkpoint()).isEqualTo(position);
  }

  // --- bad input

  @Test
  void prepareNamesWhatIsWrong() {
    var vector = Vector.of(1, 2, 3, 4);
    assertRefused(
        () -> upsertOf(new Point("a", Vector.of(1, 2, 3), Payload.EMPTY)),
        "vector: 3 values (expected: 4)");
    assertRefused(() -> Vector.of(1, Float.NaN), "vector: NaN at 1 (expected: a finite number)");
    assertRefused(
        () -> Vector.of(Float.POSITIVE_INFINITY),
        "vector: Infinity at 0 (expected: a finite number)");
    assertRefused(
        () -> upsertOf(new Point("", vector, Payload.EMPTY)),
        "id: 0 bytes (expected: 1 to 512 bytes of UTF-8)");
    assertRefused(
        () -> upsertOf(new Point("é".repeat(300), vector, Payload.EMPTY)),
        "id: 600 bytes (expected: 1 to 512 bytes of UTF-8)");
    assertRefused(
        () -> upsertOf(new Point("\ud800", vector, Payload.EMPTY)),
        "id: an unpaired surrogate (expected: Unicode text)");
    assertRefused(
        () -> upsertOf(new Point("a", vector, Payload.of(new byte[65 * 1024]))),
        "payload: 66560 bytes (expected: at most 65536)");
    assertRefused(
        () -> upsertOf(point("a", 1), new Point("b", Vector.of(1), Payload.EMPTY)),
        "points[1].vector: 1 values (expected: 4)");
    assertRefused(() -> upsertOf(), "points: none (expected: at least 1)");
    assertRefused(
        () -> store.prepareUpsert(shard.stamp(), 99, List.of(point("a", 1))),
        "collection: 99 (expected: one that exists)");
    assertRefused(
        () -> store.prepareDelete(shard.stamp(), COLLECTION, List.of("")),
        "id: 0 bytes (expected: 1 to 512 bytes of UTF-8)");
    assertRefused(
        () -> store.prepareDelete(shard.stamp(), COLLECTION, List.of()),
        "ids: none (expected: at least 1)");
  }

  @Test
  void largestPointIsTaken() {
    var point =
        new Point("é".repeat(256), Vector.of(1, 2, 3, 4), Payload.of(new byte[Payload.BYTES_MAX]));

    assertThat(shard.upsert(point)).isInstanceOf(Outcome.Applied.class);
    assertThat(shard.collection().get(point.id()).orElseThrow().payload())
        .isEqualTo(point.payload());
  }

  @Test
  void operationTooLargeForAnEntryIsRefused() {
    var points = new ArrayList<Point>();
    for (int index = 0; index < 32; index++) {
      points.add(
          new Point("p" + index, Vector.of(1, 2, 3, 4), Payload.of(new byte[Payload.BYTES_MAX])));
    }

    assertThatThrownBy(() -> store.prepareUpsert(shard.stamp(), COLLECTION, points))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("operation: 209\\d{4} bytes \\(expected: at most 2097088\\)");
    assertThat(shard.ids()).isEmpty();
  }

  @Test
  void readsNameWhatIsWrong() {
    var collection = shard.collection();

    assertRefused(
        () -> new Query(Vector.of(1), 0, Optional.empty(), false, false),
        "k: 0 (expected: 1 to 10000)");
    assertRefused(
        () -> collection.search(new Query(Vector.of(1, 2, 3), 1, Optional.empty(), false, false)),
        "vector: 3 values (expected: 4)");
    assertRefused(
        () -> collection.scan(Optional.empty(), 0, 1, Optional.empty()),
        "limit: 0 (expected: at least 1)");
    assertRefused(() -> collection.get(""), "id: 0 bytes (expected: 1 to 512 bytes of UTF-8)");
  }

  @Test
  void collectionNamesWhatIsWrong() {
    assertRefused(
        () -> createOf("", TestKeys.SHARED.wrapped(1)),
        "name: 0 bytes (expected: 1 to 255 bytes of UTF-8)");
    assertRefused(
        () -> createOf("c", ByteString.EMPTY), "wrapped keys: 0 bytes (expected: 1 to 4096)");
    assertRefused(() -> new Descriptor(8193, Metric.DOT), "dimension: 8193 (expected: 1 to 8192)");
  }

  /// Apply cannot rely on prepare: a log may hold what another program wrote.
  @Test
  void applyRefusesWhatPrepareWouldHave() {
    assertInvalid(rawUpsert("a", 1, 2, 3), "vector: 3 values (expected: 4)");
    assertInvalid(
        rawUpsert("a", 1, 2, 3, Float.NaN), "vector: NaN at 3 (expected: a finite number)");
    assertInvalid(
        rawUpsert("a", Float.NEGATIVE_INFINITY, 2, 3, 4),
        "vector: -Infinity at 0 (expected: a finite number)");
    assertInvalid(rawUpsert("", 1, 2, 3, 4), "id: 0 bytes (expected: 1 to 512 bytes of UTF-8)");
    assertInvalid(
        rawUpsert("a", 1, 2, 3, 4).toBuilder().setRequestId(ByteString.EMPTY).build(),
        "request id and digest: 0 and 16 bytes (expected: 16 each)");
    assertThat(shard.ids()).isEmpty();
  }

  @Test
  void oneBadPointRefusesTheWholeOperation() {
    var bad = rawUpsert("bad", 1).getUpsert().getPoints(0);
    var op = rawUpsert("good", 1, 2, 3, 4).toBuilder();
    op.getUpsertBuilder().addPoints(bad);

    assertThat(shard.apply(op.build()))
        .isEqualTo(new Outcome.Invalid("points[1].vector: 1 values (expected: 4)"));
    assertThat(shard.ids()).isEmpty();
  }

  // --- faults

  @Test
  void operationOfAnUnknownKindStopsTheStore() {
    var known = Preparation.hashMark(shard.stamp());
    var unknown = known.toBuilder().clearKind().build();

    assertStops(unknown);
  }

  @Test
  void operationWithAnUnknownFieldStopsTheStore() {
    var known = rawUpsert("a", 1, 2, 3, 4).toBuilder();
    var later = UnknownFieldSet.Field.newBuilder().addVarint(1).build();
    known
        .getUpsertBuilder()
        .getPointsBuilder(0)
        .setUnknownFields(UnknownFieldSet.newBuilder().addField(99, later).build());

    assertStops(known.build());
  }

  @Test
  void preconditionOfAnUnknownKindStopsTheStore() {
    var known = rawUpsert("a", 1, 2, 3, 4).toBuilder();
    known
        .getUpsertBuilder()
        .getPointsBuilder(0)
        .setPrecondition(PointCondition.getDefaultInstance());

    assertStops(known.build());
  }

  @Test
  void settingOfAnUnknownTypeStopsTheStore() {
    var known =
        Preparation.updateSettings(
            shard.stamp(),
            COLLECTION,
            2,
            new Settings(
                List.of(new Settings.FilterableField("f", Settings.FilterableField.Type.KEYWORD))));
    var later = known.toBuilder();
    later
        .getUpdateSettingsBuilder()
        .getSettingsBuilder()
        .getFilterableFieldsBuilder(0)
        .setTypeValue(99);

    assertStops(later.build());
  }

  @Test
  void metricThatIsUnknownStopsTheStore() {
    var known =
        Preparation.createCollection(
            shard.stamp(),
            8,
            2,
            "later",
            new Descriptor(4, Metric.DOT),
            Settings.NONE,
            TestKeys.SHARED.wrapped(8));
    var later = known.toBuilder();
    later.getCreateCollectionBuilder().getCollectionDescriptorBuilder().setMetricValue(99);

    assertStops(later.build());
  }

  @Test
  void entryWithAnUnknownFieldStopsTheStore() {
    var later = UnknownFieldSet.Field.newBuilder().addVarint(1).build();
    var entry =
        Entry.newBuilder()
            .setUnknownFields(UnknownFieldSet.newBuilder().addField(99, later).build())
            .build();

    assertThatThrownBy(() -> store.apply(shard.nextPosition(), entry))
        .isInstanceOf(StoreFailedException.class);
  }

  private void assertStops(Op op) {
    var first = store.prepareDelete(shard.stamp(), COLLECTION, List.of("a")).orElseThrow();
    var entry = Entry.newBuilder().addOps(first).addOps(TestOps.seal(op, TestKeys.SHARED)).build();

    assertThatThrownBy(() -> store.apply(shard.nextPosition(), entry))
        .isInstanceOf(StoreFailedException.class)
        .hasMessage("store: failed during apply (expected: reopened)");
    assertThatThrownBy(store::view).isInstanceOf(StoreFailedException.class);
    assertThatThrownBy(store::checkpoint).isInstanceOf(StoreFailedException.class);
  }

  @Test
  void positionAppliedBeforeIsRefusedAndHarmless() {
    var position = store.position();

    assertThatThrownBy(() -> store.advance(position))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("position: ");
    assertThat(shard.upsert(point("a", 1))).isInstanceOf(Outcome.Applied.class);
  }

  @Test
  void closedStoreRefusesEverythingButKeepsItsViews() {
    var _ = shard.upsert(point("a", 1));
    var _ = store.checkpoint();
    var view = shard.view();

    store.close();

    assertThatThrownBy(store::view).isInstanceOf(StoreClosedException.class);
    assertThatThrownBy(store::checkpoint).isInstanceOf(StoreClosedException.class);
    assertThat(view.collection(COLLECTION).orElseThrow().get("a")).isPresent();
  }

  @Test
  void secondOpenerIsRefusedAndFirstGoesOn() {
    assertThatThrownBy(
            () ->
                Store.openReplicated(
                    storage, StoreOptions.standard(), TestKeys.PLAIN, new UUID(0, 0)))
        .isInstanceOf(StoreLockedException.class);
    assertThat(shard.upsert(point("a", 1))).isInstanceOf(Outcome.Applied.class);
  }

  private SealedOp upsertOf(Point... points) {
    return store.prepareUpsert(shard.stamp(), COLLECTION, List.of(points));
  }

  private SealedOp createOf(String name, ByteString wrappedKeys) {
    return store.prepareCreateCollection(
        shard.stamp(), 1, 1, name, new Descriptor(1, Metric.DOT), Settings.NONE, wrappedKeys);
  }

  /// As no prepare would make it.
  private Op rawUpsert(String id, float... components) {
    var vector =
        ByteBuffer.allocate(components.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float component : components) {
      vector.putFloat(component);
    }
    var point = UpsertedPoint.newBuilder().setId(id).setVector(ByteString.copyFrom(vector.flip()));
    return Preparation.upsert(
            shard.stamp(), COLLECTION, new Descriptor(4, Metric.DOT), List.of(point("a", 1)))
        .toBuilder()
        .setUpsert(Upsert.newBuilder().setCollectionId(COLLECTION).addPoints(point))
        .build();
  }

  private void assertInvalid(Op op, String reason) {
    assertThat(shard.apply(op)).isEqualTo(new Outcome.Invalid(reason));
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }
}
