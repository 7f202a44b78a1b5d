package io.quiverdb.node.api;

import io.quiverdb.api.v1.CheckReplicasRequest;
import io.quiverdb.api.v1.CheckReplicasResponse;
import io.quiverdb.api.v1.ClusterStatus;
import io.quiverdb.api.v1.GetStatusRequest;
import io.quiverdb.api.v1.GetTopologyRequest;
import io.quiverdb.api.v1.InitClusterRequest;
import io.quiverdb.api.v1.InitClusterResponse;
import io.quiverdb.api.v1.NodeState;
import io.quiverdb.api.v1.SetFeatureLevelRequest;
import io.quiverdb.api.v1.SetFeatureLevelResponse;
import io.quiverdb.api.v1.Topology;
import io.quiverdb.api.v1.TransferLeaderRequest;
import io.quiverdb.api.v1.TransferLeaderResponse;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.VersionRange;
import io.quiverdb.node.routing.Cluster;
import io.quiverdb.node.routing.Deadline;
import io.quiverdb.node.routing.ReplicaCheck;
import io.quiverdb.node.routing.ReplicaCheck.GroupHashes;
import io.quiverdb.node.routing.RoutingException;
import io.quiverdb.node.routing.RoutingException.AlreadyFormed;
import io.quiverdb.node.routing.RoutingException.DeadlineExceeded;
import io.quiverdb.node.routing.ShardRouter;
import io.quiverdb.raft.FeatureSupport;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.LostVotes;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.NodeStatus;
import io.quiverdb.raft.ReplicaStatus;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.ShardInfo;
import io.quiverdb.raft.catalog.CatalogView;
import io.quiverdb.raft.catalog.CatalogWrite;
import io.quiverdb.raft.catalog.ClusterNode;
import io.quiverdb.raft.catalog.Membership;
import io.quiverdb.raft.catalog.MovePlan;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/// Answers the service of the cluster itself.
final class ClusterCalls {
  private static final int SHARDS_MAX = 4096;
  private static final String ADMIN = "admin";

  private final Cluster cluster;
  private final ReplicaCheck check;
  private final Optional<KeyCalls> adminKeys;
  private final Supplier<UUID> ids;

  /// @param ids names the marks of checks, and changes
  /// @param adminKeys makes the first API key when the cluster is formed; empty if none is needed
  ClusterCalls(Cluster cluster, Supplier<UUID> ids, Optional<KeyCalls> adminKeys) {
    this.cluster = cluster;
    this.adminKeys = adminKeys;
    this.ids = ids;
    this.check = new ReplicaCheck(cluster, ids);
  }

  InitClusterResponse init(InitClusterRequest request, Deadline deadline) {
    if (cluster.catalog().isPresent()) {
      throw new AlreadyFormed(view().clusterId());
    }
    checkAtMost("shards", request.getShards(), SHARDS_MAX);
    checkAtMost("replication_factor", request.getReplicationFactor(), SHARDS_MAX);
    var claim =
        awaitChange(
            "forming", cluster.form(request.getShards(), request.getReplicationFactor()), deadline);
    var adminKey = adminKeys.map(keys -> adminKey(keys, deadline)).orElse("");
    return InitClusterResponse.newBuilder()
        .setAdminKey(adminKey)
        .setClusterId(claim.clusterId().toString())
        .setNodes(claim.members().size())
        .setShards(claim.shards())
        .setReplicationFactor(claim.replicationFactor())
        .build();
  }

  /// Of a cluster that is formed already: whoever hears of a failure here makes one by itself.
  private static String adminKey(KeyCalls keys, Deadline deadline) {
    try {
      return keys.create(ADMIN, deadline).text();
    } catch (RoutingException | ShardException e) {
      throw new ShardException.OutcomeUnknown(
          "cluster: formed, but its API key was not made: %s (expected: `quiver key create`, on this"
                  .formatted(e.getMessage())
              + " node's machine)",
          e);
    }
  }

  private static void checkAtMost(String what, int value, int max) {
    if (value < 0 || value > max) {
      throw new IllegalArgumentException(
          "%s: %s (expected: 0 to %d)".formatted(what, Integer.toUnsignedString(value), max));
    }
  }

  Topology topology(GetTopologyRequest request, Deadline deadline) {
    return topology();
  }

  Topology topology() {
    var view = view();
    var topology = Topology.newBuilder().setClusterId(view.clusterId().toString());
    for (var member : view.members()) {
      topology.addNodes(
          Topology.Node.newBuilder()
              .setId(member.id().toString())
              .setClientAddress(member.addresses().client()));
    }
    for (var info : view.shards()) {
      topology.addShards(shard(info));
    }
    return topology.build();
  }

  private Topology.Shard shard(ShardInfo info) {
    return Topology.Shard.newBuilder()
        .setNumber(info.number())
        .setEpoch(info.epoch())
        .addAllSlots(
            info.slots().stream()
                .map(
                    range ->
                        Topology.SlotRange.newBuilder()
                            .setFirst(range.first())
                            .setLast(range.last())
                            .build())
                .toList())
        .addAllMemberIds(info.members().stream().map(NodeId::toString).toList())
        .setLeaderId(cluster.leader(info.number()).map(NodeId::toString).orElse(""))
        .build();
  }

  // --- status

  ClusterStatus status(GetStatusRequest request, Deadline deadline) {
    var response = ClusterStatus.newBuilder().setEncrypted(cluster.encrypts());
    var own = cluster.status();
    own.clusterId().ifPresent(id -> response.setClusterId(id.toString()));
    if (cluster.catalog().isEmpty()) {
      return response.addNodes(reachable(own)).build();
    }
    var membership = view().membership();
    List<Member> members = view().members();
    var answered = NodeStatuses.of(cluster, members, deadline);
    response
        .setReplicationFactor(membership.replicationFactor())
        .setFeatureLevel(view().featureLevel())
        .addAllMoves(MembershipCalls.underWay(membership).toList())
        .setMovesPlanned(MovePlan.of(membership, LostVotes.of(answered.values())).size());
    for (var member : members) {
      var status = Optional.ofNullable(answered.get(member.id()));
      var node =
          status.map(ClusterCalls::reachable).orElseGet(() -> unreachable(member)).toBuilder()
              .setState(state(membership.node(member.id())));
      status.ifPresent(
          known -> node.addAllReasons(lostMajorities(membership, known, answered.values())));
      response.addNodes(node);
    }
    return response.build();
  }

  /// Of the groups of which this node has a quarantined replica, those in which nobody may take it
  /// out: too many others are quarantined, too.
  static List<String> lostMajorities(
      Membership membership, NodeStatus node, Collection<NodeStatus> all) {
    return node.replicas().stream()
        .filter(replica -> replica.quarantine().isPresent())
        .map(ReplicaStatus::group)
        .flatMap(group -> lostMajority(membership, group, all).stream())
        .toList();
  }

  private static Optional<String> lostMajority(
      Membership membership, GroupKey group, Collection<NodeStatus> all) {
    var members = membership.placement(group).members();
    long quarantined =
        all.stream()
            .filter(status -> members.contains(status.self().id()))
            .flatMap(status -> status.replicas().stream())
            .filter(replica -> replica.group().equals(group) && replica.quarantine().isPresent())
            .count();
    return members.size() > 1 && members.size() - quarantined <= members.size() / 2
        ? Optional.of(
            "%s: %d of %d members quarantined: only quiver cluster recover or quiver salvage goes on"
                .formatted(group, quarantined, members.size()))
        : Optional.empty();
  }

  private static NodeState state(Optional<ClusterNode> node) {
    return node.map(
            known ->
                switch (known.state()) {
                  case ACTIVE -> NodeState.ACTIVE;
                  case DRAINING -> NodeState.DRAINING;
                  case REMOVING -> NodeState.REMOVING;
                })
        .orElse(NodeState.NODE_STATE_UNSPECIFIED);
  }

  private static io.quiverdb.api.v1.NodeStatus unreachable(Member member) {
    return io.quiverdb.api.v1.NodeStatus.newBuilder()
        .setId(member.id().toString())
        .setClientAddress(member.addresses().client())
        .build();
  }

  private static io.quiverdb.api.v1.NodeStatus reachable(NodeStatus status) {
    var message =
        io.quiverdb.api.v1.NodeStatus.newBuilder()
            .setId(status.self().id().toString())
            .setClientAddress(status.self().addresses().client())
            .setVersion(status.version())
            .setReachable(true)
            .setReady(status.ready())
            .addAllReasons(status.reasons());
    status.masterKeyId().ifPresent(message::setMasterKeyId);
    status
        .featureLevels()
        .ifPresent(
            levels ->
                message
                    .setLowestFeatureLevel(levels.oldest())
                    .setHighestFeatureLevel(levels.newest()));
    for (var replica : status.replicas()) {
      if (replica.group() instanceof GroupKey.ShardGroup(int shard)) {
        message.addReplicas(replica(shard, replica));
      }
    }
    return message.build();
  }

  private static io.quiverdb.api.v1.ReplicaStatus replica(int shard, ReplicaStatus status) {
    var message = io.quiverdb.api.v1.ReplicaStatus.newBuilder();
    status.index().ifPresent(index -> message.setIndex(VerificationMessages.coverage(index)));
    status
        .recall()
        .ifPresent(
            recall ->
                message.setRecall(
                    io.quiverdb.api.v1.ReplicaStatus.Recall.newBuilder()
                        .setQueries(recall.queries())
                        .setRecallAt10(recall.atTen())));
    return message
        .setShard(shard)
        .setRole(
            switch (status.role()) {
              case LEADER -> io.quiverdb.api.v1.ReplicaStatus.Role.LEADER;
              case FOLLOWER -> io.quiverdb.api.v1.ReplicaStatus.Role.FOLLOWER;
              case CANDIDATE -> io.quiverdb.api.v1.ReplicaStatus.Role.CANDIDATE;
              case CLOSED -> io.quiverdb.api.v1.ReplicaStatus.Role.CLOSED;
            })
        .setTerm(status.term())
        .setCommittedIndex(Math.max(0, status.committedIndex()))
        .setAppliedIndex(Math.max(0, status.appliedIndex()))
        .setCheckpointedIndex(status.checkpointedIndex())
        .setPoints(status.points())
        .build();
  }

  // --- operations

  SetFeatureLevelResponse setFeatureLevel(SetFeatureLevelRequest request, Deadline deadline) {
    var catalog = ShardRouter.catalogOf(cluster);
    int level = request.getFeatureLevel();
    var before = deadline.await("catalogue", catalog.barrier());
    if (level < before.featureLevel()) {
      throw new IllegalArgumentException(
          "feature_level: %s (expected: at least %d, the cluster's; it never falls)"
              .formatted(Integer.toUnsignedString(level), before.featureLevel()));
    }
    if (request.getPlanOnly()) {
      requireSupported(level, before, deadline);
      return SetFeatureLevelResponse.newBuilder().setFeatureLevel(before.featureLevel()).build();
    }
    var _ =
        awaitChange(
            "feature level",
            catalog.write(new CatalogWrite.RaiseFeatureLevel(new RequestId(ids.get()), level)),
            deadline);
    return SetFeatureLevelResponse.newBuilder()
        .setFeatureLevel(deadline.await("catalogue", catalog.barrier()).featureLevel())
        .build();
  }

  private void requireSupported(int level, CatalogView view, Deadline deadline) {
    Map<NodeId, CompletableFuture<NodeStatus>> asked = new TreeMap<>();
    for (var member : view.members()) {
      if (!member.id().equals(cluster.self())) {
        asked.put(member.id(), cluster.peer(member.id()).status());
      }
    }
    var support = new TreeMap<NodeId, Optional<VersionRange>>();
    support.put(cluster.self(), cluster.status().featureLevels());
    asked.forEach(
        (id, answer) -> support.put(id, deadline.await("node " + id, answer).featureLevels()));
    FeatureSupport.requireAll(level, support);
  }

  CheckReplicasResponse check(CheckReplicasRequest request, Deadline deadline) {
    var checked = check.run(view(), deadline);
    var message =
        CheckReplicasResponse.newBuilder().setEqual(checked.stream().allMatch(GroupHashes::equal));
    for (var hashes : checked) {
      switch (hashes.group()) {
        case GroupKey.CatalogGroup() ->
            message.setCatalog(
                CheckReplicasResponse.CatalogCheck.newBuilder()
                    .setIndex(hashes.position().index())
                    .addAllReplicas(replicaHashes(hashes)));
        case GroupKey.ShardGroup(int number) ->
            message.addShards(
                CheckReplicasResponse.ShardCheck.newBuilder()
                    .setShard(number)
                    .setTerm(hashes.position().term())
                    .setIndex(hashes.position().index())
                    .addAllReplicas(replicaHashes(hashes)));
      }
    }
    return message.build();
  }

  private static List<CheckReplicasResponse.ReplicaHash> replicaHashes(GroupHashes hashes) {
    return hashes.replicas().stream()
        .map(
            replica ->
                CheckReplicasResponse.ReplicaHash.newBuilder()
                    .setNodeId(replica.node().toString())
                    .setLeader(replica.leader())
                    .setHash(replica.hash().map(Object::toString).orElse(""))
                    .setError(replica.problem().orElse(""))
                    .build())
        .toList();
  }

  TransferLeaderResponse transfer(TransferLeaderRequest request, Deadline deadline) {
    var shard =
        view().shards().stream()
            .filter(info -> info.number() == request.getShard())
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "shard: %s (expected: 0 to %d)"
                            .formatted(
                                Integer.toUnsignedString(request.getShard()),
                                view().shards().size() - 1)));
    var target = member(request.getNodeId(), shard);
    var leader =
        cluster
            .leader(shard.number())
            .orElseThrow(
                () ->
                    new ShardException.Unavailable(
                        "shard " + shard.number() + ": no leader known (expected: one soon)"));
    if (!leader.equals(target)) {
      var group = new GroupKey.ShardGroup(shard.number());
      awaitChange("transfer", cluster.peer(leader).transferLeader(group, target), deadline);
    }
    return TransferLeaderResponse.getDefaultInstance();
  }

  private static <T> T awaitChange(String what, CompletableFuture<T> change, Deadline deadline) {
    try {
      return deadline.await(what, change);
    } catch (DeadlineExceeded e) {
      throw new ShardException.OutcomeUnknown(
          what + ": no answer in time; it may still be done, and may be asked for again", e);
    }
  }

  private static NodeId member(String text, ShardInfo shard) {
    return shard.members().stream()
        .filter(member -> member.toString().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "node_id: \"%s\" (expected: a member of shard %d: %s)"
                        .formatted(text, shard.number(), shard.members())));
  }

  private CatalogView view() {
    return ShardRouter.catalogOf(cluster).view();
  }
}
