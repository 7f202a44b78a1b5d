package io.quiverdb.core;

import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// The stores that are checked in, one directory for each format, each with a text that says what
/// they hold.
final class GoldenStores {
  /// Nothing else is sealed with it.
  private static final String MASTER_KEY =
      "quiver-master-key-1:"
          + "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
          + ":4d13dfbd";

  private GoldenStores() {}

  static MasterKey masterKey() {
    return MasterKey.ofText(MASTER_KEY);
  }

  /// All that are checked in.
  static List<Golden> all() throws IOException {
    var resource = Objects.requireNonNull(GoldenStores.class.getResource("/golden"));
    List<Golden> all = new ArrayList<>();
    try (var formats = Files.newDirectoryStream(Path.of(resource.getPath()), Files::isDirectory)) {
      for (var format : formats) {
        all.addAll(in(format));
      }
    }
    return all;
  }

  /// Those of one format.
  static List<Golden> in(Path format) {
    return List.of(new Golden(format, "standalone"), new Golden(format, "replicated"));
  }

  /// @param format the directory of all that are of it
  record Golden(Path format, String kind) {
    boolean isReplicated() {
      return kind.equals("replicated");
    }

    Path directory() {
      return format.resolve(kind);
    }

    Path descriptionFile() {
      return format.resolve(kind + ".txt");
    }

    String description() throws IOException {
      return Files.readString(descriptionFile());
    }

    SimulatedStorage copy() throws IOException {
      var storage = new SimulatedStorage();
      try (var paths = Files.walk(directory())) {
        for (var path : paths.filter(Files::isRegularFile).toList()) {
          String name = directory().relativize(path).toString();
          storage.createDirectories(name.substring(0, Math.max(0, name.lastIndexOf('/'))));
          try (var file = storage.create(name)) {
            file.append(ByteBuffer.wrap(Files.readAllBytes(path)));
          }
        }
      }
      return storage.copy();
    }

    Opened open(SimulatedStorage storage) throws IOException {
      var keyRing = KeyRing.ofStore(storage, masterKey(), new SeededRandom(4));
      try {
        return new Opened(
            isReplicated()
                ? GoldenStore.openReplicated(storage, keyRing)
                : GoldenStore.openStandalone(storage, keyRing),
            keyRing);
      } catch (Throwable e) {
        keyRing.close();
        throw e;
      }
    }

    @Override
    public String toString() {
      return format.getFileName() + " " + kind;
    }
  }

  record Opened(Store store, KeyRing keyRing) implements AutoCloseable {
    @Override
    public void close() {
      store.close();
      keyRing.close();
    }
  }
}
