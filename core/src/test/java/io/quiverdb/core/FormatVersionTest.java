package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.GoldenStores.Golden;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// A file of a version that is not read is sound, but not for this release: nothing opens it, and
/// nobody takes it for damaged.
final class FormatVersionTest {
  private static final int FILE_HEADER_BYTES = 128;

  private final SimulatedStorage storage;

  FormatVersionTest() throws IOException {
    storage = golden().copy();
  }

  private static Golden golden() throws IOException {
    return GoldenStores.all().stream()
        .filter(golden -> !golden.isReplicated())
        .reduce((_, last) -> last)
        .orElseThrow();
  }

  /// How a file states its version.
  ///
  /// @param name a part of its path
  /// @param from where what the checksum covers begins
  /// @param crc where the checksum is; from the end of the file if below 0
  /// @param coversRest whether it covers what stands behind it too
  record Kind(String name, int version, int versionBytes, int from, int crc, boolean coversRest) {
    static Kind header(String name) {
      return new Kind(name, 4, Short.BYTES, 0, 124, false);
    }

    static Kind page(String name) {
      return new Kind(
          name,
          FILE_HEADER_BYTES + 4,
          Short.BYTES,
          FILE_HEADER_BYTES,
          FILE_HEADER_BYTES + 28,
          true);
    }

    byte[] with(int newVersion, byte[] file) {
      var bytes = ByteBuffer.wrap(file.clone()).order(ByteOrder.LITTLE_ENDIAN);
      if (versionBytes == Short.BYTES) {
        assertThat(bytes.getShort(version)).isEqualTo((short) 1);
        bytes.putShort(version, (short) newVersion);
      } else {
        assertThat(bytes.getInt(version)).isEqualTo(1);
        bytes.putInt(version, newVersion);
      }
      int crcOffset = crc < 0 ? file.length + crc : crc;
      var sum = new CRC32C();
      sum.update(bytes.array(), from, crcOffset - from);
      if (coversRest) {
        int rest = crcOffset + Integer.BYTES;
        sum.update(bytes.array(), rest, file.length - rest);
      }
      return bytes.putInt(crcOffset, (int) sum.getValue()).array();
    }

    @Override
    public String toString() {
      return name + (coversRest ? " page" : "");
    }
  }

  static List<Kind> kinds() {
    var names =
        List.of(
            "/manifest-",
            "/window-",
            ".vec",
            ".pay",
            ".ids",
            ".dir",
            ".sec",
            "/del-",
            "/idx-2-",
            "/idx-1-");
    return Stream.of(
            Stream.of(
                new Kind("CURRENT", 8, Integer.BYTES, 0, -4, false),
                new Kind("catalog.key", 8, Integer.BYTES, 0, -4, false),
                new Kind("wal/", 8, Integer.BYTES, 0, 116, false)),
            names.stream().map(Kind::header),
            names.stream().map(Kind::page))
        .flatMap(kinds -> kinds)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void laterOneIsRefusedNamingTheFileAndBothVersions(Kind kind) {
    assertRefused(kind, 2);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void earlierOneIsRefusedNamingTheFileAndBothVersions(Kind kind) {
    assertRefused(kind, 0);
  }

  private void assertRefused(Kind kind, int version) {
    String path = path(kind);
    storage.overwrite(path, kind.with(version, storage.content(path)));
    var before = storage.copy();

    assertThatThrownBy(this::readAll)
        .isInstanceOfSatisfying(
            UnsupportedFormatException.class,
            e -> {
              assertThat(e).hasMessage(path + ": format version " + version + " (readable: 1)");
              assertThat(e.file()).isEqualTo(path);
              assertThat(e.found()).isEqualTo(version);
              assertThat(e.readable()).isEqualTo(new VersionRange(1, 1));
            });

    assertThat(storage.files()).containsAll(before.files());
    assertThat(before.files())
        .allSatisfy(file -> assertThat(storage.content(file)).isEqualTo(before.content(file)));
  }

  /// The fixing up is right: with the version that it had, the file is as it was.
  @ParameterizedTest
  @MethodSource("kinds")
  void checksumIsTheOneThatTheFileHas(Kind kind) {
    byte[] content = storage.content(path(kind));

    assertThat(kind.with(1, content)).isEqualTo(content);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void flippedBitOfTheVersionIsDamage(Kind kind) {
    String path = path(kind);
    byte[] content = storage.content(path);
    content[kind.version] ^= 2;
    storage.overwrite(path, content);

    assertThatThrownBy(this::readAll)
        .isInstanceOf(CorruptFileException.class)
        .hasMessage(path + " at " + kind.version + ": format version is 3 (expected: 1)");
  }

  /// Verifying and salvaging would else report, or leave out, what is as it should be.
  @ParameterizedTest
  @CsvSource({"/manifest-", "/window-", ".ids", ".vec", "/del-"})
  void laterOneIsNeitherVerifiedNorSalvaged(String name) throws IOException {
    var kind = Kind.header(name);
    String path = path(kind);
    storage.overwrite(path, kind.with(2, storage.content(path)));

    try (var keyRing = KeyRing.ofStore(storage, GoldenStores.masterKey(), new SeededRandom(6))) {
      assertThatThrownBy(() -> Store.verify(storage, GoldenStore.options(), keyRing))
          .isInstanceOf(UnsupportedFormatException.class)
          .hasMessageStartingWith(path);
      assertThatThrownBy(
              () -> Store.salvage(storage, new SimulatedStorage(), GoldenStore.options(), keyRing))
          .isInstanceOf(UnsupportedFormatException.class)
          .hasMessageStartingWith(path);
    }
  }

  private String path(Kind kind) {
    var paths = storage.files().stream().filter(file -> file.contains(kind.name)).toList();
    assertThat(paths).hasSize(1);
    return paths.getFirst();
  }

  private void readAll() throws IOException {
    var opened = golden().open(storage);
    var _ = StoreDescription.of(opened.store());
  }
}
