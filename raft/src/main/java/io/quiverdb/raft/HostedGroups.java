package io.quiverdb.raft;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.Store;
import io.quiverdb.core.StoreOptions;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.index.Indexing;
import io.quiverdb.core.index.VectorBudget;
import io.quiverdb.core.op.FeatureLevels;
import io.quiverdb.core.snapshot.SnapshotFiles;
import io.quiverdb.core.storage.FileStorage;
import io.quiverdb.core.storage.Storage;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.catalog.CatalogKeys;
import io.quiverdb.raft.catalog.CatalogLevels;
import io.quiverdb.raft.catalog.CatalogReplica;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// What the groups of this node replicate: the catalogue, and a store for each shard.
final class HostedGroups implements AutoCloseable {
  private final Storage storage;
  private final Path shardsDirectory;
  private final SecureRandom random;
  private final Supplier<KeyRing> keyRing;
  private final Function<ShardGroup, UUID> storeIds;
  private final FeatureLevels levels;
  private final Function<Supplier<Store>, StoreState> states;
  private final PageCache pageCache;
  private final Indexing indexing;
  private volatile CatalogReplica catalog;

  /// Why the catalogue's checkpoint cannot be opened, if so.
  private volatile Optional<CorruptFileException> catalogDamage = Optional.empty();

  private final Map<Integer, StoreState> shards = new ConcurrentHashMap<>();

  /// @param storage of the data directory
  /// @param keyRing of the cluster; asked for when there is one
  /// @param storeIds of shards: the same on all members
  /// @param states of stores, each by what opens it
  HostedGroups(
      Path dataDirectory,
      Storage storage,
      long pageCacheBytes,
      Indexing indexing,
      SecureRandom random,
      Supplier<KeyRing> keyRing,
      Function<ShardGroup, UUID> storeIds,
      FeatureLevels levels,
      Function<Supplier<Store>, StoreState> states)
      throws IOException {
    this.storage = storage;
    this.shardsDirectory = dataDirectory.resolve("shards");
    this.pageCache = new PageCache(pageCacheBytes);
    this.indexing = indexing;
    this.random = random;
    this.keyRing = keyRing;
    this.storeIds = storeIds;
    this.levels = levels;
    this.states = states;
    this.catalog = openCatalog();
  }

  /// Without one that can be opened, this node does not replicate the catalogue; its copy serves.
  private CatalogReplica openCatalog() throws IOException {
    try {
      return CatalogReplica.open(storage, new CatalogKeys(keyRing), catalogLevels());
    } catch (CorruptFileException e) {
      catalogDamage = Optional.of(e);
      return CatalogReplica.empty(storage, new CatalogKeys(keyRing), catalogLevels());
    }
  }

  /// Opens a store the first time that it is asked for.
  ///
  /// @throws CorruptFileException if what is there is damaged
  ReplicatedState state(GroupKey key) {
    return switch (key) {
      case CatalogGroup() -> {
        if (catalogDamage.isPresent()) {
          throw catalogDamage.get();
        }
        yield catalog;
      }
      case ShardGroup(int number) -> shards.computeIfAbsent(number, this::open);
    };
  }

  /// Closes and deletes what a removed replica stored. May be begun again after a crash.
  void delete(GroupKey key) throws IOException {
    switch (key) {
      case CatalogGroup() -> {
        catalog = CatalogReplica.replace(storage, new CatalogKeys(keyRing), catalogLevels());
        catalogDamage = Optional.empty();
      }
      case ShardGroup(int number) -> {
        var state = shards.remove(number);
        if (state != null) {
          state.close();
        }
        StoreReplacement.delete(place(number));
      }
    }
  }

  private CatalogLevels catalogLevels() {
    return CatalogLevels.of(levels);
  }

  /// Closes what a replica stores that is not open, and keeps it.
  void close(GroupKey key) {
    if (key instanceof ShardGroup(int number)) {
      var state = shards.remove(number);
      if (state != null) {
        state.close();
      }
    }
  }

  private StoreState open(int number) {
    Path place = place(number);
    try {
      StoreReplacement.finish(place);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return states.apply(() -> open(number, place));
  }

  private Path place(int number) {
    return shardsDirectory.resolve(Integer.toString(number));
  }

  private Store open(int number, Path directory) {
    return Store.openReplicated(
        FileStorage.at(directory),
        new StoreOptions(random, pageCache, indexing).with(levels),
        keyRing.get(),
        storeIds.apply(new ShardGroup(number)));
  }

  /// Makes a new store of a snapshot, beside the one of a shard that is damaged.
  ///
  /// @throws io.quiverdb.core.StoreException if the files are not sound, or cannot be written
  StoreReplacement prepareReplacement(ShardGroup shard, SnapshotFiles files) throws IOException {
    int number = shard.number();
    return StoreReplacement.prepare(place(number), files, beside -> open(number, beside));
  }

  void eachShard(BiConsumer<ShardGroup, StoreState> action) {
    shards.forEach((number, state) -> action.accept(new ShardGroup(number), state));
  }

  PageCache pageCache() {
    return pageCache;
  }

  VectorBudget vectorBudget() {
    return indexing.budget();
  }

  CatalogReplica catalog() {
    return catalog;
  }

  Optional<StoreState> shard(int number) {
    return Optional.ofNullable(shards.get(number));
  }

  Collection<StoreState> shards() {
    return shards.values();
  }

  @Override
  public void close() {
    shards.values().forEach(StoreState::close);
  }
}
