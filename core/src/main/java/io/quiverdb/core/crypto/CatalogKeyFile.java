package io.quiverdb.core.crypto;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.MasterKey;
import io.quiverdb.core.WrongKeyException;
import io.quiverdb.core.storage.AtomicFile;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;

/// The file `catalog.key` at the root of a store or node ([WrappedCatalogKey] is its format).
/// Replaced as a whole when the master key changes; the catalogue key in it never changes.
public final class CatalogKeyFile {
  public static final String NAME = "catalog.key";

  private CatalogKeyFile() {}

  /// Empty if there is none.
  ///
  /// @throws io.quiverdb.core.CorruptFileException if it does not hold what was written to it
  public static Optional<WrappedCatalogKey> read(Storage storage) throws IOException {
    return storage.exists(NAME)
        ? Optional.of(
            WrappedCatalogKey.decode(
                NAME, storage.open(NAME).bytes().toArray(ValueLayout.JAVA_BYTE)))
        : Optional.empty();
  }

  /// The catalogue key of a store, drawn if the store is new.
  ///
  /// @return the caller closes it
  /// @throws WrongKeyException if another master key wraps it
  /// @throws CorruptFileException if it cannot be read, or is missing where there are data
  static KeyBytes openOrDraw(Storage storage, MasterKey masterKey, SecureRandom random)
      throws IOException {
    var wrapped = read(storage);
    if (wrapped.isPresent()) {
      return wrapped.get().unwrap(List.of(masterKey));
    }
    if (storage.list("").stream().anyMatch(CatalogKeyFile::needsKey)) {
      throw new CorruptFileException(NAME, 0, "file", "present", "missing");
    }
    var catalogKey = KeyBytes.draw(random);
    write(storage, WrappedCatalogKey.wrap(catalogKey, masterKey));
    return catalogKey;
  }

  /// Whether a file of this name can only be where a store has been before.
  private static boolean needsKey(String name) {
    return name.equals("CURRENT") || name.equals("wal") || name.startsWith("gen-");
  }

  /// Durable when it returns.
  public static void write(Storage storage, WrappedCatalogKey key) throws IOException {
    AtomicFile.replace(storage, "", NAME, key.encode());
  }

  /// Wraps the catalogue key by another master key. After a crash it is wrapped by the one or the
  /// other. Changes nothing if `to` wraps it already.
  ///
  /// @throws WrongKeyException if `from` does not wrap it; nothing is changed then
  /// @throws IllegalArgumentException if there is no such file
  public static void rewrap(Storage storage, MasterKey from, MasterKey to) throws IOException {
    var wrapped =
        read(storage)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        NAME + ": missing (expected: the directory of an encrypted store)"));
    if (wrapped.masterKeyId().equals(to.id())) {
      return;
    }
    try (var catalogKey = wrapped.unwrap(List.of(from))) {
      write(storage, WrappedCatalogKey.wrap(catalogKey, to));
    }
  }
}
