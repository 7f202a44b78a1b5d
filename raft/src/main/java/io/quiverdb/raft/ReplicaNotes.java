package io.quiverdb.raft;

import static io.quiverdb.raft.GroupDirectories.name;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.protocol.RaftGroupId;

/// What this node remembers of its replicas ([ReplicaNote]): on the disk of each that it ever had,
/// and in memory too of those that are here. The disk comes first, always.
///
/// Written under the lock of [GroupServer]; anyone may ask.
final class ReplicaNotes {
  private final Path dataDirectory;
  private final Floors floors;

  /// Of the replicas that are here.
  private final Map<RaftGroupId, ReplicaNote> here = new ConcurrentHashMap<>();

  /// How a replica comes to be here.
  ///
  /// @param moveIndex 0 for one that the group was formed with
  /// @param floor up to which its log must be committed here before it votes or leads
  record Addition(long moveIndex, long floor) {
    static final Addition AS_FORMED = new Addition(0, ReplicaNote.NO_FLOOR);
  }

  /// @param floors of the replicas that are here, as their notes have them
  ReplicaNotes(Path dataDirectory, Floors floors) {
    this.dataDirectory = dataDirectory;
    this.floors = floors;
  }

  /// From the disk.
  Optional<ReplicaNote> read(RaftGroupId id) throws IOException {
    return ReplicaNote.read(dataDirectory, name(id));
  }

  /// From the disk, whether a replica's note has it in a state.
  boolean isIn(ReplicaNote.State state, RaftGroupId id) throws IOException {
    return read(id).filter(note -> note.state() == state).isPresent();
  }

  /// Of a replica that is here; durable when it returns.
  void write(RaftGroupId id, ReplicaNote note) throws IOException {
    note.write(dataDirectory, name(id));
    here.put(id, note);
  }

  /// Of a replica that is here, as its note on the disk has it.
  void found(RaftGroupId id, ReplicaNote note) {
    here.put(id, note);
  }

  /// Gives a replica that was just made, or is of an older version, its incarnation.
  void open(RaftGroupId id, CatalogOrder order, Addition addition) throws IOException {
    var found = read(id);
    boolean isNoted =
        found
            .filter(note -> note.state() == ReplicaNote.State.OPEN)
            .filter(note -> !note.incarnation().equals(Incarnation.NONE))
            .isPresent();
    var note =
        isNoted
            ? found.get()
            : new ReplicaNote(
                    ReplicaNote.State.OPEN,
                    new Incarnation(UUID.randomUUID(), addition.moveIndex),
                    found
                        .map(ReplicaNote::obeyed)
                        .filter(last -> last.compareTo(order) > 0)
                        .orElse(order))
                .withFloor(addition.floor);
    if (isNoted) {
      found(id, note);
    } else {
      write(id, note);
    }
    floors.note(id, note.floor());
  }

  /// That a replica votes from now on, for its log has come up to its floor.
  ///
  /// @return whether it has, and is open: another replica of the group may have been made meanwhile
  boolean floorReached(RaftGroupId id) throws IOException {
    var note = here.get(id);
    if (note == null || note.state() != ReplicaNote.State.OPEN || !floors.isReached(id)) {
      return false;
    }
    write(id, note.withFloor(ReplicaNote.NO_FLOOR));
    floors.forget(id);
    return true;
  }

  /// Of a replica that is gone; durable when it returns.
  void removed(RaftGroupId id, ReplicaNote note) throws IOException {
    note.removed().write(dataDirectory, name(id));
    here.remove(id);
  }

  // --- orders of the catalogue

  /// From the disk, before an order is carried out.
  ///
  /// @throws ShardException.Unavailable if the order is older than one that was obeyed
  Optional<ReplicaNote> obey(RaftGroupId id, GroupKey key, CatalogOrder order) throws IOException {
    var note = read(id);
    if (note.filter(last -> last.obeyed().compareTo(order) > 0).isPresent()) {
      throw new ShardException.Unavailable(
          "%s: order as of %s (expected: none older than the last, %s)"
              .formatted(key, order, note.get().obeyed()));
    }
    return note;
  }

  void obeyed(RaftGroupId id, ReplicaNote note, CatalogOrder order) throws IOException {
    if (order.compareTo(note.obeyed()) > 0) {
      write(id, note.in(note.state(), order));
    }
  }

  // --- of the replicas that are here

  Incarnation incarnation(RaftGroupId id) {
    var note = here.get(id);
    return note == null ? Incarnation.NONE : note.incarnation();
  }

  /// Whether a removal was begun: Ratis may not have let go of the replica yet.
  boolean isGoing(RaftGroupId id) {
    var note = here.get(id);
    return note != null && note.state() == ReplicaNote.State.REMOVING;
  }
}
