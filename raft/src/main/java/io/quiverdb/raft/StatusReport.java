package io.quiverdb.raft;

import io.quiverdb.core.CollectionView;
import io.quiverdb.core.FeatureLevelException;
import io.quiverdb.core.StoreException;
import io.quiverdb.core.StoreStats.IndexCoverage;
import io.quiverdb.core.VersionRange;
import io.quiverdb.raft.ReplicaStatus.Role;
import io.quiverdb.raft.snapshot.SnapshotPuller.Progress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.server.DivisionInfo;

/// Looks at the replicas of a node as they are now.
final class StatusReport {
  /// Further behind, a replica counts as not ready.
  static final long LAG_MAX = 1_000;

  private StatusReport() {}

  /// @param refused what of the catalogue this release cannot follow
  /// @param disk what is wrong with it
  /// @param wanted the groups that this node is a member of
  /// @param closed the replicas that are here and cannot be opened
  static NodeStatus of(
      Member self,
      String version,
      Optional<Claim> claim,
      Optional<UUID> formed,
      Optional<String> masterKeyId,
      VersionRange featureLevels,
      Optional<FeatureLevelException> refused,
      boolean serving,
      Optional<String> disk,
      Collection<GroupKey> wanted,
      Collection<Replica> replicas,
      Collection<ReplicaStatus> closed,
      Function<Replica, Incarnation> incarnations,
      Function<GroupKey, Optional<Progress>> snapshots,
      Set<GroupKey> lostVotes) {
    List<String> reasons = new ArrayList<>();
    if (claim.isEmpty()) {
      reasons.add("no cluster: waiting for cluster init");
    } else if (formed.isEmpty()) {
      reasons.add("catalogue: the cluster is not formed, or not known here yet");
    }
    if (!serving) {
      reasons.add("consensus: stopped");
    }
    disk.ifPresent(reasons::add);
    refused.ifPresent(refusal -> reasons.add(String.valueOf(refusal.getMessage())));
    for (GroupKey key : wanted) {
      if (replicas.stream().noneMatch(replica -> replica.key().equals(key))
          && closed.stream().noneMatch(replica -> replica.group().equals(key))) {
        reasons.add(key + ": not open here yet");
      }
    }
    List<ReplicaStatus> statuses =
        Stream.concat(
                replicas.stream()
                    .map(
                        replica ->
                            of(
                                replica,
                                incarnations.apply(replica),
                                snapshots.apply(replica.key()))),
                closed.stream())
            .sorted(Comparator.comparingInt(status -> status.group().rank()))
            .toList();
    for (ReplicaStatus status : statuses) {
      status.problem().ifPresent(problem -> reasons.add(status.group() + ": " + problem));
    }
    return new NodeStatus(
        self,
        version,
        formed,
        masterKeyId,
        Optional.of(featureLevels),
        reasons,
        statuses,
        lostVotes);
  }

  /// @param others how many other members the group has, as far as this node knows
  static ReplicaStatus quarantined(
      GroupKey group, Incarnation incarnation, QuarantineCause cause, int others) {
    String next =
        !cause.canReturn()
            ? "under this node's id it never comes back; remove the node, and have it join with an"
                + " empty data directory"
            : others == 0
                ? "no other member has it: only quiver cluster recover or quiver salvage goes on"
                : "it comes back empty, once it is taken out of its group";
    return ReplicaStatus.closed(
        group,
        incarnation,
        "quarantined: %s; %s".formatted(cause.words(), next),
        Optional.of(cause));
  }

  /// @param snapshot that is being fetched for it
  static ReplicaStatus unopened(
      GroupKey group, Incarnation incarnation, Optional<Progress> snapshot, int others) {
    String next =
        others == 0
            ? "no other member has it: only quiver salvage or a restore goes on"
            : snapshot.map(StatusReport::fetching).orElse("waiting for files of another member");
    return ReplicaStatus.closed(
        group, incarnation, "damaged: its store cannot be opened; " + next, Optional.empty());
  }

  static ReplicaStatus unfinished(GroupKey group, Incarnation incarnation) {
    return ReplicaStatus.closed(
        group,
        incarnation,
        "not open: its opening failed, and is tried again if it is wanted",
        Optional.empty());
  }

  static ReplicaStatus removing(GroupKey group, Incarnation incarnation) {
    return ReplicaStatus.closed(
        group,
        incarnation,
        "being removed: not all of its files are deleted yet",
        Optional.empty());
  }

  private static ReplicaStatus of(
      Replica replica, Incarnation incarnation, Optional<Progress> snapshot) {
    var role = role(replica);
    long committed = replica.committedIndex();
    long applied = replica.machine().applied().get();
    return new ReplicaStatus(
        replica.key(),
        incarnation,
        role,
        Math.max(0, replica.currentTerm()),
        replica.leader(),
        committed,
        applied,
        replica.state().durable().index(),
        points(replica),
        index(replica),
        replica.state() instanceof StoreState state ? state.recall().recent() : Optional.empty(),
        problem(replica, role, committed, applied).or(() -> snapshot.map(StatusReport::fetching)));
  }

  /// It serves what it has meanwhile, and lacks what the log of its leader lacks.
  private static String fetching(Progress snapshot) {
    return "fetching a snapshot, %d of %d bytes"
        .formatted(snapshot.fetchedBytes(), snapshot.totalBytes());
  }

  private static Role role(Replica replica) {
    if (!replica.alive() || replica.machine().fault().isPresent()) {
      return Role.CLOSED;
    }
    RaftPeerRole role =
        replica.info().map(DivisionInfo::getCurrentRole).orElse(RaftPeerRole.UNRECOGNIZED);
    return switch (role) {
      case LEADER -> Role.LEADER;
      case CANDIDATE -> Role.CANDIDATE;
      case FOLLOWER, LISTENER, UNRECOGNIZED -> Role.FOLLOWER;
    };
  }

  private static Optional<String> problem(
      Replica replica, Role role, long committed, long applied) {
    if (replica.state() instanceof StoreState state && state.damage().isPresent()) {
      // What it says of files stays in the log.
      return Optional.of("damaged: its files do not hold what was written to them");
    }
    if (replica.stopped().isPresent()) {
      return replica.stopped();
    }
    var fault = replica.machine().fault();
    if (fault.isPresent()) {
      // The message of a fault may hold anything, so it stays in the log.
      return Optional.of(
          FeatureSupport.refusal(fault.get())
              .map(refusal -> "stopped, of a later release: " + refusal.getMessage())
              .orElse("failed: " + fault.get().getClass().getSimpleName()));
    }
    if (role == Role.CLOSED) {
      return Optional.of("closed");
    }
    if (replica.leader().isEmpty()) {
      return Optional.of("no leader known");
    }
    if (!replica.machine().mayLead()) {
      return Optional.of("made anew: it does not vote before it has what an earlier one had");
    }
    if (role == Role.LEADER && !replica.leaderReady()) {
      return Optional.of("leader not ready yet");
    }
    if (committed - applied > LAG_MAX) {
      return Optional.of("%d entries behind".formatted(committed - applied));
    }
    return Optional.empty();
  }

  private static Optional<IndexCoverage> index(Replica replica) {
    if (!(replica.state() instanceof StoreState state)) {
      return Optional.empty();
    }
    try {
      return Optional.of(state.store().stats().index());
    } catch (StoreException e) {
      return Optional.empty();
    }
  }

  private static long points(Replica replica) {
    if (!(replica.state() instanceof StoreState state)) {
      return 0;
    }
    try (var view = state.store().view()) {
      return view.collections().stream().mapToLong(CollectionView::size).sum();
    } catch (StoreException e) {
      return 0;
    }
  }
}
