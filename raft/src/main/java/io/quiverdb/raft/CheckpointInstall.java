package io.quiverdb.raft;

import io.quiverdb.raft.ReplicatedState.TermIndex;
import io.quiverdb.raft.log.CoveredLog;
import io.quiverdb.raft.log.LogGuard;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts a checkpoint from another member in charge of this node's replica of a group: what it holds
/// is applied, and the log goes on from there.
///
/// Done under the lock of [GroupServer], and while Ratis does not have the replica open.
final class CheckpointInstall {
  private static final Logger log = LoggerFactory.getLogger(CheckpointInstall.class);

  private final GroupDirectories directories;
  private final ReplicaNotes notes;
  private final LocalReplicas replicas;
  private final ReplicaLogs logs;
  private final Divisions divisions;
  private final Opening opening;
  private final Consumer<Throwable> onFatal;

  /// Puts a checkpoint in charge of what a group replicates.
  interface Installation {
    /// Before the replica is closed: what it replicates may have changed while the checkpoint came.
    ///
    /// @throws ShardException.Unavailable if the checkpoint was prepared for another state of it
    default void requireApplicable() {}

    void run() throws IOException;
  }

  CheckpointInstall(
      GroupDirectories directories,
      ReplicaNotes notes,
      LocalReplicas replicas,
      ReplicaLogs logs,
      Divisions divisions,
      Opening opening,
      Consumer<Throwable> onFatal) {
    this.directories = directories;
    this.notes = notes;
    this.replicas = replicas;
    this.logs = logs;
    this.divisions = divisions;
    this.opening = opening;
    this.onFatal = onFatal;
  }

  /// Closes a replica, and opens it again with a checkpoint. Does not, if what the replica has is
  /// sound and as far, or the checkpoint does not reach its log.
  ///
  /// Looked at when nothing moves any more: until then the log grows, and what was acknowledged
  /// must be in the log or the checkpoint that it is opened with.
  ///
  /// @param place of the last entry that the checkpoint holds
  /// @param configuration of the group, committed, as the other member has it
  /// @param damaged whether it is wanted also if the replica has come further: what it has is not
  ///   sound, and its log is applied again from there
  /// @param install makes the checkpoint the state's; a crash leaves the one or the other
  /// @return whether it was installed
  /// @throws ShardException.Unavailable if it is damaged and leads, or the checkpoint is of no use
  ///   to it, or not applicable any more: it goes on as it was
  /// @throws IOException if it cannot be opened again; told to whoever hears what is fatal, too
  boolean reopen(
      GroupKey key,
      TermIndex place,
      Optional<LogEntryProto> configuration,
      boolean damaged,
      Installation install)
      throws IOException {
    var replica =
        replicas.of(key).orElseThrow(() -> new ShardException.Unavailable(key + ": not open"));
    if (replica.stopped().isPresent()) {
      throw new ShardException.Unavailable(key + ": " + replica.stopped().get());
    }
    var id = replica.groupId();
    if (notes.isGoing(id)) {
      throw new ShardException.Unavailable(key + ": being removed");
    }
    install.requireApplicable();
    if (!damaged && place.index() <= replica.state().applied().index()) {
      // It has come as far, and may even lead.
      return false;
    }
    if (damaged) {
      requireReplaceable(replica, place);
      // What it applies is thrown away; and one that fails while it is closed is never closed.
      replica.machine().stopApplying();
    }
    replica.beginReopening();
    boolean wanted;
    boolean isOpen;
    try {
      divisions.close(id, key);
      wanted =
          logs.goesOnFrom(place, replica)
              && (damaged || place.index() > replica.state().applied().index());
      if (wanted) {
        var before = replica.state().durable().covered();
        if (configuration.isPresent()) {
          // Its entry may be in a part of the log that this member never sees.
          GroupDirectory.takeConfiguration(directories.of(id), configuration.get());
        }
        LogGuard.noteInstalled(directories.of(id), place.covered(), before);
        install.run();
      }
      isOpen = opening.openAgain(id, replica);
      log.info(
          "replica opened again group={} place={} installed={} open={}",
          key,
          place,
          wanted,
          isOpen);
    } catch (Throwable e) {
      // Half open, it would be a member that is up and does nothing.
      log.error("replica not opened again group={}", key, e);
      replica.machine().fail(e);
      onFatal.accept(e);
      throw e;
    }
    if (!isOpen) {
      throw new ShardException.Unavailable(key + ": taken out of service");
    }
    return wanted;
  }

  /// As long as it serves, it goes on serving.
  private void requireReplaceable(Replica replica, TermIndex place) throws IOException {
    if (replica.leaderReady()) {
      throw new ShardException.Unavailable(replica.key() + ": leads (expected: handed over)");
    }
    if (!logs.goesOnFrom(place, replica)) {
      throw new ShardException.Unavailable(
          "%s: checkpoint of entry %d (expected: %d or later)"
              .formatted(replica.key(), place.index(), logs.firstIndex(replica) - 1));
    }
  }

  /// Opens a replica whose store could not be opened, with a checkpoint.
  ///
  /// @param place of the last entry that the checkpoint holds
  /// @param configuration of the group, committed, as the other member has it
  /// @param install puts the checkpoint in the place of the store; a crash leaves the one or the
  ///   other
  /// @param opened takes the replica
  /// @throws ShardException.Unavailable if the checkpoint does not reach its log, or it is open
  /// @throws IOException if it cannot be opened; told to whoever hears what is fatal, too
  void openWith(
      GroupKey key,
      TermIndex place,
      Optional<LogEntryProto> configuration,
      Installation install,
      Consumer<Replica> opened)
      throws IOException {
    var id =
        replicas
            .unopened(key)
            .orElseThrow(
                () -> new ShardException.Unavailable(key + ": does not wait for a checkpoint"));
    if (place.index() < logs.firstIndexUnopened(key) - 1) {
      throw new ShardException.Unavailable(
          "%s: checkpoint of entry %d (expected: %d or later)"
              .formatted(key, place.index(), logs.firstIndexUnopened(key) - 1));
    }
    Optional<Replica> replica;
    try {
      if (configuration.isPresent()) {
        GroupDirectory.takeConfiguration(directories.aside(id), configuration.get());
      }
      LogGuard.noteInstalled(directories.aside(id), place.covered(), CoveredLog.NOTHING);
      install.run();
      replicas.openable(key);
      directories.bringBack(id);
      replica = opening.openFound(id, key);
      replica.ifPresent(opened);
    } catch (Throwable e) {
      log.error("replica not opened with a snapshot group={}", key, e);
      onFatal.accept(e);
      throw e;
    }
    if (replica.isEmpty()) {
      throw new ShardException.Unavailable(key + ": taken out of service");
    }
    log.info("replica opened with a snapshot group={} place={}", key, place);
  }
}
