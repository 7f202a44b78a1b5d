package io.quiverdb.raft;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.StoreException;
import io.quiverdb.raft.log.LogGuard;
import java.io.IOException;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.ratis.protocol.RaftGroupId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks at a replica before Ratis opens it: makes it ready for that, or takes it out of service.
/// Ratis does not have it open meanwhile.
///
/// Done under the lock of [GroupServer].
final class Restoring {
  private static final Logger log = LoggerFactory.getLogger(Restoring.class);

  private final GroupDirectories directories;
  private final ReplicaNotes notes;
  private final NodeWatermarks watermarks;
  private final LocalReplicas replicas;
  private final StateMachines machines;
  private final Function<GroupKey, ReplicatedState> states;
  private final GroupStores stores;
  private final Consumer<GroupKey> outOfService;

  /// @param states opens what a group replicates
  /// @param outOfService hears of a replica that was open and is not opened again
  Restoring(
      GroupDirectories directories,
      ReplicaNotes notes,
      NodeWatermarks watermarks,
      LocalReplicas replicas,
      StateMachines machines,
      Function<GroupKey, ReplicatedState> states,
      GroupStores stores,
      Consumer<GroupKey> outOfService) {
    this.directories = directories;
    this.notes = notes;
    this.watermarks = watermarks;
    this.replicas = replicas;
    this.machines = machines;
    this.states = states;
    this.stores = stores;
    this.outOfService = outOfService;
  }

  /// Makes a replica ready to be opened by Ratis, or takes it out of service.
  ///
  /// @return whether it may be opened
  boolean restore(RaftGroupId id, GroupKey key) throws IOException {
    if (!GroupDirectory.isVoteSound(directories.of(id))) {
      quarantine(id, key, QuarantineCause.VOTE);
      return false;
    }
    ReplicatedState state;
    try {
      state = states.apply(key);
    } catch (StoreException e) {
      if (StoreState.corruptFile(e).isEmpty()) {
        throw e;
      }
      log.error("store cannot be opened group={}", key, e);
      leaveUnopened(id, key);
      return false;
    }
    var guard = new LogGuard(directories.data(), RatisSettings.ENTRY_BYTES_MAX);
    try {
      long _ = guard.guard(directories.of(id), state.durable().covered(), watermarks.of(id));
    } catch (CorruptFileException e) {
      log.error("log is not what was written group={}", key, e);
      quarantine(id, key, QuarantineCause.LOG);
      return false;
    }
    var _ = machines.make(id, key, state);
    return true;
  }

  /// Takes a replica out of service whose store cannot be opened. The catalogue is not fetched as
  /// files: it begins anew as if its log had rotted.
  void leaveUnopened(RaftGroupId id, GroupKey key) throws IOException {
    switch (key) {
      case GroupKey.CatalogGroup() -> quarantine(id, key, QuarantineCause.CHECKPOINT);
      case GroupKey.ShardGroup _ -> {
        directories.setAside(id);
        replicas.leaveUnopened(id, key);
        leaveOut(id, key);
      }
    }
  }

  /// Takes a replica out of service that has forgotten what it may have acknowledged, or may have.
  void quarantine(RaftGroupId id, GroupKey key, QuarantineCause cause) throws IOException {
    var note = notes.read(id);
    var told =
        note.filter(found -> !found.incarnation().equals(Incarnation.NONE))
            .orElseGet(
                () ->
                    new ReplicaNote(
                        ReplicaNote.State.OPEN,
                        new Incarnation(UUID.randomUUID(), 0),
                        note.map(ReplicaNote::obeyed).orElse(CatalogOrder.NONE)));
    replicas.quarantine().begin(GroupDirectories.name(id), key, told, cause);
    var quarantined = notes.read(id).orElse(told);
    notes.found(id, quarantined);
    if (quarantined.isVoteLost()) {
      replicas.voteLost(key);
    }
    leaveOut(id, key);
  }

  private void leaveOut(RaftGroupId id, GroupKey key) {
    machines.drop(id);
    if (replicas.closed(key)) {
      outOfService.accept(key);
    }
    stores.close(key);
  }
}
