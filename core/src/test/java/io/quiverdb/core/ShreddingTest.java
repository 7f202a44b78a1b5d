package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.quiverdb.core.crypto.CollectionKeys;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.crypto.PlainCodec;
import io.quiverdb.core.crypto.Scope;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.storage.CrashedException;
import io.quiverdb.core.storage.SimulatedStorage;
import io.quiverdb.core.storage.SimulatedStorage.Survival;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import javax.crypto.Mac;
import org.junit.jupiter.api.Test;

final class ShreddingTest {
  private static final Descriptor DESCRIPTOR = new Descriptor(2, Metric.L2_SQUARED);

  private final KeyRing keyRing = new TestKeys().keyRing();

  private Store open(SimulatedStorage storage) {
    return Store.openWithoutBackground(storage, keyRing, StoreOptions.standard());
  }

  private static void write(Store store) {
    long _ = store.createCollection("kept", DESCRIPTOR, Settings.NONE);
    long _ = store.createCollection("secret", DESCRIPTOR, Settings.NONE);
    long _ = store.upsert("kept", new Point("k", Vector.of(1, 2), Payload.EMPTY));
    long _ = store.upsert("secret", new Point("s", Vector.of(1, 2), Payload.EMPTY));
    var _ = store.checkpoint();
    long _ = store.upsert("secret", new Point("t", Vector.of(1, 2), Payload.EMPTY));
  }

  /// Opens the store and says for which collections a key was unwrapped, from a manifest or the
  /// log.
  private List<Long> keysFoundBy(SimulatedStorage storage) {
    var recording = new RecordingKeyRing(keyRing);
    try {
      Store.openWithoutBackground(storage, recording, StoreOptions.standard()).close();
    } catch (CorruptFileException | ForeignFileException _) {
      // What does not fit together does not open.
    }
    return recording.unwrapped;
  }

  @Test
  void shreddedCollectionIsOpenedByNothingThatIsLeft() throws IOException {
    var storage = new SimulatedStorage();
    try (var store = open(storage)) {
      write(store);
      var before = storage.copy();
      assertThat(keysFoundBy(before.copy())).contains(1L, 2L);

      var status = store.shredCollection("secret");

      assertThat(status.outstanding()).isEmpty();
      assertThat(status.isComplete()).isTrue();
      assertThat(store.collectionNames()).containsExactly("kept");
      for (int seed = 0; seed < 20; seed++) {
        assertThat(keysFoundBy(storage.survivor(Survival.SOME, new Random(seed))))
            .contains(1L)
            .doesNotContain(2L);
      }
      var withAll = storage.copy();
      for (var backup : before.files()) {
        if (!isKeyBearing(backup)) {
          assertThat(keysFoundBy(withFile(storage.copy(), before, backup))).doesNotContain(2L);
          withAll = withFile(withAll, before, backup);
        }
      }
      assertThat(keysFoundBy(withAll)).doesNotContain(2L);
    }
  }

  /// A manifest or a log file of before, and the pointer to it: a backup carries none of them.
  private static boolean isKeyBearing(String path) {
    return path.startsWith("wal/") || path.contains("/manifest-");
  }

  private static SimulatedStorage withFile(
      SimulatedStorage storage, SimulatedStorage before, String path) throws IOException {
    storage.createDirectories(path.substring(0, Math.max(0, path.lastIndexOf('/'))));
    if (!storage.exists(path)) {
      storage.create(path).close();
    }
    storage.overwrite(path, before.content(path));
    return storage;
  }

  @Test
  void statusNamesASnapshotThatHoldsTheKeyUntilItIsClosed() throws Exception {
    var storage = new SimulatedStorage();
    try (var store = open(storage)) {
      write(store);
      long id = store.collectionId("secret").orElseThrow();
      ShredStatus held;
      try (var _ = store.replicationSnapshot()) {
        held = store.shredCollection("secret");
      }

      assertThat(held.isComplete()).isFalse();
      assertThat(held.outstanding()).singleElement().asString().startsWith("snap-");
      assertThat(store.shredCollection(id).isComplete()).isTrue();
      assertThat(store.shredStatus(id).isComplete()).isTrue();
    }
  }

  @Test
  void shreddingThatACrashCutOffIsFinishedByTheNextCall() {
    for (int call = 1; call < 60; call++) {
      var storage = new SimulatedStorage();
      var store = open(storage);
      write(store);
      storage.crashAt(call);
      boolean complete = false;
      try {
        complete = store.shredCollection("secret").isComplete();
      } catch (StoreFailedException | CrashedException _) {
        // Cut off.
      }
      var survivor = storage.afterCrash(new Random(call));

      if (complete) {
        assertThat(keysFoundBy(survivor)).doesNotContain(2L);
      }
      try (var reopened = open(survivor)) {
        assertThat(reopened.shredCollection(2).outstanding()).isEmpty();
        assertThat(reopened.shredStatus(2).isComplete()).isTrue();
      }
      assertThat(keysFoundBy(survivor)).contains(1L).doesNotContain(2L);
    }
  }

  @Test
  void droppedCollectionIsShreddedToo() {
    var storage = new SimulatedStorage();
    try (var store = open(storage)) {
      write(store);
      long _ = store.dropCollection("secret");

      assertThat(store.shredStatus(2).isComplete()).isFalse();
      assertThat(store.shredCollection(2).isComplete()).isTrue();
      assertThatThrownBy(() -> store.shredCollection(3))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("collection: 3 (expected: one that exists or did)");
    }
  }

  @Test
  void underACodecFromOutsideItIsNeverComplete() {
    try (var store =
        Store.openWithCodec(new SimulatedStorage(), PlainCodec::new, StoreOptions.standard())) {
      write(store);

      var status = store.shredCollection("secret");

      assertThat(status.outstanding()).containsExactly("codec: it opens whatever it has sealed");
    }
  }

  private static final class RecordingKeyRing implements KeyRing {
    private final KeyRing keyRing;
    private final List<Long> unwrapped = new ArrayList<>();

    RecordingKeyRing(KeyRing keyRing) {
      this.keyRing = keyRing;
    }

    @Override
    public PageCodec catalog(UUID storeId) {
      return keyRing.catalog(storeId);
    }

    @Override
    public Mac catalogRequestMac() {
      return keyRing.catalogRequestMac();
    }

    @Override
    public ByteString drawCollectionKeys() {
      return keyRing.drawCollectionKeys();
    }

    @Override
    public CollectionKeys collection(Scope scope, ByteString wrapped) {
      unwrapped.add(scope.collectionId());
      return keyRing.collection(scope, wrapped);
    }

    @Override
    public boolean hasDataKeys() {
      return keyRing.hasDataKeys();
    }

    @Override
    public void close() {}
  }
}
