package io.quiverdb.node;

import io.quiverdb.core.MasterKey;
import java.nio.file.Path;
import java.security.SecureRandom;

/// Master keys in files, as operators make and change them.
public final class MasterKeyFiles {
  private MasterKeyFiles() {}

  /// Makes a new key that only the file's owner may read.
  ///
  /// @return its id
  /// @throws IllegalArgumentException if the file exists
  public static String create(Path file) {
    return MasterKey.createFile(file, new SecureRandom()).id();
  }

  /// Wraps the catalogue key of a data directory by another master key. Nothing else is read or
  /// written; afterwards only the new key opens it.
  ///
  /// @param dataDirectory of a node or a store that is not running
  /// @return the id of the new key
  /// @throws IllegalArgumentException if a key file is not as it must be, or there is no encrypted
  ///   data
  /// @throws io.quiverdb.core.StoreException if the data is sealed under another key than `from`,
  ///   or in use
  public static String rotate(Path dataDirectory, Path from, Path to) {
    var next = MasterKey.ofFile(to);
    MasterKey.rotate(dataDirectory, MasterKey.ofFile(from), next);
    return next.id();
  }
}
