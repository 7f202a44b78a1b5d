package io.quiverdb.raft;

import io.quiverdb.core.Store;
import io.quiverdb.core.StoreException;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.catalog.CatalogView;
import io.quiverdb.raft.catalog.PulledCatalog;
import io.quiverdb.raft.catalog.Shredding;
import io.quiverdb.raft.snapshot.SnapshotLeases;
import io.quiverdb.raft.snapshot.SnapshotPuller;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Destroys the keys of a collection that was shredded, wherever this node has them, and says what
/// is left: in the manifests of its stores and what pins them, in fetched snapshots, in the logs of
/// its shards and of the catalogue, in the catalogue's checkpoint and copy.
///
/// It looks at what is on the disk, each time, and remembers nothing: so it may be asked again and
/// again, and by whomever; a replica that comes back, or gets a snapshot, says what is true of it
/// then. A log file is deleted when a checkpoint holds it, and never the one that is written to: a
/// leader whose keys are in that one begins a new term, for which every member begins a new file.
final class Erasing {
  private static final Logger log = LoggerFactory.getLogger(Erasing.class);

  /// What it holds may be all that is left of other collections; whoever removes it has asked its
  /// group.
  private static final List<String> QUARANTINED =
      List.of("quarantine: log and files of a replica, until it is taken out of its group");

  private static final List<String> REMOVED =
      List.of("removed replica: not all of its files are deleted yet");

  private static final CatalogGroup CATALOG = new CatalogGroup();

  private final HostedGroups hosted;
  private final Supplier<GroupServer> groups;
  private final IntFunction<Optional<ShardCheckpoints>> checkpoints;
  private final SnapshotLeases leases;
  private final SnapshotPuller puller;
  private final PulledCatalog pulled;
  private final Duration termTimeout;

  /// @param groups is there when something is to be done
  /// @param checkpoints of a shard's replica
  /// @param pulled the node's copy of the catalogue
  /// @param termTimeout how long a new term is waited for
  Erasing(
      HostedGroups hosted,
      Supplier<GroupServer> groups,
      IntFunction<Optional<ShardCheckpoints>> checkpoints,
      SnapshotLeases leases,
      SnapshotPuller puller,
      PulledCatalog pulled,
      Duration termTimeout) {
    this.hosted = hosted;
    this.groups = groups;
    this.checkpoints = checkpoints;
    this.leases = leases;
    this.puller = puller;
    this.pulled = pulled;
    this.termTimeout = termTimeout;
  }

  /// Waits for the disk, and for a new term.
  ///
  /// @param advance whether something is to be done about it, else it is only looked at
  /// @return the catalogue's first, then the shards' that are here, by number
  List<ReplicaErasure> run(long collectionId, boolean advance) {
    if (!advance) {
      return all(collectionId, false);
    }
    synchronized (this) {
      return all(collectionId, true);
    }
  }

  private List<ReplicaErasure> all(long collectionId, boolean advance) {
    var all = new ArrayList<ReplicaErasure>();
    all.add(guarded(CATALOG, () -> ofCatalog(collectionId, advance)));
    groups.get().replicas().stream()
        .map(Replica::key)
        .filter(ShardGroup.class::isInstance)
        .map(ShardGroup.class::cast)
        .sorted((one, other) -> Integer.compare(one.number(), other.number()))
        .map(shard -> guarded(shard, () -> ofShard(shard, collectionId, advance)))
        .forEach(all::add);
    groups.get().quarantine().replicas().stream()
        .map(Map.Entry::getKey)
        .filter(ShardGroup.class::isInstance)
        .map(group -> new ReplicaErasure(group, QUARANTINED))
        .forEach(all::add);
    for (GroupKey group : groups.get().unopened()) {
      all.add(
          new ReplicaErasure(
              group, List.of("store: cannot be opened, until another member's has replaced it")));
    }
    for (GroupKey group : groups.get().removing().keySet()) {
      all.add(new ReplicaErasure(group, REMOVED));
    }
    return all;
  }

  private interface Work {
    List<String> run() throws IOException;
  }

  private static ReplicaErasure guarded(GroupKey group, Work work) {
    try {
      return new ReplicaErasure(group, work.run());
    } catch (ShardException e) {
      return new ReplicaErasure(group, List.of(String.valueOf(e.getMessage())));
    } catch (IOException | StoreException e) {
      log.warn("erasure held up group={}", group, e);
      return new ReplicaErasure(group, List.of("failed; the node's log says why"));
    }
  }

  // --- shards

  private List<String> ofShard(ShardGroup shard, long collectionId, boolean advance)
      throws IOException {
    var replica = replica(shard);
    var state =
        hosted
            .shard(shard.number())
            .orElseThrow(() -> new ShardException.Unavailable(shard + ": not open"));
    if (state.damage().isPresent()) {
      return List.of("store: damaged, until another member's checkpoint has replaced it");
    }
    var store = state.store();
    var shreddedAt = store.shreddedAt(collectionId);
    if (shreddedAt.isEmpty()) {
      return List.of("log: the entry that shreds it is not applied yet");
    }
    long past = shreddedAt.getAsLong();
    if (advance && !remains(store, replica, collectionId, past).isEmpty()) {
      advance(shard, replica, state, past);
    }
    var outstanding = new ArrayList<String>();
    if (advance ? !puller.discard(shard) : puller.hasLeft(shard)) {
      outstanding.add("incoming: of a snapshot that is, or was, being fetched");
    }
    outstanding.addAll(remains(store, replica, collectionId, past));
    if (advance && outstanding.isEmpty()) {
      replica.machine().forceLogNames();
      // Nothing is left to write; what was deleted stays so.
      outstanding.addAll(store.continueShredding(collectionId).outstanding());
    }
    return outstanding;
  }

  private List<String> remains(Store store, Replica replica, long collectionId, long past) {
    var remains = new ArrayList<>(store.shredStatus(collectionId).outstanding());
    remains.addAll(logRemains(replica, past));
    return remains;
  }

  private void advance(ShardGroup shard, Replica replica, StoreState state, long past)
      throws IOException {
    // Who fetches one begins again, with a checkpoint that lacks the keys.
    leases.endBefore(shard, past);
    checkpoints
        .apply(shard.number())
        .orElseThrow(() -> new ShardException.Unavailable(shard + ": not served yet"))
        .checkpoint();
    purge(replica, state, past);
  }

  // --- the catalogue

  private List<String> ofCatalog(long collectionId, boolean advance) throws IOException {
    var replicated = groups.get().replica(CATALOG);
    var view = replicated.isPresent() ? hosted.catalog().view() : pulled.held();
    var shredding = view.flatMap(known -> shredding(known, collectionId));
    if (shredding.isEmpty()) {
      return List.of("catalogue: the entry that shreds it is not known yet");
    }
    long past = shredding.get().logIndex();
    if (advance) {
      advanceCatalog(replicated, past);
    }
    var outstanding = new ArrayList<String>();
    long copied = pulled.held().map(CatalogView::index).orElse(Long.MAX_VALUE);
    if (copied < past) {
      outstanding.add("copy: as of entry %d (expected: %d or later)".formatted(copied, past));
    }
    if (replicated.isPresent()) {
      if (isBefore(past)) {
        outstanding.add("checkpoint: none since then");
      }
      outstanding.addAll(logRemains(replicated.get(), past));
      if (advance && outstanding.isEmpty()) {
        replicated.get().machine().forceLogNames();
      }
    }
    if (groups.get().quarantine().cause(CATALOG).isPresent()) {
      outstanding.addAll(QUARANTINED);
    }
    return outstanding;
  }

  private void advanceCatalog(Optional<Replica> replicated, long past) throws IOException {
    if (replicated.isEmpty()) {
      if (pulled.held().filter(held -> held.index() < past).isPresent()) {
        pulled.refresh();
      }
      return;
    }
    pulled.keep(hosted.catalog());
    var replica = replicated.get();
    if (isBefore(past) || !logRemains(replica, past).isEmpty()) {
      var machine = replica.machine();
      long loggedBytes = machine.loggedBytes();
      hosted.catalog().checkpoint();
      machine.checkpointed(loggedBytes);
      purge(replica, hosted.catalog(), past);
    }
  }

  /// Whether the catalogue's checkpoint, if there is one, may hold the keys.
  private boolean isBefore(long past) {
    long durable = hosted.catalog().durable().index();
    return durable >= 0 && durable < past;
  }

  private static Optional<Shredding> shredding(CatalogView view, long collectionId) {
    return view.shreddings().stream().filter(one -> one.collectionId() == collectionId).findFirst();
  }

  // --- logs

  private Replica replica(GroupKey group) {
    return groups
        .get()
        .replica(group)
        .orElseThrow(() -> new ShardException.Unavailable(group + ": not open"));
  }

  private List<String> logRemains(Replica replica, long past) {
    long first = groups.get().logs().firstIndex(replica);
    return first > past
        ? List.of()
        : List.of("log: from entry %d on (expected: from behind %d)".formatted(first, past));
  }

  /// Has Ratis delete what the newest checkpoint holds: it does so in its own time.
  private void purge(Replica replica, ReplicatedState state, long past) throws IOException {
    replica.machine().releaseLog(state.durable().index());
    groups.get().publishCheckpoint(replica);
    if (replica.leaderReady() && groups.get().logs().writesToFileOf(replica, past)) {
      log.info("new term, for the log file of an erasure to end group={}", replica.key());
      replica.beginTerm(termTimeout);
    }
  }
}
