package io.quiverdb.raft;

import io.quiverdb.core.StoreException;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens replicas again that failed, or that Ratis has closed, and closes others for a while.
///
/// Done under the lock of [GroupServer].
final class Reopening {
  private static final Logger log = LoggerFactory.getLogger(Reopening.class);

  /// Why a replica is not open that is being opened again.
  static final String OPENING_AGAIN = "not open: being opened again";

  private final ReplicaNotes notes;
  private final LocalReplicas replicas;
  private final Restoring restoring;
  private final Divisions divisions;
  private final Opening opening;

  Reopening(
      ReplicaNotes notes,
      LocalReplicas replicas,
      Restoring restoring,
      Divisions divisions,
      Opening opening) {
    this.notes = notes;
    this.replicas = replicas;
    this.restoring = restoring;
    this.divisions = divisions;
    this.opening = opening;
  }

  /// Closes a replica that has failed, or that Ratis has closed, and opens it with what is durable.
  /// It goes into quarantine if its log turns out to have rotted, and waits for another member's
  /// checkpoint if its store does.
  ///
  /// @param reset takes what it replicates back to what is durable
  /// @return whether it is open
  /// @throws IOException if the disk fails
  boolean openAgain(Replica replica, Runnable reset) throws IOException {
    boolean isOther =
        replica.stopped().filter(why -> !why.equals(OPENING_AGAIN)).isPresent()
            || (replica.stopped().isEmpty() && replica.division().isEmpty());
    var id = replica.groupId();
    if (isOther || notes.isGoing(id) || !replicas.isOpen(replica)) {
      return false;
    }
    // What it applies is thrown away; and one that fails while it is closed is never closed.
    replica.machine().stopApplying();
    close(replica, OPENING_AGAIN);
    try {
      reset.run();
    } catch (StoreException e) {
      if (StoreState.corruptFile(e).isEmpty()) {
        throw e;
      }
      log.error("store cannot be opened again group={}", replica.key(), e);
      restoring.leaveUnopened(id, replica.key());
      return false;
    }
    return opening.openAgain(id, replica);
  }

  /// Closes a replica that writes nothing any more, until [#goOn]; its files stay.
  ///
  /// @param why for status
  void stop(Replica replica, String why) throws IOException {
    if (replica.stopped().isPresent() || replica.division().isEmpty()) {
      return;
    }
    close(replica, why);
    log.warn("replica stopped group={} why={}", replica.key(), why);
  }

  private void close(Replica replica, String why) throws IOException {
    replica.stop(why);
    if (divisions.has(replica.groupId())) {
      divisions.close(replica.groupId(), replica.key());
    }
  }

  /// Opens a replica that was stopped.
  ///
  /// @throws IOException if that fails: it stays stopped
  void goOn(Replica replica) throws IOException {
    var id = replica.groupId();
    if (replica.stopped().isEmpty() || notes.isGoing(id) || !replicas.isOpen(replica)) {
      return;
    }
    // One that could not be closed still runs: its log is not to be looked over while it writes.
    if (divisions.has(id)) {
      opening.goOn(id, replica);
    } else if (!opening.openAgain(id, replica)) {
      return;
    }
    log.info("replica opened again group={}", replica.key());
  }
}
