package io.quiverdb.raft;

import io.quiverdb.raft.barrier.Barrier;
import io.quiverdb.raft.log.LogDirectory;
import io.quiverdb.raft.snapshot.LogTail;
import io.quiverdb.raft.snapshot.PublishedCheckpoint;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.apache.ratis.protocol.RaftGroupId;

/// The state machines of this node's groups: Ratis asks for a group's when it opens the replica, so
/// it is made before.
///
/// Made and dropped under the lock of [GroupServer]; anyone may ask.
final class StateMachines {
  private final GroupServerOptions options;
  private final GroupDirectories directories;
  private final LocalReplicas replicas;
  private final Floors floors;
  private final Executor events;
  private final Map<RaftGroupId, GroupStateMachine> machines = new ConcurrentHashMap<>();

  /// @param events runs what follows a change of leadership
  StateMachines(
      GroupServerOptions options,
      GroupDirectories directories,
      LocalReplicas replicas,
      Floors floors,
      Executor events) {
    this.options = options;
    this.directories = directories;
    this.replicas = replicas;
    this.floors = floors;
    this.events = events;
  }

  /// Makes that of a replica that is about to be opened, in the place of one that it had before.
  GroupStateMachine make(RaftGroupId id, GroupKey key, ReplicatedState state) {
    var durable = state.durable();
    long loggedBytes = replicas.of(key).map(before -> before.machine().loggedBytes()).orElse(0L);
    var tail =
        new LogTail(
            new PublishedCheckpoint(durable.term(), durable.index()),
            loggedBytes,
            options.sizes().tailBytesMax(),
            options.nanoClock(),
            options.disk()::isFilling);
    Barrier barrier = options.barrier();
    var machine =
        new GroupStateMachine(
            key,
            state,
            new LogDirectory(directories.of(id).resolve("current")),
            tail,
            loggedBytes,
            events,
            () -> floors.isReached(id),
            () -> barrier.leaderLost(key),
            options.snapshotNeed(),
            options.onFatal());
    machines.put(id, machine);
    return machine;
  }

  /// @throws IllegalStateException if there is none
  GroupStateMachine of(RaftGroupId id) {
    return find(id)
        .orElseThrow(
            () -> new IllegalStateException("group: " + id + " (expected: one that was opened)"));
  }

  Optional<GroupStateMachine> find(RaftGroupId id) {
    return Optional.ofNullable(machines.get(id));
  }

  void drop(RaftGroupId id) {
    machines.remove(id);
  }

  void close() {
    machines.values().forEach(GroupStateMachine::close);
  }
}
