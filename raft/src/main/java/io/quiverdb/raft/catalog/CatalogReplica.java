package io.quiverdb.raft.catalog;

import com.google.protobuf.ByteString;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.StateHash;
import io.quiverdb.core.storage.AtomicFile;
import io.quiverdb.core.storage.Storage;
import io.quiverdb.raft.ReplicatedState;
import io.quiverdb.raft.catalog.proto.CatalogCheckpoint;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// This node's replica of the catalogue: a memory image of its log. It is small, and its log is
/// kept whole and replayed at every start, unless something has to go from the log: then the state
/// is written to a file, and what that holds is deleted.
public final class CatalogReplica implements ReplicatedState {
  private static final String NAME = "catalog.checkpoint";
  private static final int FORMAT_VERSION = 1;

  /// Each shares most of what it holds with the one before.
  private static final int RECENT_MAX = 64;

  private final Storage storage;
  private final CatalogKeys keys;
  private final CatalogLevels levels;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  private volatile Reached reached = new Reached(CatalogState.EMPTY, TermIndex.NONE);
  private volatile TermIndex durable = TermIndex.NONE;
  private boolean leads;

  /// The last states by index, the present one too: so that replicas can be compared at one of them
  /// though the catalogue goes on.
  private final ConcurrentSkipListMap<Long, Reached> recent = new ConcurrentSkipListMap<>();

  private record Reached(CatalogState state, TermIndex place) {}

  /// The catalogue as a member hands it out to one that lacks the log before it.
  ///
  /// @param place of the last entry that it holds
  /// @param configuration of the group, as Ratis encodes its entry; empty if none is known
  public record Checkpoint(TermIndex place, ByteString configuration, CatalogCheckpoint message) {}

  CatalogReplica(Storage storage, CatalogKeys keys, CatalogLevels levels) {
    this.storage = storage;
    this.keys = keys;
    this.levels = levels;
  }

  /// That has nothing yet, whatever lies there.
  public static CatalogReplica empty(Storage storage, CatalogKeys keys, CatalogLevels levels) {
    return new CatalogReplica(storage, keys, levels);
  }

  /// With what its last checkpoint holds, if there is one.
  ///
  /// @param storage of the node's data directory
  /// @throws CorruptFileException if that is not what was written
  /// @throws io.quiverdb.core.FeatureLevelException if that is of a level that is not supported
  public static CatalogReplica open(Storage storage, CatalogKeys keys, CatalogLevels levels)
      throws IOException {
    var replica = new CatalogReplica(storage, keys, levels);
    if (storage.exists(NAME)) {
      var bytes = storage.open(NAME).bytes().toArray(ValueLayout.JAVA_BYTE);
      try {
        replica.begin(replica.open(ByteBuffer.wrap(bytes)));
      } catch (IllegalArgumentException e) {
        throw new CorruptFileException(
            NAME, 0, "checkpoint", "intact", String.valueOf(e.getMessage()));
      }
    }
    return replica;
  }

  /// One that holds nothing, where an earlier one was removed. Durable when it returns.
  public static CatalogReplica replace(Storage storage, CatalogKeys keys, CatalogLevels levels)
      throws IOException {
    if (storage.exists(NAME)) {
      storage.delete(NAME);
      storage.syncDirectory("");
    }
    return new CatalogReplica(storage, keys, levels);
  }

  /// Hears what happens to this replica, on the thread that applies entries: not to be held up.
  interface Listener {
    /// An operation was applied; the state after it is published.
    void changed();

    void leaderReady();

    void leaderLost();
  }

  /// What is applied here; empty before the cluster is formed.
  public Optional<CatalogView> view() {
    return state().view();
  }

  /// What this node may do of it.
  CatalogLevels levels() {
    return levels;
  }

  /// What its log is sealed with.
  CatalogKeys keys() {
    return keys;
  }

  CatalogState state() {
    return reached.state();
  }

  /// From now on; one that comes late hears of leadership at once.
  synchronized void listen(Listener listener) {
    listeners.add(listener);
    if (leads) {
      listener.leaderReady();
    }
  }

  void ignore(Listener listener) {
    listeners.remove(listener);
  }

  @Override
  public ByteBuffer apply(long term, long index, ByteBuffer entry) {
    var result = state().apply(index, keys.open(index, entry), levels);
    publish(result.state(), new TermIndex(term, index));
    return result.answer().toByteString().asReadOnlyByteBuffer();
  }

  @Override
  public void advance(long term, long index) {
    publish(state().at(index), new TermIndex(term, index));
  }

  @Override
  public TermIndex durable() {
    return durable;
  }

  @Override
  public TermIndex applied() {
    return reached.place();
  }

  /// The hash of the state after the entry at `index`; empty if that is not known here, any more or
  /// yet.
  Optional<StateHash> hashAt(long index) {
    return Optional.ofNullable(recent.get(index))
        .map(then -> then.state().hash(then.place().term()));
  }

  // --- checkpoints

  /// Makes what is applied durable, if that is more than what is.
  public synchronized void checkpoint() throws IOException {
    var now = reached;
    if (now.place().index() > durable.index()) {
      write(message(now, ByteString.EMPTY));
      durable = now.place();
    }
  }

  /// What is applied here, sealed, for a member that lacks the log before it.
  ///
  /// @param configuration of the group, as Ratis encodes its entry; empty if none is known
  public ByteBuffer sealCheckpoint(ByteString configuration) {
    return keys.sealCheckpoint(message(reached, configuration));
  }

  /// @throws IllegalArgumentException if it is not what a member of this cluster sealed
  public Checkpoint open(ByteBuffer sealed) {
    var message = keys.openCheckpoint(sealed);
    if (message.getFormatVersion() != FORMAT_VERSION) {
      throw new IllegalArgumentException(
          "checkpoint of the catalogue: format version %d (expected: %d)"
              .formatted(message.getFormatVersion(), FORMAT_VERSION));
    }
    if (message.getState().hasClaim()) {
      levels.requireSupported("checkpoint of the catalogue", message.getState().getFeatureLevel());
    }
    return new Checkpoint(
        new TermIndex(message.getTerm(), message.getIndex()), message.getConfiguration(), message);
  }

  /// Goes on from there. Nothing is applied meanwhile.
  public synchronized void install(Checkpoint checkpoint) throws IOException {
    write(checkpoint.message().toBuilder().clearConfiguration().build());
    begin(checkpoint);
    listeners.forEach(Listener::changed);
  }

  private void begin(Checkpoint checkpoint) {
    reached =
        new Reached(
            CatalogState.fromMessage(checkpoint.place().index(), checkpoint.message().getState()),
            checkpoint.place());
    durable = checkpoint.place();
    recent.clear();
    recent.put(reached.place().index(), reached);
  }

  private static CatalogCheckpoint message(Reached reached, ByteString configuration) {
    return CatalogCheckpoint.newBuilder()
        .setFormatVersion(FORMAT_VERSION)
        .setTerm(reached.place().term())
        .setIndex(reached.place().index())
        .setState(reached.state().toMessage())
        .setConfiguration(configuration)
        .build();
  }

  private void write(CatalogCheckpoint message) throws IOException {
    var sealed = keys.sealCheckpoint(message);
    var bytes = new byte[sealed.remaining()];
    sealed.get(bytes);
    AtomicFile.replace(storage, "", NAME, bytes);
  }

  // --- roles

  @Override
  public synchronized void leaderReady() {
    leads = true;
    listeners.forEach(Listener::leaderReady);
  }

  @Override
  public synchronized void leaderLost() {
    leads = false;
    listeners.forEach(Listener::leaderLost);
  }

  /// Whoever waits for an index must find the state that goes with it.
  private void publish(CatalogState newState, TermIndex place) {
    if (!newState.shreddings().equals(state().shreddings())) {
      // Those before may have keys that are destroyed now.
      recent.clear();
    }
    reached = new Reached(newState, place);
    recent.put(place.index(), reached);
    if (recent.size() > RECENT_MAX) {
      var _ = recent.pollFirstEntry();
    }
    listeners.forEach(Listener::changed);
  }
}
