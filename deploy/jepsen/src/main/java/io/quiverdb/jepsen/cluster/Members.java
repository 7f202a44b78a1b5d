package io.quiverdb.jepsen.cluster;

import io.quiverdb.cli.local.Waiting;
import io.quiverdb.client.ClusterStatus;
import io.quiverdb.client.ClusterStatus.State;
import io.quiverdb.client.InvalidArgumentException;
import io.quiverdb.client.MembershipChange;
import io.quiverdb.client.QuiverException;
import io.quiverdb.client.ReplicaMove;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/// Which nodes replicate what, as far as a run changes it: every node is in the cluster, or on its
/// way out and in again, with an empty disk and under a new id. Safe for use by several threads.
///
/// What was asked for, and what was answered, is in `membership.log` in the folder of the run.
public final class Members {
  private final Ground ground;
  private final Path log;

  /// Under which ids nodes are to leave the cluster.
  private final Map<Integer, String> leaving = new HashMap<>();

  /// How many replicas each shard has when nothing is changed; empty as long as nothing was.
  private OptionalInt replicationFactor = OptionalInt.empty();

  private long changesDecided;
  private long renewedCount;

  /// The cluster that is changed.
  interface Ground {
    /// host:port where nodes serve clients, by number.
    List<String> addresses();

    /// Not older than the call.
    ///
    /// @throws QuiverException if nobody can tell
    ClusterStatus status();

    /// @throws QuiverException if it was refused, or it was not told whether it was decided
    List<ReplicaMove> change(MembershipChange change);

    /// Starts a node again with an empty disk.
    void renew(int node) throws IOException, InterruptedException;
  }

  Members(Ground ground, Path folder) {
    this.ground = ground;
    this.log = folder.resolve("membership.log");
  }

  /// Not older than this call.
  ///
  /// @throws QuiverException if nobody can tell
  public ClusterStatus status() {
    return ground.status();
  }

  /// Asks for a change.
  ///
  /// @return whether it makes sense now
  /// @throws QuiverException if it may have been decided, or not
  public synchronized boolean change(MembershipChange change) {
    if (replicationFactor.isEmpty()) {
      replicationFactor = OptionalInt.of(ground.status().replicationFactor());
    }
    try {
      var moves = ground.change(change);
      note(change + ": " + moves.size() + " moves");
      changesDecided++;
      return true;
    } catch (InvalidArgumentException e) {
      note(change + ": refused: " + e.getMessage());
      return false;
    } catch (QuiverException e) {
      note(change + ": " + e.getMessage());
      throw e;
    }
  }

  /// Has a node leave the cluster. When it has left, [#renew] gives it an empty disk.
  ///
  /// @return whether that makes sense now
  public boolean remove(int node, String id) {
    synchronized (this) {
      leaving.put(node, id);
    }
    boolean decided = change(new MembershipChange.Remove(id));
    if (!decided) {
      synchronized (this) {
        leaving.remove(node);
      }
    }
    return decided;
  }

  /// Those that are to leave, or have left and not come in again.
  public synchronized Set<Integer> leaving() {
    return Set.copyOf(leaving.keySet());
  }

  public synchronized long changesDecided() {
    return changesDecided;
  }

  /// How many nodes have left and been started again with an empty disk.
  public synchronized long renewedCount() {
    return renewedCount;
  }

  /// Whoever has left is started again with an empty disk. A node's disk is emptied only when no
  /// group counts on it any more: before that its vote and its log may be what a majority stands
  /// on.
  ///
  /// @param now not older than the last call of [#remove]
  public void renew(ClusterStatus now) throws IOException, InterruptedException {
    Map<Integer, String> left;
    synchronized (this) {
      left = new HashMap<>(leaving);
    }
    left.values().removeIf(id -> knows(now, id));
    for (var node : left.entrySet()) {
      ground.renew(node.getKey());
      note(TestCluster.name(node.getKey()) + " is new: it was " + node.getValue());
      synchronized (this) {
        leaving.remove(node.getKey());
        renewedCount++;
      }
    }
  }

  /// Undoes what was changed: waits until all nodes are members, none is being drained, and no
  /// replica is moved or going to be.
  ///
  /// @throws io.quiverdb.cli.local.LocalClusterException if that does not come about
  void settle() throws IOException, InterruptedException {
    if (!isChanged()) {
      return;
    }
    while (!leaving().isEmpty()) {
      renew(
          Waiting.until(
              "a node has left that was to leave: " + leaving(),
              this::undo,
              now -> leaving().isEmpty() || leavingIds().stream().anyMatch(id -> !knows(now, id))));
    }
    var _ =
        Waiting.until(
            "all nodes are members, and no replica is moved", this::undo, this::isSettled);
  }

  private synchronized boolean isChanged() {
    return replicationFactor.isPresent();
  }

  private synchronized int replicationFactor() {
    return replicationFactor.orElseThrow();
  }

  private synchronized List<String> leavingIds() {
    return List.copyOf(leaving.values());
  }

  /// @return what was found
  private ClusterStatus undo() {
    var now = status();
    for (var node : now.nodes()) {
      if (node.state() == State.DRAINING) {
        boolean _ = change(new MembershipChange.CancelDrain(node.id()));
      }
    }
    if (now.replicationFactor() != replicationFactor()) {
      boolean _ = change(new MembershipChange.ReplicationFactor(replicationFactor()));
    }
    // Of these it was never told whether it was decided.
    now.nodes().stream()
        .filter(node -> node.state() == State.ACTIVE && leavingIds().contains(node.id()))
        .forEach(node -> askAgain(node.id()));
    return now;
  }

  private void askAgain(String id) {
    if (!change(new MembershipChange.Remove(id))) {
      synchronized (this) {
        leaving.values().remove(id);
      }
    }
  }

  private boolean isSettled(ClusterStatus now) {
    return !now.moving()
        && now.replicationFactor() == replicationFactor()
        && now.nodes().stream().allMatch(node -> node.state() == State.ACTIVE)
        && IntStream.range(0, ground.addresses().size())
            .allMatch(node -> find(now, node).isPresent());
  }

  private static boolean knows(ClusterStatus status, String id) {
    return status.nodes().stream().anyMatch(node -> node.id().equals(id));
  }

  /// A node of ours by its number; empty if it is none of the cluster.
  public Optional<ClusterStatus.Node> find(ClusterStatus status, int node) {
    return status.nodes().stream()
        .filter(one -> one.clientAddress().equals(ground.addresses().get(node)))
        .findFirst();
  }

  private void note(String what) {
    try {
      Files.writeString(
          log,
          Instant.now() + " " + what + System.lineSeparator(),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
