package io.quiverdb.core;

import io.quiverdb.core.crypto.LocalMasterKey;
import io.quiverdb.core.storage.SecretFile;
import java.nio.file.Path;
import java.security.SecureRandom;

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
  /// @throws IllegalArgumentException if there is no such file, or others than its owner may read
  ///   it, or it does not hold a master key
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

  /// A key as text, as a file made by [#createFile] holds it: for secrets in the environment.
  ///
  /// @throws IllegalArgumentException if it is not a master key
  static MasterKey ofText(String text) {
    return LocalMasterKey.parse(text, "master key");
  }
}
