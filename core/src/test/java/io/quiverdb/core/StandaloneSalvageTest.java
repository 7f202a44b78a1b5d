package io.quiverdb.core;

import static io.quiverdb.core.TestShard.point;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.storage.CrashedException;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Salvage and verification of stores with a log of their own.
final class StandaloneSalvageTest {
  private SimulatedStorage storage = new SimulatedStorage();
  private final SimulatedStorage target = new SimulatedStorage();

  @Test
  void whatOnlyTheLogHoldsIsTakenOver() throws IOException {
    var hash = write();

    var report = salvage();

    assertThat(report.damages()).isEmpty();
    assertThat(report.pointCount()).isEqualTo(1);
    assertThat(report.appliedCount()).isEqualTo(4);
    try (var salvaged = open(target)) {
      assertThat(ids(salvaged)).containsExactly("b", "c", "d");
      assertThat(salvaged.stateHash()).isEqualTo(hash);
      assertThat(salvaged.position()).isEqualTo(report.position());
      assertThat(salvaged.verify().damages()).isEmpty();
    }
  }

  @Test
  void storeThatNeverTookACheckpointIsTakenOver() {
    var store = open(storage);
    store.createCollection("docs", new Descriptor(4, Metric.L2_SQUARED), Settings.NONE);
    store.upsert("docs", point("a", 1));

    kill();
    var report = salvage();

    assertThat(report.isComplete()).isTrue();
    assertThat(report.appliedCount()).isEqualTo(2);
    try (var salvaged = open(target)) {
      assertThat(ids(salvaged)).containsExactly("a");
      assertThat(salvaged.stateHash()).isEqualTo(store.stateHash());
    }
  }

  /// Opening such a store fails; the log's second file follows the damage.
  @Test
  void whatStandsBehindADamageInItsFileIsLeftOutAndLaterFilesAreApplied() throws IOException {
    write();
    flip(logFiles().getFirst(), storage.content(logFiles().getFirst()).length - 10);
    assertThatThrownBy(() -> open(storage)).isInstanceOf(CorruptFileException.class);

    var report = salvage();

    assertThat(report.damages()).extracting(Damage::file).contains(logFiles().getFirst());
    assertThat(report.appliedCount()).isEqualTo(3);
    try (var salvaged = open(target)) {
      assertThat(ids(salvaged)).containsExactly("b", "d");
    }
  }

  @Test
  void verifyReadsTheLogAndNamesWhatIsWrongInIt() throws IOException {
    write();
    var sound = verify();
    flip(logFiles().getFirst(), 200);

    var damaged = verify();

    assertThat(sound.damages()).isEmpty();
    assertThat(sound.fileCount()).isGreaterThan(logFiles().size());
    assertThat(damaged.isIntact()).isFalse();
    assertThat(damaged.damages()).extracting(Damage::file).contains(logFiles().getFirst());
  }

  @Test
  void openStoreVerifiesItsLogToo() throws IOException {
    write();
    try (var store = open(storage)) {
      store.upsert("docs", point("e", 5));
      assertThat(store.verify().damages()).isEmpty();
      assertThat(store.stats().logBytes()).isPositive();

      flip(logFiles().getLast(), storage.content(logFiles().getLast()).length - 200);

      assertThat(store.verify().damages())
          .extracting(Damage::file)
          .containsOnly(logFiles().getLast());
    }
  }

  @Test
  void snapshotIsImportedUnderOtherKeys() {
    var others = new TestKeys();
    try (var store = open(storage)) {
      store.createCollection("docs", new Descriptor(4, Metric.L2_SQUARED), Settings.NONE);
      store.upsert("docs", point("a", 1));
      store.upsertBatch("docs", List.of(point("b", 2), point("a", 3)));
      try (var snapshot = store.replicationSnapshot()) {
        Store.importSnapshot(target, StoreOptions.standard(), others.keyRing(), snapshot.ops());
      }
    }

    try (var imported =
        Store.openWithoutBackground(target, others.keyRing(), StoreOptions.standard())) {
      assertThat(ids(imported)).containsExactly("a", "b");
      assertThat(imported.get("docs", "a").orElseThrow().version()).isEqualTo(3);
      assertThat(imported.verify().damages()).isEmpty();
      imported.upsert("docs", point("c", 4));
    }
    assertThatThrownBy(() -> open(target)).isInstanceOf(WrongKeyException.class);
  }

  @Test
  void deleteOfWhatIsAbsentIsNothingToPrepare() {
    try (var store = open(storage)) {
      store.createCollection("docs", new Descriptor(4, Metric.L2_SQUARED), Settings.NONE);
      store.upsert("docs", point("a", 1));
      var stamp = new RequestStamp(new RequestId(new UUID(1, 1)), 0, Optional.empty());

      assertThat(store.prepareDelete(stamp, 1, List.of("b"))).isEmpty();
      assertThat(store.prepareDelete(stamp, 1, List.of("b", "a"))).isPresent();
    }
  }

  @Test
  void storeThatCrashedInItsFirstCheckpointIsTakenOver() {
    for (int call = 1; call < 60; call++) {
      storage = new SimulatedStorage();
      var store = open(storage);
      store.createCollection("docs", new Descriptor(4, Metric.L2_SQUARED), Settings.NONE);
      store.upsert("docs", point("a", 1));
      storage.crashAt(call);
      try {
        store.checkpoint();
      } catch (StoreFailedException | CrashedException _) {
        // As far as it came.
      }
      storage = storage.afterCrash(new Random(call));

      var salvagedTo = new SimulatedStorage();
      var report =
          Store.salvage(storage, salvagedTo, StoreOptions.standard(), TestKeys.SHARED.keyRing());

      assertThat(report.damages()).as("call %d", call).isEmpty();
      try (var salvaged = open(salvagedTo)) {
        assertThat(ids(salvaged)).as("call %d", call).containsExactly("a");
      }
      assertThat(verify().damages()).as("call %d", call).isEmpty();
    }
  }

  /// Of the first checkpoint nobody can tell a lost pointer from one that was not yet written.
  @Test
  void pointsOfAFirstCheckpointThatNothingPointsToAreTakenOver() throws IOException {
    var _ = write();
    storage.delete("CURRENT");

    var report = salvage();

    assertThat(report.damages()).isEmpty();
    assertThat(report.pointCount()).isEqualTo(1);
    try (var salvaged = open(target)) {
      assertThat(ids(salvaged)).containsExactly("b", "c", "d");
    }
  }

  @Test
  void logOfWhichOneHeaderIsDamagedTellsItsStoreByAnother() throws IOException {
    var store = open(storage);
    store.createCollection("docs", new Descriptor(4, Metric.L2_SQUARED), Settings.NONE);
    kill();
    var second = open(storage);
    second.upsert("docs", point("a", 1));
    kill();
    flip(logFiles().getFirst(), 5);

    var report = salvage();

    assertThat(report.damages()).extracting(Damage::file).contains(logFiles().getFirst());
    assertThat(report.refusedCount()).isEqualTo(1);
    assertThat(verify().damages()).extracting(Damage::file).contains(logFiles().getFirst());
  }

  /// Deletions of files that a checkpoint covers may become durable in any order.
  @Test
  void coveredFileThatIsLeftOverIsNoDamage() throws IOException {
    var store = open(storage);
    store.createCollection("docs", new Descriptor(4, Metric.L2_SQUARED), Settings.NONE);
    store.upsert("docs", point("a", 1));
    kill();
    var covered = logFiles().getFirst();
    byte[] content = storage.content(covered);
    var second = open(storage);
    second.upsert("docs", point("b", 2));
    second.checkpoint();
    second.upsert("docs", point("c", 3));
    kill();
    try (var file = storage.create(covered)) {
      file.append(ByteBuffer.wrap(content));
    }

    assertThat(verify().damages()).isEmpty();
    assertThat(salvage().damages()).isEmpty();
    try (var salvaged = open(target)) {
      assertThat(ids(salvaged)).containsExactly("a", "b", "c");
    }
  }

  /// A checkpoint, and behind it a log of two files, the second begun by another process.
  private StateHash write() {
    var store = open(storage);
    store.createCollection("docs", new Descriptor(4, Metric.L2_SQUARED), Settings.NONE);
    store.upsert("docs", point("a", 1));
    store.checkpoint();
    store.upsert("docs", point("b", 2));
    store.upsert("docs", point("c", 3));
    kill();
    var second = open(storage);
    second.delete("docs", "a");
    second.upsert("docs", point("d", 4));
    kill();
    return second.stateHash();
  }

  /// The process ends as it is; the next one finds what it wrote.
  private void kill() {
    storage = storage.copy();
  }

  private static Store open(SimulatedStorage storage) {
    return Store.openWithoutBackground(storage, TestKeys.SHARED.keyRing(), StoreOptions.standard());
  }

  private SalvageReport salvage() {
    return Store.salvage(storage, target, StoreOptions.standard(), TestKeys.SHARED.keyRing());
  }

  private Verification verify() {
    return Store.verify(storage, StoreOptions.standard(), TestKeys.SHARED.keyRing());
  }

  private static List<String> ids(Store store) {
    return store.scan("docs", Optional.empty()).map(StoredPoint::id).toList();
  }

  private List<String> logFiles() {
    return storage.files().stream().filter(path -> path.startsWith("wal/")).sorted().toList();
  }

  private void flip(String path, int offset) {
    byte[] content = storage.content(path);
    content[offset] ^= 1;
    storage.overwrite(path, content);
  }
}
