package io.quiverdb.node;

import io.quiverdb.core.MasterKey;
import io.quiverdb.node.StartupException.BadConfiguration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Where a node's master key comes from.
///
/// @param text the key itself, in place of a file
/// @param file by default `quiver-master.key` beside the data directory, never in it
/// @param previousFile of a key that is accepted too, while the master key changes
/// @param encrypt whether there is one at all
record KeyConfig(
    Optional<String> text, Optional<Path> file, Optional<Path> previousFile, boolean encrypt) {
  static final String FILE_NAME = "quiver-master.key";

  /// The one that wraps, and those that are accepted too; none if nothing is encrypted. A node that
  /// is a cluster of its own makes a key when it is new; one that joins others never does, for they
  /// need the same.
  ///
  /// @throws BadConfiguration if there is no key, or others may read its file
  List<MasterKey> masterKeys(Path dataDirectory, boolean alone) {
    if (!encrypt) {
      return List.of();
    }
    try {
      List<MasterKey> keys = new ArrayList<>();
      keys.add(masterKey(dataDirectory, alone));
      previousFile.map(MasterKey::ofFile).ifPresent(keys::add);
      return keys;
    } catch (IllegalArgumentException e) {
      throw new BadConfiguration(String.valueOf(e.getMessage()), e);
    }
  }

  private MasterKey masterKey(Path dataDirectory, boolean alone) {
    if (text.isPresent() && file.isPresent()) {
      // Whichever were taken, the other might be the one that the operator relies on.
      throw new BadConfiguration(
          "master-key, master-key-file: both are given (expected: one of them)");
    }
    if (text.isPresent()) {
      return MasterKey.ofText(text.get());
    }
    Path path = file.orElseGet(() -> defaultFile(dataDirectory));
    if (!Files.exists(path)) {
      requireMayBeMade(path, dataDirectory, alone);
      return MasterKey.createFile(path, new SecureRandom());
    }
    return MasterKey.ofFile(path);
  }

  /// Whether [#masterKeys] would make a key.
  ///
  /// @throws BadConfiguration if there is no key, and none may be made
  boolean isToBeMade(Path dataDirectory, boolean alone) {
    Path path = file.orElseGet(() -> defaultFile(dataDirectory));
    if (!encrypt || text.isPresent() || Files.exists(path)) {
      return false;
    }
    requireMayBeMade(path, dataDirectory, alone);
    return true;
  }

  /// Where the key is, for people.
  String source(Path dataDirectory) {
    return text.isPresent()
        ? "master-key"
        : file.orElseGet(() -> defaultFile(dataDirectory)).toString();
  }

  static Path defaultFile(Path dataDirectory) {
    return dataDirectory.toAbsolutePath().normalize().resolveSibling(FILE_NAME);
  }

  private static void requireMayBeMade(Path path, Path dataDirectory, boolean alone) {
    if (Files.exists(dataDirectory.resolve("catalog.key"))) {
      throw new BadConfiguration(
          "master-key-file: %s does not exist (expected: the key that %s is sealed under)"
              .formatted(path, dataDirectory));
    }
    if (Files.exists(dataDirectory.resolve("claim"))) {
      throw new BadConfiguration(
          "encrypt: true, where %s was formed without encryption (expected: false)"
              .formatted(dataDirectory));
    }
    if (!alone) {
      throw new BadConfiguration(
          ("master-key-file: %1$s does not exist (expected: the same key on every node of join);"
                  + " make it once:  quiver master-key create %1$s"
                  + "  and copy it to each other node:  scp -p %1$s NODE:%1$s")
              .formatted(path));
    }
  }

  /// The key itself is nobody's business.
  @Override
  public String toString() {
    return "KeyConfig[file=%s, encrypt=%s]".formatted(file, encrypt);
  }
}
