package io.quiverdb.raft.catalog;

import com.google.protobuf.ByteString;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Settings;
import io.quiverdb.core.storage.AtomicFile;
import io.quiverdb.core.storage.Storage;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.WrappedKeys;
import io.quiverdb.raft.catalog.CollectionInfo.State;
import io.quiverdb.raft.catalog.proto.CatalogCopy;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The catalogue as one node knows it, of a cluster whose other nodes are lost, and what that
/// cluster goes on with: a catalogue of the next epoch, with the one node and nothing under way but
/// drops. It is kept as the node's copy, and is the first entry of the new catalogue's log.
public final class RecoveredCatalog {
  /// Index of a copy that no catalogue has applied yet.
  private static final long NOT_BEGUN = -1;

  private final CatalogKeys keys;
  private final CatalogState found;

  private RecoveredCatalog(CatalogKeys keys, CatalogState found) {
    this.keys = keys;
    this.found = found;
  }

  /// A collection that shards have and the catalogue does not know.
  public record Orphan(long id, String name, Descriptor descriptor, Settings settings) {
    /// Its own, so that it is in nobody's way.
    public String listedAs() {
      return "orphaned-" + Long.toUnsignedString(id);
    }
  }

  static boolean isNotBegun(CatalogCopy copy) {
    return copy.getIndex() == NOT_BEGUN;
  }

  /// The newer one of what the node's log of the catalogue makes, and of the copy that it keeps.
  ///
  /// @param storage of the node's data directory
  /// @param replayed what the node's checkpoint and log of the catalogue make; empty where there is
  ///   none
  /// @param begun id of the cluster that a recovery, which was broken off, was to make: once it has
  ///   written the copy, nothing else counts
  /// @return empty if there is neither
  /// @throws CorruptFileException if the copy is not what was written, and there is no log
  /// @throws io.quiverdb.core.FeatureLevelException if the cluster has a feature level that this
  ///   release does not support
  public static Optional<RecoveredCatalog> find(
      Storage storage, CatalogKeys keys, CatalogReplica replayed, Optional<UUID> begun)
      throws IOException {
    var logged = Optional.of(replayed.state()).filter(state -> state.view().isPresent());
    Optional<CatalogState> copied = Optional.empty();
    try {
      copied = copy(storage, keys);
    } catch (CorruptFileException e) {
      if (logged.isEmpty()) {
        throw e;
      }
    }
    if (begun.isPresent()
        && copied.flatMap(CatalogState::view).map(CatalogView::clusterId).equals(begun)) {
      return copied.map(written -> new RecoveredCatalog(keys, written));
    }
    return Stream.concat(logged.stream(), copied.stream())
        .reduce((one, other) -> other.index() > one.index() ? other : one)
        .map(newest -> new RecoveredCatalog(keys, newest));
  }

  private static Optional<CatalogState> copy(Storage storage, CatalogKeys keys) throws IOException {
    if (!storage.exists(PulledCatalog.NAME)) {
      return Optional.empty();
    }
    var bytes = storage.open(PulledCatalog.NAME).bytes().toArray(ValueLayout.JAVA_BYTE);
    try {
      var copy = keys.openCopy(ByteBuffer.wrap(bytes));
      CatalogLevels.CURRENT.requireSupported("cluster", copy.getState().getFeatureLevel());
      return Optional.of(CatalogState.fromMessage(copy.getIndex(), copy.getState()));
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(
          PulledCatalog.NAME, 0, "copy", "intact", String.valueOf(e.getMessage()));
    }
  }

  /// As it was found.
  public CatalogView view() {
    return found.view().orElseThrow();
  }

  /// The catalogue index of the changes that a recovery makes on shards: after all of the epochs
  /// before.
  public static long changeIndex(Claim next) {
    return CatalogState.numbered(next.epoch(), 0);
  }

  /// The collections that go on.
  ///
  /// @param dropped ids of those that some shard has dropped: what was lost of the catalogue had
  ///   decided it
  public List<CollectionInfo> kept(Set<Long> dropped) {
    return found.collections().stream()
        .filter(RecoveredCatalog::goesOn)
        .filter(one -> !dropped.contains(one.id()))
        .toList();
  }

  private static boolean goesOn(CollectionInfo collection) {
    return switch (collection.state()) {
      case CREATING, ACTIVE, UPDATING -> true;
      case DROPPING, SHREDDING, ORPHANED -> false;
    };
  }

  /// Makes the next catalogue durable, as this node's copy. The shards have every collection that
  /// goes on, with the settings that it has here.
  ///
  /// @param next claim of the recovered cluster
  /// @param dropped as in [#kept]
  /// @param featureLevel not below that of any shard
  public void write(
      Storage storage, Claim next, Set<Long> dropped, Collection<Orphan> orphans, int featureLevel)
      throws IOException {
    var before = found.toMessage();
    long changeIndex = changeIndex(next);
    var state =
        before.toBuilder()
            .setClaim(CatalogMessages.toMessage(next))
            .setEpoch((int) next.epoch())
            .setFeatureLevel(featureLevel)
            .setMembership(MembershipMessages.toMessage(membership(next)))
            .clearCollections()
            .clearShreddings()
            .clearRequests();
    for (var collection : found.collections()) {
      state.addCollections(
          CatalogMessages.toMessage(carriedOver(collection, dropped, changeIndex)));
    }
    for (var shredding : view().shreddings()) {
      // The log that may have held its keys is gone.
      state.addShreddings(CatalogMessages.toMessage(shredding.begunAt(changeIndex)));
    }
    for (var orphan : orphans) {
      state.addCollections(CatalogMessages.toMessage(kept(orphan, changeIndex)));
    }
    // What was asked for before is remembered, as far as the entry has room for it.
    var whole = state.clone().addAllRequests(before.getRequestsList()).build();
    var chosen = whole.getSerializedSize() <= next.entryBytesMax() / 4 ? whole : state.build();
    var sealed =
        keys.sealCopy(CatalogCopy.newBuilder().setIndex(NOT_BEGUN).setState(chosen).build());
    var bytes = new byte[sealed.remaining()];
    sealed.get(bytes);
    AtomicFile.replace(storage, "", PulledCatalog.NAME, bytes);
  }

  /// Those that are lost never come back: what they have is of another past.
  private Membership membership(Claim next) {
    return Membership.of(next)
        .withoutEver(
            Stream.concat(
                    view().membership().nodes().stream().map(ClusterNode::id),
                    view().membership().removed().stream())
                .filter(id -> !id.equals(next.members().getFirst().id()))
                .collect(Collectors.toSet()));
  }

  private static CollectionInfo carriedOver(
      CollectionInfo collection, Set<Long> dropped, long changeIndex) {
    return switch (collection.state()) {
      case DROPPING, SHREDDING, ORPHANED -> collection;
      case CREATING, ACTIVE, UPDATING ->
          as(
              collection,
              dropped.contains(collection.id()) ? State.DROPPING : State.ACTIVE,
              changeIndex);
    };
  }

  private static CollectionInfo as(CollectionInfo collection, State state, long changeIndex) {
    return new CollectionInfo(
        collection.id(),
        collection.name(),
        collection.descriptor(),
        collection.settings(),
        collection.wrappedKeys(),
        state,
        changeIndex);
  }

  /// Its keys are on the shards, and nobody is to open it through the catalogue.
  private static CollectionInfo kept(Orphan orphan, long changeIndex) {
    return new CollectionInfo(
        orphan.id(),
        orphan.listedAs(),
        orphan.descriptor(),
        orphan.settings(),
        new WrappedKeys(ByteString.copyFrom(new byte[1])),
        State.ORPHANED,
        changeIndex);
  }

  /// The nodes of the cluster as it was, but for the one that is left.
  public List<ClusterNode> others(NodeId self) {
    return view().membership().nodes().stream().filter(one -> !one.id().equals(self)).toList();
  }
}
