package io.quiverdb.raft.membership;

import com.google.protobuf.ByteString;
import io.quiverdb.core.MasterKey;
import io.quiverdb.core.WrongKeyException;
import io.quiverdb.core.crypto.CatalogKeyFile;
import io.quiverdb.core.crypto.KeyBytes;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.crypto.WrappedCatalogKey;
import io.quiverdb.core.storage.Storage;
import io.quiverdb.raft.Claim;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A node's keys: the catalogue key of its cluster, in a file of the data directory, wrapped by the
/// master key that the node was given.
public final class NodeKeys {
  private static final Logger log = LoggerFactory.getLogger(NodeKeys.class);

  private final Storage storage;
  private final List<MasterKey> masterKeys;
  private final SecureRandom random;
  private Optional<WrappedCatalogKey> held;
  private Optional<KeyRing> ring;

  private NodeKeys(Storage storage, List<MasterKey> masterKeys, SecureRandom random) {
    this.storage = storage;
    this.masterKeys = List.copyOf(masterKeys);
    this.random = random;
    this.held = Optional.empty();
    this.ring = masterKeys.isEmpty() ? Optional.of(KeyRing.plain(random)) : Optional.empty();
  }

  /// Reads the catalogue key, if this node has one yet. If a master key that is only accepted wraps
  /// it, the first one does from now on.
  ///
  /// @param storage of the node's data directory
  /// @param masterKeys the first wraps, the others are accepted too; none to encrypt nothing
  /// @throws WrongKeyException if none of them wraps it; nothing is changed then
  /// @throws io.quiverdb.core.CorruptFileException if it cannot be read
  public static NodeKeys open(Storage storage, List<MasterKey> masterKeys, SecureRandom random)
      throws IOException {
    var keys = new NodeKeys(storage, masterKeys, random);
    var found = CatalogKeyFile.read(storage);
    if (found.isPresent()) {
      keys.use(found.get());
      keys.rewrap(found.get());
    }
    return keys;
  }

  private void use(WrappedCatalogKey key) {
    if (masterKeys.isEmpty()) {
      throw new WrongKeyException(
          "master key: none (expected: " + key.masterKeyId() + ", which wraps the catalogue key)");
    }
    try (var catalogKey = key.unwrap(masterKeys)) {
      ring = Optional.of(KeyRing.of(catalogKey, random));
    }
    held = Optional.of(key);
  }

  private void rewrap(WrappedCatalogKey key) throws IOException {
    var wrapping = masterKeys.getFirst();
    if (key.masterKeyId().equals(wrapping.id())) {
      return;
    }
    try (var catalogKey = key.unwrap(masterKeys)) {
      var rewrapped = WrappedCatalogKey.wrap(catalogKey, wrapping);
      CatalogKeyFile.write(storage, rewrapped);
      held = Optional.of(rewrapped);
    }
    log.info("catalogue key rewrapped from={} to={}", key.masterKeyId(), wrapping.id());
  }

  /// Whether what this node stores is encrypted.
  public boolean encrypts() {
    return !masterKeys.isEmpty();
  }

  /// A new catalogue key, for a cluster that is to be formed. Empty if nothing is encrypted.
  public Optional<WrappedCatalogKey> draw() {
    if (masterKeys.isEmpty()) {
      return Optional.empty();
    }
    try (var catalogKey = KeyBytes.draw(random)) {
      return Optional.of(WrappedCatalogKey.wrap(catalogKey, masterKeys.getFirst()));
    }
  }

  /// The catalogue key of this node's cluster.
  public synchronized Optional<WrappedCatalogKey> held() {
    return held;
  }

  /// @throws IllegalStateException before there is a cluster
  public synchronized KeyRing ring() {
    return ring.orElseThrow(
        () -> new IllegalStateException("catalogue key: none yet (expected: that of a cluster)"));
  }

  /// Makes a catalogue key this node's, durably.
  ///
  /// @param key of a cluster that this node is to be a member of; empty if that encrypts nothing
  /// @throws WrongKeyException if this node's master key did not wrap it; nothing is changed then
  synchronized void hold(Optional<WrappedCatalogKey> key) throws IOException {
    if (key.isEmpty()) {
      requirePlain();
      return;
    }
    use(key.get());
    CatalogKeyFile.write(storage, key.get());
  }

  /// @throws WrongKeyException if one of both encrypts and the other does not
  void requireSameAs(Claim claim) {
    if (claim.catalogKey().isEmpty()) {
      requirePlain();
    } else if (!encrypts()) {
      throw new WrongKeyException("master key: none (expected: that of the cluster)");
    }
  }

  private void requirePlain() {
    if (encrypts()) {
      throw new WrongKeyException(
          "cluster: without encryption (expected: encrypted under master key "
              + masterKeys.getFirst().id()
              + ")");
    }
  }

  /// The check value of the key that this node holds, empty where nothing is encrypted.
  synchronized ByteString check() {
    return held.map(WrappedCatalogKey::check).orElse(ByteString.EMPTY);
  }
}
