package io.quiverdb.raft;

import io.quiverdb.raft.ReplicaNotes.Addition;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes this node's replicas, and removes them for good: when a group is formed, and by order of
/// the catalogue.
///
/// Done under the lock of [GroupServer], so that one order follows the other.
final class ReplicaOrders {
  private static final Logger log = LoggerFactory.getLogger(ReplicaOrders.class);

  private final GroupDirectories directories;
  private final GroupStores stores;
  private final ReplicaNotes notes;
  private final NodeWatermarks watermarks;
  private final Floors floors;
  private final StateMachines machines;
  private final LocalReplicas replicas;
  private final Remains remains;
  private final Divisions divisions;
  private final Opening opening;

  ReplicaOrders(
      GroupDirectories directories,
      GroupStores stores,
      ReplicaNotes notes,
      NodeWatermarks watermarks,
      Floors floors,
      StateMachines machines,
      LocalReplicas replicas,
      Remains remains,
      Divisions divisions,
      Opening opening) {
    this.directories = directories;
    this.stores = stores;
    this.notes = notes;
    this.watermarks = watermarks;
    this.floors = floors;
    this.machines = machines;
    this.replicas = replicas;
    this.remains = remains;
    this.divisions = divisions;
    this.opening = opening;
  }

  // --- making

  /// Opens this node's replica of a new group; one that is open already stays as it is.
  ///
  /// @param members this node among them
  /// @param opened takes the replica
  void open(RaftGroupId id, GroupKey key, List<RaftPeer> members, Consumer<Replica> opened)
      throws IOException {
    var note = notes.read(id);
    if (note.filter(found -> found.state() != ReplicaNote.State.OPEN).isPresent()) {
      throw new ShardException.Unavailable(
          key
              + (note.get().state() == ReplicaNote.State.QUARANTINED
                  ? ": is quarantined here (expected: taken out of its group first)"
                  : ": was removed here (expected: opened for a move that adds it)"));
    }
    opened.accept(make(id, key, members, CatalogOrder.NONE, Addition.AS_FORMED));
  }

  /// Opens an empty replica for a move that adds it to its group; one that was opened for it is
  /// fine.
  ///
  /// @param moveIndex 0 for a node that has been a member for long: then any replica is fine, and
  ///   one that was removed is not made anew, for it has forgotten what it acknowledged
  /// @param floor up to which its log must be committed here before it votes or leads, if there was
  ///   a replica before
  /// @param opened takes the replica
  /// @throws ShardException.Unavailable if the order is older than one that was obeyed, or a
  ///   replica that was made for another move is here
  void openFor(
      RaftGroupId id,
      GroupKey key,
      CatalogOrder order,
      long moveIndex,
      long floor,
      Consumer<Replica> opened)
      throws IOException {
    var note = notes.obey(id, key, order);
    if (remains.has(key)) {
      remains.delete(id, key, note.orElseThrow());
      note = notes.read(id);
    }
    if (note.isPresent()) {
      requireFor(key, note.get(), moveIndex);
      notes.obeyed(id, note.get(), order);
    }
    boolean wasHere = note.filter(found -> found.state() == ReplicaNote.State.REMOVED).isPresent();
    var addition = new Addition(moveIndex, wasHere ? floor : ReplicaNote.NO_FLOOR);
    // With no members: until the group's leader makes it one, it does not stand for election.
    opened.accept(make(id, key, List.of(), order, addition));
  }

  private static void requireFor(GroupKey key, ReplicaNote note, long moveIndex) {
    if (note.isVoteLost()) {
      throw new ShardException.Unavailable(
          key + ": its vote on this node was lost (expected: a node with another id)");
    }
    boolean isOpen = note.state() == ReplicaNote.State.OPEN;
    boolean fits =
        moveIndex == 0
            ? isOpen
            : isOpen
                ? note.incarnation().moveIndex() == moveIndex
                : note.state() == ReplicaNote.State.REMOVED;
    if (!fits) {
      throw new ShardException.Unavailable(
          "%s: a replica of move %d, %s, is here (expected: one of move %d, or none)"
              .formatted(key, note.incarnation().moveIndex(), note.state(), moveIndex));
    }
  }

  private Replica make(
      RaftGroupId id, GroupKey key, List<RaftPeer> members, CatalogOrder order, Addition addition)
      throws IOException {
    var existing = replicas.of(key);
    if (existing.isPresent()) {
      return existing.get();
    }
    if (replicas.unopened(key).isPresent()) {
      throw new ShardException.Unavailable(key + ": its store cannot be opened");
    }
    watermarks.begin();
    if (!directories.has(id)) {
      // What an earlier replica has left says nothing of this one.
      watermarks.forget(id);
      stores.delete(key);
    }
    directories.create(id, members);
    notes.open(id, order, addition);
    try {
      var replica = opening.openNew(id, key, members);
      replicas.openingEnded(key);
      log.info("group opened group={} members={}", key, members.size());
      return replica;
    } catch (IOException | RuntimeException e) {
      replicas.openingFailed(key, notes.incarnation(id));
      throw e;
    }
  }

  // --- removing

  /// Closes this node's replica of a group for good, and deletes all that it stores but its vote.
  /// Does nothing if there is none.
  ///
  /// @param closing before it is closed
  /// @throws ShardException.Unavailable if the order is older than one that was obeyed, or another
  ///   incarnation is here
  void remove(RaftGroupId id, GroupKey key, CatalogOrder order, UUID incarnation, Runnable closing)
      throws IOException {
    var found = notes.obey(id, key, order);
    if (found.isEmpty() || found.get().state() == ReplicaNote.State.REMOVED) {
      return;
    }
    var note = found.get();
    if (!note.incarnation().id().equals(incarnation)) {
      throw new ShardException.Unavailable(
          "%s: incarnation %s is here (expected: %s)"
              .formatted(key, note.incarnation().id(), incarnation));
    }
    var removing = note.in(ReplicaNote.State.REMOVING, order);
    notes.write(id, removing);
    closing.run();
    var replica = replicas.of(key);
    if (replica.isPresent()) {
      close(id, replica.get());
    }
    // From here on nothing opens it again, whatever fails.
    remains.add(key, removing);
    replicas.forget(key);
    machines.drop(id);
    floors.forget(id);
    try {
      remains.delete(id, key, removing);
    } catch (IOException e) {
      log.warn("replica not removed yet group={} cause=\"{}\"", key, e.toString());
      throw e;
    }
  }

  private void close(RaftGroupId id, Replica replica) throws IOException {
    // What it applies is thrown away; and one that fails while it is closed is never closed.
    replica.machine().stopApplying();
    replica.beginReopening();
    // An earlier attempt to remove it may have got that far.
    if (divisions.has(id)) {
      divisions.close(id, replica.key());
    }
  }
}
