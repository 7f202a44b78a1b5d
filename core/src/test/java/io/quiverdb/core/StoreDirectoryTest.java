package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.storage.FileStorage;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Directories that a store cannot have for itself.
final class StoreDirectoryTest {
  private static Store open(Storage storage) {
    return Store.openWithoutBackground(storage, TestKeys.SHARED.keyRing(), StoreOptions.standard());
  }

  @Test
  void secondOpenerIsToldThePidOfTheFirst(@TempDir Path directory) {
    try (var store = open(FileStorage.at(directory))) {
      assertThatThrownBy(() -> open(FileStorage.at(directory)))
          .isInstanceOf(StoreLockedException.class)
          .hasMessageContaining(directory.getFileName().toString())
          .hasMessageContaining("pid " + ProcessHandle.current().pid());

      long _ = store.createCollection("a", new Descriptor(2, Metric.DOT), Settings.NONE);
    }
    try (var store = open(FileStorage.at(directory))) {
      assertThat(store.collectionNames()).containsExactly("a");
    }
  }

  /// For whoever may do anything, a directory is never read-only: he finds a file in its place.
  @Test
  void directoryThatCannotBeWrittenIsAFailureOfTheWorldAndStaysAsItIs(@TempDir Path root)
      throws IOException {
    var directory = Files.createDirectory(root.resolve("data"));
    var _ = Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-x------"));
    boolean isReadOnly = !Files.isWritable(directory);
    if (!isReadOnly) {
      Files.delete(directory);
      Files.writeString(directory, "a file");
    }

    assertThatThrownBy(() -> open(FileStorage.at(directory)))
        .isInstanceOf(StoreFailedException.class)
        .hasMessageContaining(": cannot be opened: ")
        .hasCauseInstanceOf(IOException.class);

    if (isReadOnly) {
      assertThat(directory).isEmptyDirectory();
    } else {
      assertThat(directory).hasContent("a file");
    }
  }
}
