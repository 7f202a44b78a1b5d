package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.GoldenStores.Golden;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The formats are a promise: stores that were written when a format was new open as long as that
/// is promised, and answer as they did.
final class GoldenStoreTest {
  static List<Golden> all() throws IOException {
    return GoldenStores.all();
  }

  @ParameterizedTest
  @MethodSource("all")
  void answersAsItDidWhenItWasWritten(Golden golden) throws IOException {
    try (var opened = golden.open(golden.copy())) {
      assertThat(StoreDescription.of(opened.store())).isEqualTo(golden.description());
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void verifiesClean(Golden golden) throws IOException {
    var storage = golden.copy();
    try (var keyRing = KeyRing.ofStore(storage, GoldenStores.masterKey(), new SeededRandom(5))) {
      var verification = Store.verify(storage, GoldenStore.options(), keyRing);

      assertThat(verification.damages()).isEmpty();
      assertThat(verification.rowCount()).isPositive();
      assertThat(verification.stateHash()).isPresent();
    }
  }

  /// Only a log's end is made durable once more.
  @ParameterizedTest
  @MethodSource("all")
  void openingChangesNoFile(Golden golden) throws IOException {
    var storage = golden.copy();
    var before = contents(storage);

    var _ = golden.open(storage);

    assertThat(contents(storage.afterKill())).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("all")
  void holdsTheSameWhenItWasRewritten(Golden golden) throws IOException {
    var storage = golden.copy();
    try (var opened = golden.open(storage)) {
      // Stand-alone ones take a checkpoint when they are closed.
      opened.store().compact();
    }

    try (var opened = golden.open(storage)) {
      assertThat(withoutIndexes(StoreDescription.of(opened.store())))
          .isEqualTo(withoutIndexes(golden.description()));
      assertThat(opened.store().verify().damages()).isEmpty();
    }
  }

  @Test
  void standaloneOneOpensFromItsDirectory(@TempDir Path directory) throws IOException {
    for (var golden : GoldenStores.all()) {
      if (!golden.isReplicated()) {
        var target =
            Files.createDirectory(directory.resolve(golden.format().getFileName().toString()));
        copy(golden.directory(), target);

        try (var store = Store.open(target, GoldenStores.masterKey(), StoreOptions.standard())) {
          assertThat(StoreDescription.of(store)).isEqualTo(golden.description());
        }
      }
    }
  }

  @Test
  void hasEveryKindOfFile() throws IOException {
    var names =
        GoldenStores.all().stream().flatMap(golden -> kinds(golden).stream()).distinct().toList();

    assertThat(names)
        .contains(
            "CURRENT",
            "catalog.key",
            "manifest",
            "window",
            "vec",
            "pay",
            "ids",
            "dir",
            "sec",
            "del",
            "idx",
            "log");
  }

  private static List<String> kinds(Golden golden) {
    try {
      return golden.copy().files().stream().map(GoldenStoreTest::kind).toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String kind(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    return name.startsWith("seg-") || name.startsWith("wal-")
        ? name.substring(name.lastIndexOf('.') + 1)
        : name.equals("catalog.key") ? name : name.replaceAll("-.*", "");
  }

  private static String withoutIndexes(String description) {
    return description
        .lines()
        .filter(line -> !line.startsWith("index ") && !line.startsWith("graph "))
        .collect(Collectors.joining("\n"));
  }

  private static Map<String, String> contents(SimulatedStorage storage) {
    return storage.files().stream()
        .filter(path -> !path.equals("LOCK"))
        .collect(
            Collectors.toMap(
                path -> path, path -> HexFormat.of().formatHex(storage.content(path))));
  }

  private static void copy(Path source, Path target) throws IOException {
    try (var paths = Files.walk(source)) {
      for (var path : paths.filter(path -> !path.equals(source)).toList()) {
        Files.copy(path, target.resolve(source.relativize(path).toString()));
      }
    }
  }
}
