package io.quiverdb.core;

import io.quiverdb.core.crypto.CatalogKeyFile;
import io.quiverdb.core.crypto.LocalMasterKey;
import io.quiverdb.core.crypto.WrappedCatalogKey;
import io.quiverdb.core.storage.FileStorage;
import io.quiverdb.core.storage.SecretFile;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;

/// Wraps the catalogue key, under which everything else is sealed. In a cluster every node is given
/// the same one. A key-management service implements this as it stands; the factories here keep the
/// key in a file or in the environment.
///
/// Used by any number of threads.
public interface MasterKey {
  /// Which key it is, without giving it away: 32 hexadecimal digits, another for each key.
  String id();

  /// Seals a key.
  ///
  /// @param key is left as it is; the caller clears it
  byte[] wrap(byte[] key);

  /// Opens what [#wrap] sealed.
  ///
  /// @return the caller clears it
  /// @throws WrongKeyException if this key did not seal it
  byte[] unwrap(byte[] wrapped);

  /// Reads a key that [#createFile] made.
  ///
  /// @throws IllegalArgumentException if there is no such file, or it cannot be read, or others
  ///   than its owner may read it, or it does not hold a master key
  static MasterKey ofFile(Path file) {
    return LocalMasterKey.parse(SecretFile.read(file), "master key file " + file);
  }

  /// Draws a key and writes it to a file that only its owner may read (mode 0600), durably.
  ///
  /// @throws IllegalArgumentException if the file exists already or cannot be written
  static MasterKey createFile(Path file, SecureRandom random) {
    var text = LocalMasterKey.draw(random);
    SecretFile.create(file, text);
    return LocalMasterKey.parse(text, "master key file " + file);
  }

  /// Which master key data are under.
  ///
  /// @param directory of a store, or the data directory of a node
  /// @return its id; empty if nothing there is encrypted
  /// @throws CorruptFileException if the file of the catalogue key is damaged
  /// @throws ReadFailedException if it cannot be read
  static Optional<String> idOf(Path directory) {
    try {
      return CatalogKeyFile.read(FileStorage.at(directory)).map(WrappedCatalogKey::masterKeyId);
    } catch (IOException e) {
      throw new ReadFailedException("catalogue key: cannot be read", e);
    }
  }

  /// Wraps the catalogue key of a store or a node by another master key. Data and the catalogue key
  /// itself stay as they are. After a crash the one or the other wraps it. Does nothing if `to`
  /// wraps it already.
  ///
  /// @param directory of a store, or the data directory of a node; neither is running
  /// @throws IllegalArgumentException if nothing there is encrypted
  /// @throws WrongKeyException if another key than `from` wraps it
  /// @throws StoreLockedException if it is in use
  /// @throws StoreFailedException if the storage fails
  static void rotate(Path directory, MasterKey from, MasterKey to) {
    var storage = FileStorage.at(directory);
    try {
      if (!storage.exists(CatalogKeyFile.NAME)) {
        throw new IllegalArgumentException(
            "directory: " + directory + " (expected: that of encrypted data)");
      }
      try (var _ = storage.lock("LOCK")) {
        CatalogKeyFile.rewrap(storage, from, to);
      }
    } catch (IOException e) {
      throw new StoreFailedException("catalogue key: cannot be rewrapped", e);
    }
  }

  /// A key as text, as a file made by [#createFile] holds it: for secrets in the environment.
  ///
  /// @throws IllegalArgumentException if it is not a master key
  static MasterKey ofText(String text) {
    return LocalMasterKey.parse(text, "master key");
  }
}
