package io.quiverdb.core;

import static io.quiverdb.core.TestShard.point;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.snapshot.SnapshotFile;
import io.quiverdb.core.snapshot.SnapshotFiles;
import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.storage.ReadableFile;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A snapshot that cannot be taken or brought in is no fault of the store that it was for.
final class SnapshotFailureTest {
  private final SimulatedStorage storage = new SimulatedStorage();
  private final TestShard source = new TestShard(new SimulatedStorage(), RequestWindow.BYTES_MAX);
  private Store target = open();

  @BeforeEach
  void fillSource() {
    source.upsert(point("a", 1), point("b", 2));
    source.store.checkpoint();
  }

  @AfterEach
  void close() {
    target.close();
    source.close();
  }

  @Test
  void fullDiskFailsTheInstallationAndLeavesNothingOfIt() throws IOException {
    try (var snapshot = source.store.replicationSnapshot()) {
      target.installSnapshot(snapshot.files());
    }
    source.upsert(point("c", 3));
    source.store.checkpoint();
    var files = storage.files();

    try (var snapshot = source.store.replicationSnapshot()) {
      storage.fullAt(1);
      assertThatThrownBy(() -> target.installSnapshot(snapshot.files()))
          .isInstanceOf(SnapshotFailedException.class)
          .hasMessageContaining("no space left");
      storage.fullAt(Long.MAX_VALUE / 2);

      assertThat(storage.files()).isEqualTo(files);
      assertThat(len()).isEqualTo(2);

      target.installSnapshot(snapshot.files());
      assertThat(len()).isEqualTo(3);
    }
  }

  @Test
  void sourceThatCannotBeReadFailsTheInstallation() {
    try (var snapshot = source.store.replicationSnapshot()) {
      var files = snapshot.files();
      assertThatThrownBy(() -> target.installSnapshot(new Unreadable(files)))
          .isInstanceOf(SnapshotFailedException.class)
          .hasMessageContaining("the other node is gone");

      target.installSnapshot(files);
      assertThat(target.stateHash()).isEqualTo(source.store.stateHash());
    }
  }

  /// As the JVM tells of a mapped file that the disk cannot give.
  @Test
  void pageOfTheSourceThatTheDiskCannotGiveFailsTheInstallation() {
    try (var snapshot = source.store.replicationSnapshot()) {
      var files = snapshot.files();
      assertThatThrownBy(() -> target.installSnapshot(new Unmapped(files)))
          .isInstanceOf(SnapshotFailedException.class);

      target.installSnapshot(files);
      assertThat(target.stateHash()).isEqualTo(source.store.stateHash());
    }
  }

  @Test
  void linksThatCannotBeMadeFailTheSnapshot() {
    source.store.checkpoint();
    try (var snapshot = source.store.replicationSnapshot()) {
      target.installSnapshot(snapshot.files());
    }
    storage.fullAt(1);
    assertThatThrownBy(target::replicationSnapshot).isInstanceOf(SnapshotFailedException.class);
    storage.fullAt(Long.MAX_VALUE / 2);

    try (var snapshot = target.replicationSnapshot()) {
      assertThat(snapshot.position()).isEqualTo(source.store.checkpointed());
    }
    assertThat(len()).isEqualTo(2);
  }

  private long len() {
    try (var view = target.view()) {
      return view.collection(TestShard.COLLECTION).orElseThrow().size();
    }
  }

  private Store open() {
    return Store.open(
        storage,
        StoreOptions.standard(),
        TestKeys.SHARED.keyRing(),
        Optional.empty(),
        RequestWindow.BYTES_MAX);
  }

  private record Unmapped(SnapshotFiles files) implements SnapshotFiles {
    @Override
    public List<SnapshotFile> list() {
      return files.list();
    }

    @Override
    public ReadableFile open(SnapshotFile file, Arena arena) {
      throw new InternalError("a fault occurred in an unsafe memory access operation");
    }
  }

  private record Unreadable(SnapshotFiles files) implements SnapshotFiles {
    @Override
    public List<SnapshotFile> list() {
      return files.list();
    }

    @Override
    public ReadableFile open(SnapshotFile file, Arena arena) throws IOException {
      if (file.equals(files.list().getLast())) {
        throw new IOException("the other node is gone");
      }
      return files.open(file, arena);
    }
  }
}
