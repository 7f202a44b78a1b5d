package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// Writes new golden stores; `golden/README.md` says when. Its name keeps it out of the build.
final class GoldenStoreGenerator {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  @Test
  void writesStoresOfThisFormat() throws IOException {
    var directory = GOLDEN.resolve(System.getProperty("quiver.golden", ""));
    assertThat(directory).isNotEqualTo(GOLDEN).doesNotExist();
    var masterKey = GoldenStores.masterKey();

    var standalone = new SimulatedStorage();
    try (var keyRing = KeyRing.ofStore(standalone, masterKey, new SeededRandom(2))) {
      write(GoldenStore.standalone(standalone, keyRing), directory.resolve("standalone"));
    }
    var replicated = new SimulatedStorage();
    try (var keyRing = KeyRing.ofStore(replicated, masterKey, new SeededRandom(3))) {
      write(GoldenStore.replicated(replicated, keyRing), directory.resolve("replicated"));
    }
    for (var golden : GoldenStores.in(directory)) {
      try (var opened = golden.open(golden.copy())) {
        Files.writeString(golden.descriptionFile(), StoreDescription.of(opened.store()));
      }
    }
  }

  private static void write(SimulatedStorage storage, Path directory) throws IOException {
    for (var path : storage.files()) {
      var file = directory.resolve(path);
      Files.createDirectories(file.getParent());
      Files.write(file, storage.content(path));
    }
  }
}
