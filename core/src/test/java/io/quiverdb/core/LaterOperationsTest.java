package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.log.LogRecovery;
import io.quiverdb.core.log.WriteAheadLog;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.op.Entry;
import io.quiverdb.core.op.Op;
import io.quiverdb.core.op.Preparation;
import io.quiverdb.core.op.SealedOp;
import io.quiverdb.core.op.TestOps;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Operations that only a later version of the program knows, and such as nobody prepared: a
/// stand-alone store that finds one in its log is not opened, and says so with an error of the
/// family; one that is handed one does not write it to its log.
final class LaterOperationsTest {
  private final SimulatedStorage storage = new SimulatedStorage();

  static Stream<Op> laterOperations() {
    var create = create().toBuilder();
    create.getCreateCollectionBuilder().getCollectionDescriptorBuilder().setMetricValue(99);
    var update = update().toBuilder();
    update
        .getUpdateSettingsBuilder()
        .getSettingsBuilder()
        .getFilterableFieldsBuilder(0)
        .setTypeValue(99);
    var withField = create().toBuilder();
    withField.getCreateCollectionBuilder().setUnknownFields(field());
    return Stream.of(
        create.build(),
        update.build(),
        withField.build(),
        create().toBuilder().clearKind().setUnknownFields(field()).build());
  }

  private static UnknownFieldSet field() {
    var value = UnknownFieldSet.Field.newBuilder().addVarint(1).build();
    return UnknownFieldSet.newBuilder().addField(99, value).build();
  }

  private static Op create() {
    return Preparation.createCollection(
        stamp(),
        8,
        0,
        "later",
        new Descriptor(4, Metric.DOT),
        Settings.NONE,
        TestKeys.SHARED.wrapped(8));
  }

  private static Op update() {
    var field = new Settings.FilterableField("f", Settings.FilterableField.Type.KEYWORD);
    return Preparation.updateSettings(stamp(), 1, 0, new Settings(List.of(field)));
  }

  private static RequestStamp stamp() {
    return new RequestStamp(new RequestId(new UUID(4, 4)), 0, Optional.empty());
  }

  @ParameterizedTest
  @MethodSource("laterOperations")
  void logThatALaterVersionWroteToIsNotOpenedAndStaysAsItIs(Op later) throws IOException {
    fill();
    append(TestOps.seal(later, TestKeys.SHARED));
    var before = storage.copy();

    assertThatThrownBy(this::open)
        .isInstanceOf(UnknownOpException.class)
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith("operation: ");
    assertThat(storage.files()).isEqualTo(before.files());
    for (var path : storage.files()) {
      assertThat(storage.content(path)).as(path).isEqualTo(before.content(path));
    }
  }

  @ParameterizedTest
  @MethodSource("laterOperations")
  void followerRefusesAnOperationOfALaterVersionBeforeItIsLogged(Op later) {
    assertRefused(TestOps.seal(later, TestKeys.SHARED), UnknownOpException.class);
  }

  @Test
  void followerRefusesAnOperationThatDoesNotOpenBeforeItIsLogged() {
    var sound = TestOps.seal(update(), TestKeys.SHARED);
    var broken = sound.toBuilder().setSealed(ByteString.copyFrom(new byte[50])).build();

    assertRefused(broken, UnreadableOpException.class);
  }

  private void assertRefused(SealedOp op, Class<? extends StoreException> refusal) {
    fill();
    try (var store = open()) {
      var hash = store.stateHash();
      assertThatThrownBy(() -> store.applyReplicated(store.position().next(), op))
          .isInstanceOf(refusal);

      assertThat(store.stateHash()).isEqualTo(hash);
      long _ = store.upsert("docs", TestShard.point("b", 2));
    }
    try (var reopened = open()) {
      assertThat(reopened.len("docs")).isEqualTo(2);
    }
  }

  private void fill() {
    try (var store = open()) {
      long _ = store.createCollection("docs", new Descriptor(4, Metric.DOT), Settings.NONE);
      long _ = store.upsert("docs", TestShard.point("a", 1));
    }
  }

  private Store open() {
    return Store.openWithoutBackground(storage, TestKeys.SHARED.keyRing(), StoreOptions.standard());
  }

  private void append(SealedOp op) throws IOException {
    var options = StoreOptions.standard();
    var manifests =
        ManifestStore.open(
            storage, options.random(), TestKeys.SHARED.keyRing(), LogRecovery.storeId(storage));
    var catalog = manifests.keys().catalog();
    long next = manifests.live().orElseThrow().getPosition().getIndex() + 1;
    var recovery = new LogRecovery(storage, catalog, next);
    recovery.run((_, _) -> {});
    try (var log = new WriteAheadLog(storage, catalog, options.random(), recovery)) {
      long _ = log.append(List.of(Entry.newBuilder().addOps(op).build()));
    }
  }
}
