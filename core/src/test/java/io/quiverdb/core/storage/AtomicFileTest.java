package io.quiverdb.core.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class AtomicFileTest {
  @Test
  void crashAtAnyCallLeavesTheOldContentOrTheNew() throws IOException {
    for (int call = 1, calls = callsOfAReplacement(); call <= calls; call++) {
      for (int seed = 0; seed < 20; seed++) {
        var storage = storageWithOldContent();
        storage.crashAt(call);

        try {
          AtomicFile.replace(storage, "directory", "file", "new".getBytes(UTF_8));
        } catch (CrashedException _) {
          // As planned.
        }

        var survivor = storage.afterCrash(new Random(seed));
        assertThat(StorageContract.read(survivor, "directory/file")).isIn("old", "new");
        AtomicFile.replace(survivor, "directory", "file", "newest".getBytes(UTF_8));
        assertThat(StorageContract.read(survivor, "directory/file")).isEqualTo("newest");
      }
    }
  }

  @Test
  void replacementIsDurableWhenItReturns() throws IOException {
    for (int seed = 0; seed < 20; seed++) {
      var storage = storageWithOldContent();

      AtomicFile.replace(storage, "directory", "file", "new".getBytes(UTF_8));

      assertThat(StorageContract.read(storage.afterCrash(new Random(seed)), "directory/file"))
          .isEqualTo("new");
    }
  }

  private static SimulatedStorage storageWithOldContent() throws IOException {
    var storage = new SimulatedStorage();
    storage.createDirectories("directory");
    storage.syncDirectory("");
    AtomicFile.replace(storage, "directory", "file", "old".getBytes(UTF_8));
    return storage;
  }

  private static int callsOfAReplacement() throws IOException {
    var storage = storageWithOldContent();
    long before = storage.calls();
    AtomicFile.replace(storage, "directory", "file", "new".getBytes(UTF_8));
    return (int) (storage.calls() - before);
  }
}
