package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quiverdb.core.background.Background.Triggers;
import io.quiverdb.core.crypto.PlainCodec;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.op.Entry;
import io.quiverdb.core.op.SealedOp;
import io.quiverdb.core.storage.SimulatedStorage;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(600)
final class StandaloneStoreTest {
  private static final Descriptor DESCRIPTOR = new Descriptor(2, Metric.L2_SQUARED);

  private final SimulatedStorage storage = new SimulatedStorage();

  private static Store open(Storage storage) {
    return Store.openWithoutBackground(storage, TestKeys.SHARED.keyRing(), StoreOptions.standard());
  }

  private static Point point(String id, float value) {
    return new Point(id, Vector.of(value, 0), Payload.ofJson("{\"v\":" + (int) value + "}"));
  }

  private static List<String> ids(Store store) {
    return store.scan("docs", Optional.empty()).map(StoredPoint::id).toList();
  }

  @Test
  void whatIsWrittenIsReadAtOnceAndAfterReopening() {
    try (var store = open(storage)) {
      assertThat(store.createCollection("docs", DESCRIPTOR, Settings.NONE)).isEqualTo(1);
      assertThat(store.upsert("docs", point("b", 1))).isEqualTo(2);
      assertThat(store.upsertBatch("docs", List.of(point("a", 2), point("c", 3)))).isEqualTo(3);
      assertThat(store.delete("docs", "b")).isTrue();
      assertThat(ids(store)).containsExactly("a", "c");
    }

    try (var store = open(storage)) {
      assertThat(store.collectionNames()).containsExactly("docs");
      assertThat(store.collectionId("docs")).hasValue(1);
      assertThat(store.descriptor("docs")).isEqualTo(DESCRIPTOR);
      assertThat(store.len("docs")).isEqualTo(2);
      assertThat(store.isEmpty("docs")).isFalse();
      assertThat(store.get("docs", "a").orElseThrow().version()).isEqualTo(3);
      assertThat(store.get("docs", "b")).isEmpty();
      assertThat(store.getMany("docs", List.of("c", "x", "a")))
          .extracting(point -> point.map(StoredPoint::id))
          .containsExactly(Optional.of("c"), Optional.empty(), Optional.of("a"));
      var query = new Query(Vector.of(3, 0), 1, Optional.empty(), false, false);
      assertThat(store.search("docs", query)).extracting(Hit::id).containsExactly("c");
    }
  }

  /// Its log speaks of the store that it was begun for: under another's id nothing would open it.
  @Test
  void snapshotOfAnotherStoreIsRefusedAlsoByOneThatHoldsNothingYet() {
    try (var source = open(new SimulatedStorage());
        var empty = open(storage)) {
      long _ = source.createCollection("docs", DESCRIPTOR, Settings.NONE);
      var _ = source.checkpoint();
      try (var snapshot = source.replicationSnapshot()) {
        assertThatThrownBy(() -> empty.installSnapshot(snapshot.files()))
            .isInstanceOf(ForeignFileException.class)
            .hasMessageStartingWith("store id of the snapshot: ");
      }
      assertThat(empty.createCollection("docs", DESCRIPTOR, Settings.NONE)).isEqualTo(1);
    }
    try (var reopened = open(storage.afterKill())) {
      assertThat(reopened.collectionNames()).containsExactly("docs");
    }
  }

  @Test
  void storeWhoseWritesAreOnlyInItsLogIsNotRestoredOver() {
    var store = open(storage);
    long _ = store.createCollection("docs", DESCRIPTOR, Settings.NONE);
    var killed = storage.afterKill();
    try (var source = open(new SimulatedStorage())) {
      var _ = source.createCollection("other", DESCRIPTOR, Settings.NONE);
      var _ = source.checkpoint();
      try (var snapshot = source.replicationSnapshot()) {
        assertThatThrownBy(
                () ->
                    Store.restore(
                        killed, StoreOptions.standard(), TestKeys.SHARED.keyRing(), snapshot.ops()))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("directory: holds a store (expected: none)");
      }
    }
    try (var reopened = open(killed)) {
      assertThat(reopened.collectionNames()).containsExactly("docs");
    }
  }

  @Test
  void matchingIdsAreInOrderAndOfFilterableFieldsOnly() {
    try (var store = open(storage)) {
      var field = new Settings.FilterableField("v", Settings.FilterableField.Type.NUMERIC);
      long _ = store.createCollection("docs", DESCRIPTOR, new Settings(List.of(field)));
      long _ = store.upsertBatch("docs", List.of(point("c", 1), point("b", 2), point("a", 1)));
      var _ = store.checkpoint();
      long _ = store.upsert("docs", point("d", 1));

      assertThat(store.matchingIds("docs", new Filter.Eq("v", new Filter.Value.Whole(1))))
          .containsExactly("a", "c", "d");
      assertThatThrownBy(() -> store.matchingIds("docs", new Filter.Exists("w")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("field: \"w\" (expected: one that is filterable)");
    }
  }

  @Test
  void whatNoCheckpointHoldsComesOutOfTheLog() {
    var store = open(storage);
    long _ = store.createCollection("docs", DESCRIPTOR, Settings.NONE);
    long _ = store.upsert("docs", point("a", 1));
    var _ = store.checkpoint();
    long version = store.upsert("docs", point("b", 2));
    var hash = store.stateHash();

    try (var reopened = open(storage.afterKill())) {
      assertThat(ids(reopened)).containsExactly("a", "b");
      assertThat(reopened.get("docs", "b").orElseThrow().version()).isEqualTo(version);
      assertThat(reopened.stateHash()).isEqualTo(hash);
      assertThat(reopened.position()).isEqualTo(new Position(0, 0, 2));
      assertThat(reopened.tornTail()).isEmpty();
    }
  }

  @Test
  void checkpointIsTakenInTheBackgroundWhenTheLogHasGrown() {
    var triggers = new Triggers(Long.MAX_VALUE, Long.MAX_VALUE, 10_000, Duration.ofDays(1));
    var options = new StoreOptions(new SecureRandom(), System::nanoTime, triggers);
    try (var store = Store.openWithKeyRing(storage, TestKeys.SHARED.keyRing(), options)) {
      long _ = store.createCollection("docs", DESCRIPTOR, Settings.NONE);
      assertThat(store.checkpointed()).isEqualTo(Position.START);

      for (int index = 0; index < 100; index++) {
        long _ = store.upsert("docs", point("p" + index, index));
      }

      await().atMost(Duration.ofMinutes(3)).until(() -> store.checkpointed().index() > 0);
      assertThat(store.len("docs")).isEqualTo(100);
    }
  }

  @Test
  void closingTakesACheckpointAndLeavesNoLog() {
    var store = open(storage);
    long _ = store.createCollection("docs", DESCRIPTOR, Settings.NONE);

    store.close();

    assertThat(storage.files()).noneMatch(path -> path.startsWith("wal/"));
    store.close();
    assertThatThrownBy(() -> store.len("docs")).isInstanceOf(StoreClosedException.class);
  }

  @Test
  void openingAnyNumberOfTimesChangesNothing() {
    var store = open(storage);
    long _ = store.createCollection("docs", DESCRIPTOR, Settings.NONE);
    long _ = store.upsert("docs", point("a", 1));
    var killed = storage.afterKill();
    var before = contents(killed);

    for (int time = 0; time < 3; time++) {
      var _ = open(killed);
      killed = killed.afterKill();
      assertThat(contents(killed)).isEqualTo(before);
    }
  }

  private static List<String> contents(SimulatedStorage storage) {
    return storage.files().stream()
        .filter(path -> !path.equals("LOCK"))
        .map(path -> path + " " + Arrays.hashCode(storage.content(path)))
        .toList();
  }

  @Test
  void whatChangesNothingIsNotLogged() {
    try (var store = open(storage)) {
      long _ = store.createCollection("docs", DESCRIPTOR, Settings.NONE);
      var position = store.position();

      assertThat(store.delete("docs", "absent")).isFalse();
      assertThat(store.deleteBatch("docs", List.of())).isZero();
      assertThat(store.upsertBatch("docs", List.of())).isZero();
      assertThat(store.setPayload("docs", List.of(new PayloadChange("absent", Payload.EMPTY))))
          .isEqualTo(new PayloadsSet(0, List.of("absent")));

      assertThat(store.position()).isEqualTo(position);
    }
  }

  @Test
  void wrongPointAnywhereFailsTheBatchBeforeAnythingIsWritten() {
    try (var store = open(storage)) {
      long _ = store.createCollection("docs", DESCRIPTOR, Settings.NONE);
      long calls = storage.calls();
      var wrong = new Point("c", Vector.of(1, 2, 3), Payload.EMPTY);

      assertThatThrownBy(() -> store.upsertBatch("docs", List.of(point("a", 1), wrong)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("points[1].vector: 3 values (expected: 2)");

      assertThat(storage.calls()).isEqualTo(calls);
      assertThat(store.isEmpty("docs")).isTrue();
    }
  }

  @Test
  void batchOfUpToSixteenMebibytesIsWrittenAndALargerOneRefused() {
    try (var store = open(storage)) {
      long _ = store.createCollection("docs", new Descriptor(8192, Metric.DOT), Settings.NONE);
      var vector = Vector.of(new float[8192]);
      List<Point> points =
          IntStream.range(0, 520).mapToObj(i -> new Point("p" + i, vector, Payload.EMPTY)).toList();

      assertThat(store.upsertBatch("docs", points.subList(0, 500))).isEqualTo(2);
      assertThatThrownBy(() -> store.upsertBatch("docs", points))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected: at most 16777216");
      assertThat(store.len("docs")).isEqualTo(500);
    }
  }

  @Test
  void collectionIdsAreNeverUsedAgain() {
    try (var store = open(storage)) {
      long _ = store.createCollection("docs", DESCRIPTOR, Settings.NONE);
      long _ = store.upsert("docs", point("a", 1));
      long _ = store.dropCollection("docs");
      long _ = store.createCollection("docs", DESCRIPTOR, Settings.NONE);

      assertThat(store.collectionId("docs")).hasValue(2);
      assertThat(store.isEmpty("docs")).isTrue();
      long _ = store.dropCollection("docs");
    }
    try (var store = open(storage)) {
      long _ = store.createCollection("other", DESCRIPTOR, Settings.NONE);
      assertThat(store.collectionId("other")).hasValue(3);
      assertThat(store.collectionId("docs")).isEmpty();
    }
  }

  @Test
  void settingsAndPayloadsAreReplaced() {
    var settings =
        new Settings(
            List.of(new Settings.FilterableField("v", Settings.FilterableField.Type.NUMERIC)));
    try (var store = open(storage)) {
      long _ = store.createCollection("docs", DESCRIPTOR, Settings.NONE);
      long _ = store.upsert("docs", point("a", 1));

      long _ = store.updateSettings("docs", settings);
      var set =
          store.setPayload(
              "docs",
              List.of(
                  new PayloadChange("x", Payload.EMPTY),
                  new PayloadChange("a", Payload.ofJson("{}")),
                  new PayloadChange("y", Payload.EMPTY)));

      assertThat(store.settings("docs")).isEqualTo(settings);
      var changed = store.get("docs", "a").orElseThrow();
      assertThat(set).isEqualTo(new PayloadsSet(store.version(), List.of("x", "y")));
      assertThat(changed.version()).isEqualTo(set.version());
      assertThat(changed.payload()).isEqualTo(Payload.ofJson("{}"));
      assertThat(changed.vector()).isEqualTo(Vector.of(1, 0));
    }
  }

  @Test
  void failedPreconditionNamesThePointsAndWritesNothing() {
    try (var store = open(storage)) {
      long _ = store.createCollection("docs", DESCRIPTOR, Settings.NONE);
      long version = store.upsert("docs", point("a", 1));
      var absent =
          new Point("a", Vector.of(5, 5), Payload.EMPTY, Optional.of(new Precondition.Absent()));

      assertThatThrownBy(() -> store.upsertBatch("docs", List.of(point("b", 2), absent)))
          .isInstanceOfSatisfying(
              PreconditionFailedException.class,
              e ->
                  assertThat(e.points())
                      .containsExactly(new Outcome.FailedPoint("a", Optional.of(version))));
      assertThat(ids(store)).containsExactly("a");
    }
  }

  @Test
  void mistakesOfTheCallerAreNamed() {
    try (var store = open(storage)) {
      long _ = store.createCollection("docs", DESCRIPTOR, Settings.NONE);

      assertRefused(
          () -> store.createCollection("docs", DESCRIPTOR, Settings.NONE),
          "collection: docs exists (expected: a new name)");
      assertRefused(
          () -> store.upsert("none", point("a", 1)),
          "collection: none (expected: one that exists)");
      assertRefused(() -> store.dropCollection("none"), "collection: none");
      assertRefused(() -> store.len("none"), "collection: none");
      assertRefused(() -> store.createCollection("", DESCRIPTOR, Settings.NONE), "name: 0 bytes");
      assertRefused(() -> store.upsert("docs", point("", 1)), "id: 0 bytes");
    }
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void scanIsLazyOrderedByBytesAndResumableAfterAnId() {
    try (var store = open(storage)) {
      long _ = store.createCollection("docs", DESCRIPTOR, Settings.NONE);
      var points = new ArrayList<Point>();
      for (int index = 0; index < 2500; index++) {
        points.add(point("p%04d".formatted(index), index));
      }
      points.add(point("\uD83D\uDE00", 1)); // Sorts behind U+FF5E by bytes, not by UTF-16.
      points.add(point("\uFF5E", 2));
      long _ = store.upsertBatch("docs", points);

      var all = ids(store);
      assertThat(all).hasSize(2502).endsWith("p2499", "\uFF5E", "\uD83D\uDE00");
      assertThat(store.scan("docs", Optional.of("p1300")).map(StoredPoint::id).limit(2))
          .containsExactly("p1301", "p1302");
      try (var scan = store.scan("docs", Optional.empty())) {
        var points2 = scan.iterator();
        assertThat(points2.next().id()).isEqualTo("p0000");
        boolean _ = store.delete("docs", "p2400");
        int left = 0;
        while (points2.hasNext()) {
          var _ = points2.next();
          left++;
        }
        assertThat(left).isEqualTo(2501);
      }
    }
  }

  @Test
  void concurrentWritersAllSucceedWithVersionsOfTheirOwn() throws Exception {
    int writers = 16;
    int each = 200;
    try (var store = open(storage);
        var threads = Executors.newFixedThreadPool(writers)) {
      long _ = store.createCollection("docs", DESCRIPTOR, Settings.NONE);
      var tasks = new ArrayList<Callable<List<Long>>>();
      for (int writer = 0; writer < writers; writer++) {
        int mine = writer;
        tasks.add(
            () -> {
              var versions = new ArrayList<Long>();
              for (int index = 0; index < each; index++) {
                String id = mine + "-" + index;
                long version = store.upsert("docs", point(id, index));
                assertThat(store.get("docs", id).orElseThrow().version()).isEqualTo(version);
                versions.add(version);
                if (index % 50 == 0) {
                  var _ = store.checkpoint();
                }
              }
              assertThat(versions).isSorted();
              return versions;
            });
      }
      var all = new ArrayList<Long>();
      for (var done : threads.invokeAll(tasks)) {
        all.addAll(done.get());
      }
      assertThat(all).hasSize(writers * each).doesNotHaveDuplicates();
      assertThat(store.len("docs")).isEqualTo((long) writers * each);
    }
    try (var store = open(storage)) {
      assertThat(store.len("docs")).isEqualTo((long) writers * each);
    }
  }

  @Test
  void failedWriteFailsTheStoreAndReopeningHoldsAllThatWasAcknowledged() {
    var store = open(storage);
    long _ = store.createCollection("docs", DESCRIPTOR, Settings.NONE);
    long _ = store.upsert("docs", point("a", 1));
    storage.failAt(1);

    assertThatThrownBy(() -> store.upsert("docs", point("b", 2)))
        .isInstanceOf(StoreFailedException.class)
        .hasRootCauseInstanceOf(IOException.class);
    assertThatThrownBy(() -> store.upsert("docs", point("c", 2)))
        .isInstanceOf(StoreFailedException.class);
    assertThatThrownBy(() -> store.len("docs")).isInstanceOf(StoreFailedException.class);
    store.close();

    try (var reopened = open(storage)) {
      assertThat(ids(reopened)).containsExactly("a");
    }
  }

  @Test
  void tornTailIsCutOffAndReported() {
    var store = open(storage);
    long _ = store.createCollection("docs", DESCRIPTOR, Settings.NONE);
    long _ = store.upsert("docs", point("a", 1));
    var killed = storage.afterKill();
    String path =
        killed.files().stream().filter(it -> it.startsWith("wal/")).findAny().orElseThrow();
    var content = killed.content(path);
    killed.overwrite(path, Arrays.copyOf(content, content.length - 1));

    try (var reopened = open(killed)) {
      assertThat(reopened.isEmpty("docs")).isTrue();
      assertThat(reopened.tornTail())
          .hasValueSatisfying(
              tail -> {
                assertThat(tail.file()).isEqualTo(path);
                assertThat(tail.lsn()).isEqualTo(1);
              });
    }
  }

  @Test
  void observerHearsEveryOperationInOrderAndMayThrow() {
    var heard = new ArrayList<String>();
    try (var store = open(storage)) {
      long _ = store.createCollection("docs", DESCRIPTOR, Settings.NONE);
      store.setCommitObserver(
          (position, _, outcome) -> {
            heard.add(position.index() + " " + ((Outcome.Applied) outcome).version());
            assertThat(store.position()).isEqualTo(position);
            throw new IllegalStateException("an observer's own fault");
          });
      long _ = store.upsert("docs", point("a", 1));
      boolean _ = store.delete("docs", "a");

      assertThat(heard).containsExactly("1 2", "2 3");
    }
  }

  @Test
  void observerThatWritesIsRefused() {
    try (var store = open(storage)) {
      long _ = store.createCollection("docs", DESCRIPTOR, Settings.NONE);
      var thrown = new ArrayList<RuntimeException>();
      store.setCommitObserver(
          (_, _, _) -> {
            try {
              long _ = store.upsert("docs", point("b", 1));
            } catch (RuntimeException e) {
              thrown.add(e);
            }
          });

      long _ = store.upsert("docs", point("a", 1));

      assertThat(thrown).singleElement().isInstanceOf(IllegalStateException.class);
    }
  }

  private record Heard(Position position, SealedOp op) {}

  @Test
  void followerHoldsTheSameAndSurvivesAKill() {
    var heard = new ArrayList<Heard>();
    var followers = new SimulatedStorage();
    try (var leader = open(storage)) {
      leader.setCommitObserver((position, op, _) -> heard.add(new Heard(position, op)));
      long _ = leader.createCollection("docs", DESCRIPTOR, Settings.NONE);
      long _ = leader.upsertBatch("docs", List.of(point("a", 1), point("b", 2)));
      boolean _ = leader.delete("docs", "a");

      var follower = open(followers);
      heard.forEach(
          each ->
              assertThat(follower.applyReplicated(each.position, each.op))
                  .isInstanceOf(Outcome.Applied.class));

      assertThat(follower.stateHash()).isEqualTo(leader.stateHash());
      assertThatThrownBy(
              () -> follower.applyReplicated(heard.getLast().position, heard.getLast().op))
          .isInstanceOf(IllegalArgumentException.class);
      try (var reopened = open(followers.afterKill())) {
        assertThat(reopened.stateHash()).isEqualTo(leader.stateHash());
        assertThat(reopened.position()).isEqualTo(leader.position());
      }
    }
  }

  @Test
  void methodsOfTheOtherUseAreRefused() {
    try (var store = open(storage);
        var shard = new TestShard()) {
      assertWrongUse(() -> store.apply(new Position(0, 0, 0), Entry.getDefaultInstance()));
      assertWrongUse(() -> shard.store.createCollection("docs", DESCRIPTOR, Settings.NONE));
      assertWrongUse(() -> shard.store.upsert("c7", point("a", 1)));
    }
  }

  private static void assertWrongUse(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void storeIsNotOpenedForTheOtherUse() {
    var shards = new SimulatedStorage();
    try (var shard = new TestShard(shards, 1 << 20)) {
      var _ = shard.store.checkpoint();
    }
    open(storage).createCollection("docs", DESCRIPTOR, Settings.NONE);
    var killed = storage.afterKill();

    assertThatThrownBy(() -> open(shards)).isInstanceOf(ForeignFileException.class);
    assertThatThrownBy(() -> new TestShard(killed, 1 << 20))
        .isInstanceOf(ForeignFileException.class);
    open(killed).close();
    assertThatThrownBy(() -> new TestShard(killed, 1 << 20))
        .isInstanceOf(ForeignFileException.class);
  }

  @Test
  void directoryIsOpenedWithItsMasterKeyOnly(@TempDir Path directory) throws IOException {
    var random = new SecureRandom();
    var masterKey = MasterKey.createFile(directory.resolve("master.key"), random);
    var other = MasterKey.createFile(directory.resolve("other.key"), random);
    var data = directory.resolve("data");
    try (var store = Store.open(data, masterKey, StoreOptions.standard())) {
      long _ = store.createCollection("planted-name", DESCRIPTOR, Settings.NONE);
      long _ =
          store.upsert("planted-name", new Point("planted-id", Vector.of(1, 2), Payload.EMPTY));
      assertNowhere("planted", data);
    }
    assertNowhere("planted", data);

    assertThatThrownBy(() -> Store.open(data, other, StoreOptions.standard()))
        .isInstanceOf(WrongKeyException.class);
    try (var store = Store.open(data, masterKey, StoreOptions.standard())) {
      assertThat(store.get("planted-name", "planted-id")).isPresent();
    }
  }

  private static void assertNowhere(String text, Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain(text);
      }
    }
  }

  @Test
  void storeUnderACodecFromOutsideWorksAlike() {
    Consumer<Consumer<Store>> use =
        action -> {
          try (var store = Store.openWithCodec(storage, PlainCodec::new, StoreOptions.standard())) {
            action.accept(store);
          }
        };

    use.accept(
        store -> {
          long _ = store.createCollection("docs", DESCRIPTOR, Settings.NONE);
          long _ = store.upsert("docs", point("a", 1));
        });

    use.accept(store -> assertThat(ids(store)).containsExactly("a"));
  }

  @Test
  void powerLossAfterAKillLosesNothingThatWasReadInBetween() {
    for (int seed = 0; seed < 50; seed++) {
      var random = new Random(seed);
      var first = new SimulatedStorage();
      var store = open(first);
      long _ = store.createCollection("docs", DESCRIPTOR, Settings.NONE);
      first.crashAt(2); // Appended and not synced.
      assertThatThrownBy(() -> store.upsert("docs", point("a", 1)))
          .isInstanceOf(StoreFailedException.class);

      var second = first.afterKill();
      var between = open(second);
      assertThat(ids(between)).containsExactly("a");
      long _ = between.upsert("docs", point("b", 2));

      try (var reopened = open(second.afterCrash(random))) {
        assertThat(ids(reopened)).containsExactly("a", "b");
      }
    }
  }
}
