package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Files that are sound, but not the ones that belong there: of another store, of another
/// collection, of an earlier time, or none. All that is sealed here is sealed by the same keys.
final class ForeignFilesTest {
  private static final List<String> COLLECTION_FILES =
      List.of("seg-1.vec", "seg-1.pay", "seg-1.ids", "seg-1.dir", "seg-1.sec", "del-1-2");

  private final SimulatedStorage storage = store();

  /// Of the same keys and the same history: only its id is another.
  private static SimulatedStorage store() {
    return GoldenStore.standalone(
        new SimulatedStorage(), TestKeys.SHARED.keyRing(), StoreOptions.standard());
  }

  private static Store open(SimulatedStorage storage) {
    return GoldenStore.openStandalone(storage, TestKeys.SHARED.keyRing());
  }

  private static void readAll(SimulatedStorage storage) throws IOException {
    var _ = StoreDescription.of(open(storage));
  }

  private String path(String name) {
    var paths = storage.files().stream().filter(path -> path.contains(name)).toList();
    assertThat(paths).as(name).hasSize(1);
    return paths.getFirst();
  }

  private void assertDamage(String path, String what) {
    assertThatThrownBy(() -> readAll(storage))
        .isInstanceOfSatisfying(
            CorruptFileException.class,
            e -> {
              assertThat(e.file()).isEqualTo(path);
              assertThat(e.what()).isEqualTo(what);
            });
  }

  // --- of another store

  static Stream<String> sealedFiles() {
    return Stream.concat(COLLECTION_FILES.stream(), Stream.of("window-", "/idx-2-", "/idx-1-"));
  }

  @ParameterizedTest
  @MethodSource("sealedFiles")
  void fileOfAnotherStoreIsNamed(String name) {
    String path = path(name);

    storage.overwrite(path, store().content(path));

    assertDamage(path, "store id");
  }

  @Test
  void manifestOfAnotherStoreIsNamed() {
    String path = path("/manifest-");
    var other = store();

    storage.overwrite(path, other.content(manifest(other)));

    assertDamage(path, "SHA-256");
  }

  private static String manifest(SimulatedStorage storage) {
    return storage.files().stream()
        .filter(path -> path.contains("/manifest-"))
        .findFirst()
        .orElseThrow();
  }

  /// It leads to a manifest that is not there.
  @Test
  void pointerOfAnotherStoreIsNamedByTheManifestThatItMisses() {
    var other = store();

    storage.overwrite("CURRENT", other.content("CURRENT"));

    assertDamage(manifest(other), "file");
  }

  @Test
  void logFileOfAnotherStoreIsNamed() {
    String path = path("wal/");

    storage.overwrite(path, store().content(path));

    assertThatThrownBy(() -> readAll(storage))
        .isInstanceOf(ForeignFileException.class)
        .hasMessageStartingWith("store id of ");
  }

  /// As when a directory was copied and both went on: even its id is the same.
  @Test
  void logFileOfACloneIsNamed() {
    var keyRing = TestKeys.SHARED.keyRing();
    var original = GoldenStore.standalone(new SimulatedStorage(), keyRing);
    var clone = GoldenStore.standalone(new SimulatedStorage(), keyRing);
    String path = path("wal/");

    original.overwrite(path, clone.content(path));

    assertThatThrownBy(() -> open(original))
        .isInstanceOfSatisfying(
            CorruptFileException.class, e -> assertThat(e.file()).isEqualTo(path));
  }

  /// With a checkpoint the manifest speaks up, without one the log.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void catalogKeyOfAnotherStoreIsTheWrongKey(boolean withCheckpoint) throws IOException {
    var masterKey = GoldenStores.masterKey();
    var first = encrypted(masterKey, withCheckpoint);
    var second = encrypted(masterKey, withCheckpoint);

    first.overwrite("catalog.key", second.content("catalog.key"));

    assertThatThrownBy(() -> openEncrypted(first, masterKey)).isInstanceOf(WrongKeyException.class);
  }

  private static SimulatedStorage encrypted(MasterKey masterKey, boolean withCheckpoint)
      throws IOException {
    var storage = new SimulatedStorage();
    var store = openEncrypted(storage, masterKey);
    long _ = store.createCollection("docs", new Descriptor(2, Metric.L2_SQUARED), Settings.NONE);
    if (withCheckpoint) {
      var _ = store.checkpoint();
    }
    return storage.copy();
  }

  @SuppressWarnings("MustBeClosedChecker") // the keys go with the process
  private static Store openEncrypted(SimulatedStorage storage, MasterKey masterKey)
      throws IOException {
    return GoldenStore.openStandalone(
        storage, KeyRing.ofStore(storage, masterKey, new SecureRandom()));
  }

  // --- of another key

  @Test
  void foreignKeyIsRefusedBeforeAnythingIsTouched() {
    var before = storage.copy();

    assertThatThrownBy(() -> GoldenStore.openStandalone(storage, new TestKeys().keyRing()))
        .isInstanceOf(WrongKeyException.class);

    assertThat(storage.files()).containsAll(before.files());
    assertThat(before.files())
        .allSatisfy(path -> assertThat(storage.content(path)).isEqualTo(before.content(path)));
  }

  @Test
  void replicatedStoreOfAForeignKeyIsRefused() {
    var replicated = GoldenStore.replicated(new SimulatedStorage(), TestKeys.SHARED.keyRing());

    assertThatThrownBy(() -> GoldenStore.openReplicated(replicated, new TestKeys().keyRing()))
        .isInstanceOf(WrongKeyException.class);
  }

  // --- of another collection, and of an earlier time

  /// Two collections of the same shape, each with a segment, dead rows and an index.
  private static SimulatedStorage twoCollections() {
    var storage = new SimulatedStorage();
    var store = open(storage);
    var settings =
        new Settings(
            List.of(new Settings.FilterableField("n", Settings.FilterableField.Type.NUMERIC)));
    for (var name : List.of("a", "b")) {
      long _ = store.createCollection(name, new Descriptor(2, Metric.L2_SQUARED), settings);
      long _ = store.upsertBatch(name, points(0));
    }
    var _ = store.checkpoint();
    deleteInBoth(store, "id-1");
    var _ =
        store.checkpointWithIndexSnapshots(
            Stream.of(1L, 2L)
                .map(id -> new IndexSnapshot(id, "index", (out, _) -> out.write(new byte[9])))
                .toList());
    return storage.copy();
  }

  private static List<Point> points(int first) {
    return IntStream.range(first, first + 10)
        .mapToObj(i -> new Point("id-" + i, Vector.of(i, 0), Payload.ofJson("{\"n\":" + i + "}")))
        .toList();
  }

  private static void deleteInBoth(Store store, String id) {
    boolean _ = store.delete("a", id);
    boolean _ = store.delete("b", id);
  }

  private static void readBoth(SimulatedStorage storage) throws IOException {
    var store = open(storage);
    for (var name : List.of("a", "b")) {
      long _ = store.scan(name, Optional.empty()).count();
      var _ = store.matchingIds(name, new Filter.Exists("n"));
      try (var index =
          store.readIndexSnapshot(store.collectionId(name).orElseThrow(), "index").orElseThrow()) {
        byte[] _ = index.readAllBytes();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"seg-%d.vec", "seg-%d.pay", "seg-%d.ids", "seg-%d.dir", "seg-%d.sec", "del-%d-2"})
  void fileOfAnotherCollectionIsNamed(String name) {
    var two = twoCollections();
    String first = "gen-1/collections/1/" + name.formatted(1);
    String second = "gen-1/collections/2/" + name.formatted(2);

    two.overwrite(first, two.content(second));

    assertThatThrownBy(() -> readBoth(two))
        .isInstanceOfSatisfying(
            CorruptFileException.class,
            e -> {
              assertThat(e.file()).isEqualTo(first);
              assertThat(e.what()).isEqualTo("collection id");
            });
  }

  @Test
  void indexOfAnotherCollectionIsNamed() {
    var two = twoCollections();
    var streams = two.files().stream().filter(path -> path.contains("/idx-")).toList();
    assertThat(streams).hasSize(2);

    two.overwrite(streams.getFirst(), two.content(streams.getLast()));

    assertThatThrownBy(() -> readBoth(two))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageStartingWith(streams.getFirst() + " at ")
        .hasMessageContaining("collection id");
  }

  @Test
  void segmentInPlaceOfAnotherOfItsCollectionIsNamed() {
    var two = new SimulatedStorage();
    var store = open(two);
    long _ = store.createCollection("a", new Descriptor(2, Metric.L2_SQUARED), Settings.NONE);
    for (int first : new int[] {0, 10}) {
      long _ = store.upsertBatch("a", points(first));
      var _ = store.checkpoint();
    }
    var copy = two.copy();
    for (var kind : List.of(".vec", ".pay", ".ids", ".dir")) {
      String path = "gen-1/collections/1/seg-1" + kind;
      var exchanged = copy.copy();
      exchanged.overwrite(path, copy.content("gen-1/collections/1/seg-2" + kind));

      assertThatThrownBy(() -> open(exchanged).scan("a", Optional.empty()).count())
          .isInstanceOfSatisfying(
              CorruptFileException.class, e -> assertThat(e.file()).isEqualTo(path));
    }
  }

  /// Of the same segment, with as many dead rows: what lived then is dead now.
  @Test
  void deadRowsOfAnEarlierManifestAreNamed() {
    var older = new SimulatedStorage();
    var store = open(older);
    long _ = store.createCollection("a", new Descriptor(2, Metric.L2_SQUARED), Settings.NONE);
    long _ = store.upsertBatch("a", points(0));
    var _ = store.checkpoint();
    boolean _ = store.delete("a", "id-1");
    var _ = store.checkpoint();
    byte[] deadThen = older.content("gen-1/collections/1/del-1-2");
    byte[] windowThen = older.content("gen-1/window-2");
    boolean _ = store.delete("a", "id-2");
    var _ = store.checkpoint();

    assertOlderIsNamed(older.copy(), "gen-1/collections/1/del-1-3", deadThen);
    assertOlderIsNamed(older.copy(), "gen-1/window-3", windowThen);
  }

  private static void assertOlderIsNamed(SimulatedStorage storage, String path, byte[] older) {
    storage.overwrite(path, older);

    assertThatThrownBy(() -> open(storage))
        .isInstanceOfSatisfying(
            CorruptFileException.class, e -> assertThat(e.file()).isEqualTo(path));
  }

  @Test
  void manifestAndPointerOfAnEarlierTimeMissWhatWasDeletedSince() {
    var older = twoCollections();
    String manifest = manifest(older);
    byte[] manifestThen = older.content(manifest);
    byte[] currentThen = older.content("CURRENT");
    var store = open(older);
    deleteInBoth(store, "id-2");
    store.compact();
    var now = older.copy();
    now.overwrite("CURRENT", currentThen);

    assertThatThrownBy(() -> open(now))
        .isInstanceOf(CorruptFileException.class)
        .hasMessage(manifest + " at 0: file is missing (expected: present)");

    String live = manifest(now);
    now.overwrite("CURRENT", older.content("CURRENT"));
    now.overwrite(live, manifestThen);
    assertThatThrownBy(() -> open(now))
        .isInstanceOfSatisfying(
            CorruptFileException.class, e -> assertThat(e.file()).isEqualTo(live));
  }

  /// It was begun under another number.
  @Test
  void logFileOfAnEarlierTimeIsNamed() {
    var older = twoLogFiles();

    var logs = older.files().stream().filter(path -> path.startsWith("wal/")).toList();
    assertThat(logs).hasSize(2);

    older.overwrite(logs.getLast(), older.content(logs.getFirst()));

    assertThatThrownBy(() -> open(older))
        .isInstanceOfSatisfying(
            CorruptFileException.class,
            e -> {
              assertThat(e.file()).isEqualTo(logs.getLast());
              assertThat(e.what()).isEqualTo("file id");
            });
  }

  private static SimulatedStorage twoLogFiles() {
    var storage = new SimulatedStorage();
    var store = open(storage);
    long _ = store.createCollection("a", new Descriptor(2, Metric.L2_SQUARED), Settings.NONE);
    long _ = store.upsertBatch("a", points(0));
    var reopened = storage.afterKill();
    long _ = open(reopened).upsertBatch("a", points(10));
    return reopened.copy();
  }

  // --- none

  static Stream<String> neededFiles() {
    return Stream.concat(sealedFiles(), Stream.of("/manifest-"));
  }

  @ParameterizedTest
  @MethodSource("neededFiles")
  void missingFileIsNamed(String name) throws IOException {
    String path = path(name);

    storage.delete(path);

    assertDamage(path, "file");
  }

  @ParameterizedTest
  @MethodSource("neededFiles")
  void emptyFileIsNamed(String name) {
    String path = path(name);

    storage.overwrite(path, new byte[0]);

    assertDamage(path, "length");
  }

  @Test
  void missingPointerIsNamed() throws IOException {
    storage.delete("CURRENT");

    assertDamage("CURRENT", "file");
  }

  @Test
  void missingLogFileWithAnotherBehindItIsAGap() throws IOException {
    var two = twoLogFiles();
    var logs = two.files().stream().filter(path -> path.startsWith("wal/")).toList();
    assertThat(logs).hasSize(2);

    two.delete(logs.getFirst());

    assertThatThrownBy(() -> open(two))
        .isInstanceOfSatisfying(
            CorruptFileException.class,
            e -> {
              assertThat(e.file()).isEqualTo(logs.getLast());
              assertThat(e.what()).isEqualTo("base LSN");
            });
  }
}
