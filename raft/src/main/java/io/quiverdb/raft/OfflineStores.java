package io.quiverdb.raft;

import io.quiverdb.core.MasterKey;
import io.quiverdb.core.SalvageReport;
import io.quiverdb.core.Store;
import io.quiverdb.core.StoreOptions;
import io.quiverdb.core.Verification;
import io.quiverdb.core.crypto.CatalogKeyFile;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.crypto.WrappedCatalogKey;
import io.quiverdb.core.storage.FileStorage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The stores in a directory that no process has open: that of a store that stands alone, or a
/// node's data directory with a store for each shard. Locks the directory until it is closed.
public final class OfflineStores implements AutoCloseable {
  private static final String SHARDS = "shards";
  private static final String LOCK = "LOCK";

  private final Path directory;
  private final KeyRing keyRing;
  private final SecureRandom random;
  private final List<Path> stores;
  private final Closeable lock;

  private OfflineStores(
      Path directory, KeyRing keyRing, SecureRandom random, List<Path> stores, Closeable lock) {
    this.directory = directory;
    this.keyRing = keyRing;
    this.random = random;
    this.stores = stores;
    this.lock = lock;
  }

  /// @param masterKeys one of these wraps the catalogue key, if the stores are encrypted
  /// @throws IllegalArgumentException if there is no store
  /// @throws io.quiverdb.core.StoreLockedException if a process has the directory open
  /// @throws io.quiverdb.core.WrongKeyException if none of the keys wraps the catalogue key
  /// @throws io.quiverdb.core.CorruptFileException if the file of the catalogue key is damaged
  public static OfflineStores open(Path directory, List<MasterKey> masterKeys, SecureRandom random)
      throws IOException {
    var stores = find(directory);
    if (stores.isEmpty()) {
      throw new IllegalArgumentException(
          "directory: " + directory + " (expected: that of a store or the data of a node)");
    }
    boolean isStore = stores.equals(List.of(directory));
    // A store locks itself.
    Closeable lock = isStore ? () -> {} : FileStorage.at(directory).lock(LOCK);
    try {
      var keyRing = keyRing(directory, masterKeys, random);
      return new OfflineStores(directory, keyRing, random, stores, lock);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static List<Path> find(Path directory) throws IOException {
    if (isStore(directory)) {
      return List.of(directory);
    }
    Path shards = directory.resolve(SHARDS);
    if (!Files.isDirectory(shards)) {
      return List.of();
    }
    List<Path> stores = new ArrayList<>();
    try (var entries = Files.list(shards)) {
      entries.filter(OfflineStores::isShard).forEach(stores::add);
    }
    stores.sort(Comparator.comparingInt(store -> Integer.parseInt(name(store))));
    return stores;
  }

  /// Also one that has lost its pointer, and one that stands alone and has only a log yet.
  private static boolean isStore(Path directory) throws IOException {
    return Files.exists(directory.resolve("CURRENT"))
        || hasEntry(directory, "gen-\\d+")
        || hasEntry(directory.resolve("wal"), "wal-.*\\.log");
  }

  private static boolean hasEntry(Path directory, String pattern) throws IOException {
    if (!Files.isDirectory(directory)) {
      return false;
    }
    try (var entries = Files.list(directory)) {
      return entries.anyMatch(entry -> name(entry).matches(pattern));
    }
  }

  private static boolean isShard(Path directory) {
    return name(directory).matches("\\d{1,9}") && Files.isDirectory(directory);
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  private static KeyRing keyRing(Path directory, List<MasterKey> masterKeys, SecureRandom random)
      throws IOException {
    var wrapped = CatalogKeyFile.read(FileStorage.at(directory));
    if (wrapped.isEmpty()) {
      return KeyRing.plain(random);
    }
    try (var catalogKey = wrapped.get().unwrap(masterKeys)) {
      return KeyRing.of(catalogKey, random);
    }
  }

  /// Their directories: shards in the order of their numbers.
  public List<Path> directories() {
    return stores;
  }

  /// Reads every file of a store and names what is wrong with it. Changes nothing.
  public Verification verify(Path store) {
    return Store.verify(FileStorage.at(store), new StoreOptions(random), keyRing);
  }

  /// Makes a new store of what can be read of `store`, below `target` where `store` lies below this
  /// directory. The same keys open it. Changes nothing of the old one.
  ///
  /// @throws IllegalArgumentException if `target` has another catalogue key
  public SalvageReport salvage(Path store, Path target) throws IOException {
    var targetStorage = FileStorage.at(target);
    targetStorage.createDirectories("");
    var wrapped = CatalogKeyFile.read(FileStorage.at(directory));
    var there = CatalogKeyFile.read(targetStorage);
    if (there.isPresent()
        && !there.map(WrappedCatalogKey::check).equals(wrapped.map(WrappedCatalogKey::check))) {
      throw new IllegalArgumentException(
          "target: %s has another catalogue key (expected: none, or that of %s)"
              .formatted(target, directory));
    }
    if (wrapped.isPresent() && there.isEmpty()) {
      CatalogKeyFile.write(targetStorage, wrapped.get());
    }
    Path targetStore = target.resolve(directory.relativize(store)).normalize();
    return Store.salvage(
        FileStorage.at(store), FileStorage.at(targetStore), new StoreOptions(random), keyRing);
  }

  @Override
  public void close() throws IOException {
    keyRing.close();
    lock.close();
  }
}
