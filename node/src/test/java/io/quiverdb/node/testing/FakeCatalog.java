package io.quiverdb.node.testing;

import com.google.protobuf.ByteString;
import io.quiverdb.core.PointIds;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.SlotRange;
import io.quiverdb.core.Slots;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.ShardInfo;
import io.quiverdb.raft.WrappedKeys;
import io.quiverdb.raft.catalog.Catalog;
import io.quiverdb.raft.catalog.CatalogView;
import io.quiverdb.raft.catalog.CatalogWrite;
import io.quiverdb.raft.catalog.CatalogWritten;
import io.quiverdb.raft.catalog.CollectionInfo;
import io.quiverdb.raft.catalog.Membership;
import io.quiverdb.raft.catalog.Shredding;
import io.quiverdb.raft.catalog.StoredApiKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/// A catalogue in memory. What it knows reaches its view at once, or only by a barrier if it lags.
public final class FakeCatalog implements Catalog {
  private final UUID clusterId;
  private final List<Member> members;
  private final List<FakeShard> shards;
  private final Map<String, CollectionInfo> collections = new TreeMap<>();
  private final Map<RequestId, CatalogWritten> settled = new HashMap<>();

  private Map<String, CollectionInfo> visible = Map.of();
  private Membership membership;
  private final Map<String, StoredApiKey> apiKeys = new TreeMap<>();
  private List<StoredApiKey> visibleKeys = List.of();
  private final List<Shredding> shreddings = new ArrayList<>();
  private boolean lags;
  private long nextId = 1;
  private int featureLevel = 1;

  FakeCatalog(UUID clusterId, List<Member> members, List<FakeShard> shards) {
    this.clusterId = clusterId;
    this.members = members;
    this.shards = shards;
    this.membership =
        Membership.of(
            new Claim(
                clusterId, members, shards.size(), members.size(), 1 << 20, Optional.empty()));
  }

  /// From now on the view shows changes only after a barrier.
  public synchronized void lag() {
    lags = true;
  }

  /// Every node has said that it has nothing left.
  public synchronized void endShreddings() {
    shreddings.replaceAll(
        one -> new Shredding(one.collectionId(), one.name(), one.catalogIndex(), true));
  }

  @Override
  public synchronized CatalogView view() {
    return new View(
        nextId,
        clusterId,
        featureLevel,
        membership,
        shardInfos(),
        List.copyOf(visible.values()),
        visibleKeys,
        List.copyOf(shreddings));
  }

  @Override
  public synchronized CompletableFuture<CatalogView> barrier() {
    visible = Map.copyOf(collections);
    visibleKeys = List.copyOf(apiKeys.values());
    return CompletableFuture.completedFuture(view());
  }

  @Override
  public synchronized CompletableFuture<CatalogWritten> write(CatalogWrite write) {
    var written = settled.computeIfAbsent(write.requestId(), _ -> apply(write));
    if (!lags) {
      visible = Map.copyOf(collections);
      visibleKeys = List.copyOf(apiKeys.values());
    }
    return CompletableFuture.completedFuture(written);
  }

  private CatalogWritten apply(CatalogWrite write) {
    return switch (write) {
      case CatalogWrite.CreateCollection(_, var name, var descriptor, var settings) -> {
        var existing = collections.get(name);
        if (existing != null) {
          yield new CatalogWritten.AlreadyExists(existing);
        }
        long id = nextId++;
        var info =
            new CollectionInfo(
                id,
                name,
                descriptor,
                settings,
                new WrappedKeys(ByteString.copyFrom(new byte[32])),
                CollectionInfo.State.ACTIVE,
                id);
        collections.put(name, info);
        shards.forEach(shard -> shard.createCollection(id, descriptor));
        yield new CatalogWritten.Created(info);
      }
      case CatalogWrite.UpdateSettings(_, var name, var change) -> {
        var existing = collections.get(name);
        if (existing == null) {
          yield new CatalogWritten.NotFound();
        }
        var updated =
            new CollectionInfo(
                existing.id(),
                name,
                existing.descriptor(),
                change.apply(existing.settings()),
                existing.wrappedKeys(),
                CollectionInfo.State.ACTIVE,
                nextId);
        collections.put(name, updated);
        yield new CatalogWritten.Updated(updated);
      }
      case CatalogWrite.DropCollection(_, var name) -> {
        var existing = collections.remove(name);
        if (existing == null) {
          yield new CatalogWritten.NotFound();
        }
        shards.forEach(shard -> shard.dropCollection(existing.id()));
        yield new CatalogWritten.Dropped();
      }
      case CatalogWrite.ShredCollection(_, var name) -> {
        var existing = collections.remove(name);
        if (existing == null) {
          yield new CatalogWritten.NotFound();
        }
        shards.forEach(shard -> shard.dropCollection(existing.id()));
        shreddings.add(new Shredding(existing.id(), name, nextId++, false));
        yield new CatalogWritten.Shredded(existing.id());
      }
      case CatalogWrite.AddNode _,
          CatalogWrite.SetNodeState _,
          CatalogWrite.SetReplicationFactor _,
          CatalogWrite.MoveReplica _,
          CatalogWrite.Rebalance _ -> {
        membership = membership.after(write);
        yield new CatalogWritten.Changed();
      }
      case CatalogWrite.RaiseFeatureLevel(_, int level) -> {
        featureLevel = level;
        yield new CatalogWritten.Changed();
      }
      case CatalogWrite.CreateApiKey(_, var key) -> {
        apiKeys.put(key.id(), key);
        yield new CatalogWritten.ApiKeyCreated();
      }
      case CatalogWrite.RevokeApiKey(_, var id) ->
          apiKeys.remove(id) == null
              ? new CatalogWritten.NotFound()
              : new CatalogWritten.ApiKeyRevoked();
    };
  }

  private List<ShardInfo> shardInfos() {
    List<NodeId> ids = members.stream().map(Member::id).toList();
    List<ShardInfo> infos = new ArrayList<>();
    for (int number = 0; number < shards.size(); number++) {
      int first = number * Slots.COUNT / shards.size();
      int last = (number + 1) * Slots.COUNT / shards.size() - 1;
      infos.add(new ShardInfo(number, 1, List.of(new SlotRange(first, last)), ids));
    }
    return infos;
  }

  private record View(
      long index,
      UUID clusterId,
      int featureLevel,
      Membership membership,
      List<ShardInfo> shards,
      List<CollectionInfo> collections,
      List<StoredApiKey> apiKeys,
      List<Shredding> shreddings)
      implements CatalogView {
    @Override
    public ShardInfo shardOf(String pointId) {
      int slot = Slots.of(PointIds.utf8(pointId));
      return shards.stream()
          .filter(shard -> shard.slots().stream().anyMatch(range -> range.contains(slot)))
          .findFirst()
          .orElseThrow();
    }

    @Override
    public Optional<CollectionInfo> collection(String name) {
      return collections.stream().filter(info -> info.name().equals(name)).findFirst();
    }
  }
}
