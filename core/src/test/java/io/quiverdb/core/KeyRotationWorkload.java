package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.crypto.CatalogKeyFile;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.storage.SimulatedStorage;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A stand-alone store's life under one master key after the other: whenever it is cut off, either
/// the last key or the one that is about to follow it opens all of the store.
final class KeyRotationWorkload implements CrashWorkload {
  private static final int ROTATIONS = 3;
  private static final Descriptor DESCRIPTOR = new Descriptor(1, Metric.DOT);

  private final List<MasterKey> keys = new ArrayList<>();

  /// The key in force; the one after it may be, too.
  private int key;

  private long acknowledged;
  private Optional<Store> store = Optional.empty();

  KeyRotationWorkload() {
    for (int index = 0; index <= ROTATIONS; index++) {
      keys.add(TestKeys.SHARED.drawMasterKey());
    }
  }

  @Override
  public void run(Storage storage) {
    try {
      while (key < ROTATIONS) {
        write(storage);
        CatalogKeyFile.rewrap(storage, keys.get(key), keys.get(key + 1));
        key++;
      }
      write(storage);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(Storage storage) throws IOException {
    try (var store = open(storage, keys.get(key))) {
      this.store = Optional.of(store);
      if (key == 0) {
        acknowledged = store.createCollection("c", DESCRIPTOR, Settings.NONE);
      }
      acknowledged = store.upsert("c", new Point("p" + key, Vector.of(key), Payload.EMPTY));
    }
  }

  @Override
  public Optional<Store> store() {
    return store;
  }

  @Override
  public void recover(SimulatedStorage survivor) {
    open(survivor).close();
  }

  private Store open(Storage storage) {
    var store = opened(storage, key);
    var opened = store.isPresent() ? store.get() : opened(storage, key + 1).orElseThrow();
    long version = opened.view().version();
    assertThat(version).isBetween(acknowledged, acknowledged + 1);
    assertThat(opened.collectionNames().isEmpty()).isEqualTo(version == 0);
    if (version > 0) {
      assertThat(opened.len("c")).isEqualTo(version - 1);
    }
    return opened;
  }

  private Optional<Store> opened(Storage storage, int index) {
    try {
      return Optional.of(open(storage, keys.get(index)));
    } catch (WrongKeyException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The ring records every use of a key; nothing is left of it that must be closed.
  private static Store open(Storage storage, MasterKey masterKey) throws IOException {
    storage.createDirectories("");
    return Store.openWithoutBackground(
        storage, TestKeys.SHARED.ringOfStore(storage, masterKey), StoreOptions.standard());
  }

  @Override
  public void goOn(SimulatedStorage survivor) {
    try (var store = open(survivor)) {
      var _ = store.createCollection("after", DESCRIPTOR, Settings.NONE);
    }
  }
}
