package io.quiverdb.raft;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;

/// Opens this node's replicas: has Ratis open the division of each, and counts it among those that
/// are open.
///
/// Done under the lock of [GroupServer].
final class Opening {
  private final GroupServerOptions options;
  private final StateMachines machines;
  private final Divisions divisions;
  private final LocalReplicas replicas;
  private final Restoring restoring;
  private final Executor submitter;

  /// @param submitter runs what may block for as long as it takes to enqueue an entry
  Opening(
      GroupServerOptions options,
      StateMachines machines,
      Divisions divisions,
      LocalReplicas replicas,
      Restoring restoring,
      Executor submitter) {
    this.options = options;
    this.machines = machines;
    this.divisions = divisions;
    this.replicas = replicas;
    this.restoring = restoring;
    this.submitter = submitter;
  }

  /// A replica that was never open here, whose directory is made.
  ///
  /// @param members none for one that is to be added to its group
  Replica openNew(RaftGroupId id, GroupKey key, List<RaftPeer> members) throws IOException {
    var machine = machines.make(id, key, options.states().apply(key));
    try {
      divisions.open(id, key, members);
    } catch (IOException | RuntimeException e) {
      // Ratis has closed it, or may yet: the next attempt gets one of its own.
      machines.drop(id);
      machine.close();
      throw e;
    }
    return opened(id, key);
  }

  /// A replica whose directory is there, and that was not open since the start.
  ///
  /// @return empty if it is out of service
  Optional<Replica> openFound(RaftGroupId id, GroupKey key) throws IOException {
    if (!restoring.restore(id, key)) {
      return Optional.empty();
    }
    divisions.open(id, key, List.of());
    return Optional.of(opened(id, key));
  }

  /// A replica that Ratis has closed.
  ///
  /// @return whether it could be opened, else it is out of service
  boolean openAgain(RaftGroupId id, Replica replica) throws IOException {
    if (!restoring.restore(id, replica.key())) {
      return false;
    }
    divisions.open(id, replica.key(), List.of());
    divisions.candidacy().opened(id);
    goOn(id, replica);
    return true;
  }

  /// A replica that Ratis has not closed.
  void goOn(RaftGroupId id, Replica replica) throws IOException {
    replica.reopened(divisions.of(id), machines.of(id));
  }

  /// One whose division is open.
  Replica opened(RaftGroupId id, GroupKey key) throws IOException {
    var replica =
        new Replica(
            key,
            options.self(),
            divisions.proposer(),
            divisions.server(),
            divisions.of(id),
            machines.of(id),
            options.barrier(),
            submitter,
            options.nanoClock(),
            options.metrics());
    replicas.opened(replica);
    divisions.candidacy().opened(id);
    return replica;
  }
}
