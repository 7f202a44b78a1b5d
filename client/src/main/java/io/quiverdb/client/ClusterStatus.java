package io.quiverdb.client;

import io.quiverdb.api.v1.NodeState;
import io.quiverdb.api.v1.NodeStatus;
import io.quiverdb.api.v1.ReplicaStatus;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// How every node and replica fares.
///
/// @param clusterId empty before the cluster is formed
/// @param encrypted whether data at rest is encrypted
/// @param replicationFactor how many nodes each shard is to be on; 0 before the cluster is formed
/// @param featureLevel of what the cluster's logs may hold; 0 before the cluster is formed
/// @param moves what is being moved now
/// @param movesPlanned how many moves are to follow
public record ClusterStatus(
    Optional<String> clusterId,
    List<Node> nodes,
    boolean encrypted,
    int replicationFactor,
    int featureLevel,
    List<ReplicaMove> moves,
    int movesPlanned) {
  public ClusterStatus {
    nodes = List.copyOf(nodes);
    moves = List.copyOf(moves);
  }

  /// Whether replicas are being moved, or are going to be.
  public boolean moving() {
    return !moves.isEmpty() || movesPlanned > 0;
  }

  /// @param reachable false if it did not answer; then nothing more is known of it
  /// @param masterKeyId of the master key that it uses, empty if it encrypts nothing: while the key
  ///   is changed, nodes differ
  /// @param featureLevels that its release supports; empty if it does not say
  /// @param reasons why it is not ready, one each
  public record Node(
      String id,
      String clientAddress,
      String version,
      State state,
      boolean reachable,
      boolean ready,
      Optional<String> masterKeyId,
      Optional<FeatureLevels> featureLevels,
      List<String> reasons,
      List<Replica> replicas) {
    public Node {
      reasons = List.copyOf(reasons);
      replicas = List.copyOf(replicas);
    }
  }

  /// All from the lowest to the highest.
  public record FeatureLevels(int lowest, int highest) {
    @Override
    public String toString() {
      return lowest == highest ? String.valueOf(highest) : lowest + " to " + highest;
    }
  }

  /// The highest feature level that every node supports: what the cluster's could be raised to.
  /// Empty while a node does not answer or does not say.
  public OptionalInt highestFeatureLevel() {
    return nodes.isEmpty() || nodes.stream().anyMatch(node -> node.featureLevels().isEmpty())
        ? OptionalInt.empty()
        : nodes.stream().mapToInt(node -> node.featureLevels().get().highest()).min();
  }

  /// What a node is wanted for.
  public enum State {
    ACTIVE,
    /// Its replicas are moved to other nodes.
    DRAINING,
    /// Its replicas are made anew on other nodes; then it is no node of the cluster any more.
    REMOVING,
    /// The cluster is not formed.
    UNKNOWN
  }

  /// @param checkpointedIndex what the newest durable checkpoint holds; empty if there is none
  /// @param index which rows searches find by a graph
  /// @param recallAt10 of the last searches that were compared with exact ones, the share of the
  ///   ten nearest; empty before the first
  public record Replica(
      int shard,
      Role role,
      long term,
      long committedIndex,
      long appliedIndex,
      OptionalLong checkpointedIndex,
      long points,
      IndexCoverage index,
      OptionalDouble recallAt10) {}

  /// A replica's role in its Raft group.
  public enum Role {
    LEADER,
    FOLLOWER,
    CANDIDATE,
    CLOSED,
    UNKNOWN
  }

  static ClusterStatus of(io.quiverdb.api.v1.ClusterStatus status) {
    return new ClusterStatus(
        Optional.of(status.getClusterId()).filter(id -> !id.isEmpty()),
        status.getNodesList().stream().map(ClusterStatus::node).toList(),
        status.getEncrypted(),
        status.getReplicationFactor(),
        status.getFeatureLevel(),
        status.getMovesList().stream().map(ReplicaMove::of).toList(),
        status.getMovesPlanned());
  }

  private static Node node(NodeStatus node) {
    return new Node(
        node.getId(),
        node.getClientAddress(),
        node.getVersion(),
        state(node.getState()),
        node.getReachable(),
        node.getReady(),
        Optional.of(node.getMasterKeyId()).filter(id -> !id.isEmpty()),
        node.getHighestFeatureLevel() == 0
            ? Optional.empty()
            : Optional.of(
                new FeatureLevels(node.getLowestFeatureLevel(), node.getHighestFeatureLevel())),
        node.getReasonsList(),
        node.getReplicasList().stream().map(ClusterStatus::replica).toList());
  }

  private static State state(NodeState state) {
    return switch (state) {
      case ACTIVE -> State.ACTIVE;
      case DRAINING -> State.DRAINING;
      case REMOVING -> State.REMOVING;
      case NODE_STATE_UNSPECIFIED, UNRECOGNIZED -> State.UNKNOWN;
    };
  }

  private static Replica replica(ReplicaStatus replica) {
    return new Replica(
        replica.getShard(),
        switch (replica.getRole()) {
          case LEADER -> Role.LEADER;
          case FOLLOWER -> Role.FOLLOWER;
          case CANDIDATE -> Role.CANDIDATE;
          case CLOSED -> Role.CLOSED;
          case ROLE_UNSPECIFIED, UNRECOGNIZED -> Role.UNKNOWN;
        },
        replica.getTerm(),
        replica.getCommittedIndex(),
        replica.getAppliedIndex(),
        replica.getCheckpointedIndex() < 0
            ? OptionalLong.empty()
            : OptionalLong.of(replica.getCheckpointedIndex()),
        replica.getPoints(),
        IndexCoverage.of(replica.getIndex()),
        replica.hasRecall()
            ? OptionalDouble.of(replica.getRecall().getRecallAt10())
            : OptionalDouble.empty());
  }
}
