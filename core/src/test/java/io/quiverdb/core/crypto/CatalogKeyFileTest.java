package io.quiverdb.core.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.MasterKey;
import io.quiverdb.core.WrongKeyException;
import io.quiverdb.core.storage.FileStorage;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogKeyFileTest {
  private final SecureRandom random = new SecureRandom();
  private final MasterKey masterKey = newMasterKey();
  private final KeyBytes catalogKey = KeyBytes.draw(random);

  @TempDir private Path directory;

  @Test
  void holdsTheCatalogKeyForItsMasterKey() throws IOException {
    Storage storage = FileStorage.at(directory);

    CatalogKeyFile.write(storage, WrappedCatalogKey.wrap(catalogKey, masterKey));

    var read = CatalogKeyFile.read(storage).orElseThrow();
    assertThat(read.masterKeyId()).isEqualTo(masterKey.id());
    assertThat(read.unwrap(List.of(newMasterKey(), masterKey)).isSameAs(catalogKey)).isTrue();
  }

  @Test
  void anotherMasterKeyIsNamedWithTheRightOne() throws IOException {
    Storage storage = FileStorage.at(directory);
    CatalogKeyFile.write(storage, WrappedCatalogKey.wrap(catalogKey, masterKey));
    var read = CatalogKeyFile.read(storage).orElseThrow();
    var other = newMasterKey();

    assertThatThrownBy(() -> read.unwrap(List.of(other)))
        .isInstanceOf(WrongKeyException.class)
        .hasMessageContaining(other.id())
        .hasMessageContaining("expected: " + masterKey.id());
  }

  @Test
  void rewrappedOpensWithTheNewMasterKeyOnly() throws IOException {
    Storage storage = FileStorage.at(directory);
    CatalogKeyFile.write(storage, WrappedCatalogKey.wrap(catalogKey, masterKey));
    var next = newMasterKey();

    CatalogKeyFile.rewrap(storage, masterKey, next);

    var read = CatalogKeyFile.read(storage).orElseThrow();
    assertThat(read.unwrap(List.of(next)).isSameAs(catalogKey)).isTrue();
    assertThatThrownBy(() -> read.unwrap(List.of(masterKey))).isInstanceOf(WrongKeyException.class);
    assertThatThrownBy(() -> CatalogKeyFile.rewrap(storage, masterKey, newMasterKey()))
        .isInstanceOf(WrongKeyException.class);
  }

  @Test
  void everyFlippedBitAndCutIsFound() {
    byte[] encoded = WrappedCatalogKey.wrap(catalogKey, masterKey).encode();

    for (int bit = 0; bit < encoded.length * Byte.SIZE; bit++) {
      byte[] flipped = encoded.clone();
      flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      assertThatThrownBy(() -> WrappedCatalogKey.decode("catalog.key", flipped))
          .as("bit %d", bit)
          .isInstanceOf(CorruptFileException.class);
    }
    for (int length = 0; length < encoded.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(encoded, length);
      assertThatThrownBy(() -> WrappedCatalogKey.decode("catalog.key", cut))
          .as("length %d", length)
          .isInstanceOf(CorruptFileException.class);
    }
  }

  private MasterKey newMasterKey() {
    return MasterKey.ofText(LocalMasterKey.draw(random));
  }
}
