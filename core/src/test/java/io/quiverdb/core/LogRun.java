package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.RandomLog.LogEntry;
import io.quiverdb.core.compaction.CompactionPolicy;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.snapshot.SnapshotFiles;
import io.quiverdb.core.storage.SimulatedStorage;
import io.quiverdb.core.storage.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/// Drives one store along a random log: opens it, replays what it lacks, applies, takes checkpoints
/// with operations in their midst. Compares outcomes with the model's, and hashes with those of a
/// store that does nothing but apply.
final class LogRun {
  private final RecordedLog log;
  private final HookedStorage storage;
  private final Store store;

  /// How many entries the store holds.
  private int applied;

  /// A log, and the state hash before it and after each entry.
  record RecordedLog(List<LogEntry> entries, List<StateHash> hashes) {
    static RecordedLog draw(RandomGenerator random, int entryCount) {
      var entries = new RandomLog(random).append(entryCount);
      var hashes = new ArrayList<StateHash>();
      try (var store = openStore(new SimulatedStorage(), Optional.empty())) {
        hashes.add(store.stateHash());
        for (var entry : entries) {
          var outcomes = store.apply(entry.position(), entry.entry());
          assertThat(ModelAssert.withoutReasons(outcomes)).isEqualTo(entry.outcomes());
          hashes.add(store.stateHash());
        }
      }
      return new RecordedLog(entries, hashes);
    }

    /// How many entries a store at this position holds.
    int entriesUpTo(Position position) {
      for (int count = entries.size(); count > 0; count--) {
        if (entries.get(count - 1).after().position.equals(position)) {
          return count;
        }
      }
      assertThat(position).isEqualTo(Position.START);
      return 0;
    }
  }

  /// Opens the store, which holds the log up to some entry.
  LogRun(RecordedLog log, Storage storage) {
    this(log, storage, Optional.empty());
  }

  /// Opens a replica of the shard that has this store id.
  LogRun(RecordedLog log, Storage storage, UUID storeId) {
    this(log, storage, Optional.of(storeId));
  }

  private LogRun(RecordedLog log, Storage storage, Optional<UUID> storeId) {
    this.log = log;
    this.storage = new HookedStorage(storage);
    this.store = openStore(this.storage, storeId);
    this.applied = log.entriesUpTo(store.position());
    assertHash();
  }

  private static Store openStore(Storage storage, Optional<UUID> storeId) {
    return Store.open(
        storage,
        StoreOptions.standard(),
        TestKeys.SHARED.keyRing(),
        storeId,
        RandomLog.WINDOW_BYTES_MAX);
  }

  Store store() {
    return store;
  }

  int applied() {
    return applied;
  }

  boolean isAtEnd() {
    return applied == log.entries.size();
  }

  void applyNext() {
    var entry = log.entries.get(applied);
    var outcomes = store.apply(entry.position(), entry.entry());
    applied++;
    assertThat(ModelAssert.withoutReasons(outcomes)).isEqualTo(entry.outcomes());
    assertHash();
  }

  /// While it is written, more of the log is applied.
  ///
  /// @return how many entries are durable
  int checkpoint(RandomGenerator random) {
    int before = applied;
    storage.setBeforeCall(
        () -> {
          if (!isAtEnd() && random.nextInt(20) == 0) {
            applyNext();
          }
        });
    try {
      assertThat(log.entriesUpTo(store.checkpoint())).isEqualTo(before);
    } finally {
      storage.setBeforeCall(() -> {});
    }
    assertHash();
    return before;
  }

  /// Publishes indexes with it; while it is written, more of the log is applied.
  ///
  /// @return how many entries are durable
  int checkpointWithIndexes(
      RandomGenerator random, Function<StoreView, List<IndexSnapshot>> indexes) {
    int before = applied;
    List<IndexSnapshot> snapshots;
    try (var view = store.view()) {
      snapshots = indexes.apply(view);
    }
    storage.setBeforeCall(
        () -> {
          if (!isAtEnd() && random.nextInt(20) == 0) {
            applyNext();
          }
        });
    try {
      assertThat(log.entriesUpTo(store.checkpointWithIndexSnapshots(snapshots))).isEqualTo(before);
    } finally {
      storage.setBeforeCall(() -> {});
    }
    return before;
  }

  /// Of a store that has applied more of the same log.
  void install(SnapshotFiles files) {
    store.installSnapshot(files);
    applied = log.entriesUpTo(store.position());
    assertHash();
  }

  /// Merges segments. Meanwhile more of the log is applied, and checkpoints are taken.
  ///
  /// @return how many entries are durable, 0 if this made none durable
  int compact(CompactionPolicy policy, RandomGenerator random) {
    var durable = new int[1];
    storage.setBeforeCall(
        () -> {
          if (!isAtEnd() && random.nextInt(20) == 0) {
            applyNext();
          }
        });
    storage.setBeforeSegmentWrite(
        () -> {
          if (random.nextInt(10) == 0) {
            storage.setBeforeSegmentWrite(() -> {});
            int before = applied;
            storage.setBeforeCall(() -> {});
            var _ = store.checkpoint();
            durable[0] = before;
          }
        });
    try {
      int _ = store.compact(policy);
    } finally {
      storage.setBeforeCall(() -> {});
      storage.setBeforeSegmentWrite(() -> {});
    }
    assertHash();
    return durable[0];
  }

  void assertSame(RandomGenerator random) {
    try (var view = store.view()) {
      ModelAssert.assertSame(view, modelNow(), random);
    }
  }

  ModelShard modelNow() {
    return applied == 0
        ? new ModelShard(RandomLog.WINDOW_BYTES_MAX)
        : log.entries.get(applied - 1).after();
  }

  private void assertHash() {
    assertThat(store.stateHash()).isEqualTo(log.hashes.get(applied));
  }
}
