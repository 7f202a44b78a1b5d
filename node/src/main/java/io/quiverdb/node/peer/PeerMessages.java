package io.quiverdb.node.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Metric;
import io.quiverdb.core.Position;
import io.quiverdb.core.Recall;
import io.quiverdb.core.Settings;
import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.StoreStats.IndexCoverage;
import io.quiverdb.core.VersionRange;
import io.quiverdb.node.peer.proto.AdmitNodeRequest;
import io.quiverdb.node.peer.proto.CatalogOrderMessage;
import io.quiverdb.node.peer.proto.ClaimMessage;
import io.quiverdb.node.peer.proto.CollectionMessage;
import io.quiverdb.node.peer.proto.CollectionShape;
import io.quiverdb.node.peer.proto.Group;
import io.quiverdb.node.peer.proto.LogPosition;
import io.quiverdb.node.peer.proto.NodeMember;
import io.quiverdb.node.peer.proto.PeerMetric;
import io.quiverdb.node.peer.proto.PeerStatus;
import io.quiverdb.raft.CatalogOrder;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.Incarnation;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeAddresses;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.NodeStatus;
import io.quiverdb.raft.QuarantineCause;
import io.quiverdb.raft.ReplicaStatus;
import io.quiverdb.raft.WrappedKeys;
import io.quiverdb.raft.catalog.CollectionInfo;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.stream.Collectors;

/// What nodes tell of themselves and of the cluster, as messages and back. [ShardMessages] has what
/// they say of points.
final class PeerMessages {
  private static final int UUID_BYTES = 2 * Long.BYTES;

  private PeerMessages() {}

  // --- names

  static ByteString bytes(UUID uuid) {
    var bytes =
        ByteBuffer.allocate(UUID_BYTES)
            .putLong(uuid.getMostSignificantBits())
            .putLong(uuid.getLeastSignificantBits());
    return UnsafeByteOperations.unsafeWrap(bytes.array());
  }

  static UUID uuid(ByteString message) {
    if (message.size() != UUID_BYTES) {
      throw new IllegalArgumentException(
          "id: " + message.size() + " bytes (expected: " + UUID_BYTES + ")");
    }
    var bytes = message.asReadOnlyByteBuffer();
    return new UUID(bytes.getLong(), bytes.getLong());
  }

  static NodeId nodeId(ByteString message) {
    return new NodeId(uuid(message));
  }

  static Group group(GroupKey group) {
    var message = Group.newBuilder();
    switch (group) {
      case GroupKey.CatalogGroup _ -> message.setCatalog(true);
      case GroupKey.ShardGroup(int number) -> message.setShard(number);
    }
    return message.build();
  }

  static GroupKey group(Group message) {
    return switch (message.getKindCase()) {
      case CATALOG -> new GroupKey.CatalogGroup();
      case SHARD -> new GroupKey.ShardGroup(message.getShard());
      case KIND_NOT_SET -> throw new IllegalArgumentException("group: missing (expected: one)");
    };
  }

  static LogPosition position(Position position) {
    return LogPosition.newBuilder()
        .setEpoch(position.epoch())
        .setTerm(position.term())
        .setIndex(position.index())
        .build();
  }

  static Position position(LogPosition message) {
    return new Position(message.getEpoch(), message.getTerm(), message.getIndex());
  }

  static CatalogOrderMessage order(CatalogOrder order) {
    return CatalogOrderMessage.newBuilder().setTerm(order.term()).setIndex(order.index()).build();
  }

  static CatalogOrder order(CatalogOrderMessage message) {
    return new CatalogOrder(message.getTerm(), message.getIndex());
  }

  // --- nodes

  static NodeMember member(Member member) {
    return NodeMember.newBuilder()
        .setId(bytes(member.id().uuid()))
        .setClientAddress(member.addresses().client())
        .setPeerAddress(member.addresses().peer())
        .setRaftAddress(member.addresses().raft())
        .build();
  }

  static Member member(NodeMember message) {
    return new Member(
        nodeId(message.getId()),
        new NodeAddresses(
            message.getClientAddress(), message.getPeerAddress(), message.getRaftAddress()));
  }

  static AdmitNodeRequest admission(Member member, VersionRange levels) {
    return AdmitNodeRequest.newBuilder()
        .setMember(member(member))
        .setLowestFeatureLevel(levels.oldest())
        .setHighestFeatureLevel(levels.newest())
        .build();
  }

  /// @throws IllegalArgumentException if it does not say
  static VersionRange levels(AdmitNodeRequest message) {
    return levels(message.getLowestFeatureLevel(), message.getHighestFeatureLevel())
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "node %s: feature levels %d to %d (expected: those that it supports)"
                        .formatted(
                            nodeId(message.getMember().getId()),
                            message.getLowestFeatureLevel(),
                            message.getHighestFeatureLevel())));
  }

  private static Optional<VersionRange> levels(int lowest, int highest) {
    return 1 <= lowest && lowest <= highest
        ? Optional.of(new VersionRange(lowest, highest))
        : Optional.empty();
  }

  static ClaimMessage claim(Claim claim) {
    return ClaimMessage.newBuilder()
        .setClusterId(bytes(claim.clusterId()))
        .addAllMembers(claim.members().stream().map(PeerMessages::member).toList())
        .setShards(claim.shards())
        .setReplicationFactor(claim.replicationFactor())
        .setEntryBytesMax(claim.entryBytesMax())
        .setWrappedCatalogKey(claim.keyMessage())
        .setRecoveries((int) (claim.epoch() - Claim.FIRST_EPOCH))
        .setFoundingId(
            claim.epoch() == Claim.FIRST_EPOCH ? ByteString.EMPTY : bytes(claim.foundingId()))
        .build();
  }

  static Claim claim(ClaimMessage message) {
    return new Claim(
            uuid(message.getClusterId()),
            message.getMembersList().stream().map(PeerMessages::member).toList(),
            message.getShards(),
            message.getReplicationFactor(),
            message.getEntryBytesMax(),
            Optional.empty(),
            Claim.FIRST_EPOCH + message.getRecoveries(),
            uuid(message.getRecoveries() == 0 ? message.getClusterId() : message.getFoundingId()))
        .withKeyMessage(message.getWrappedCatalogKey());
  }

  static PeerStatus status(NodeStatus status) {
    var message =
        PeerStatus.newBuilder()
            .setSelf(member(status.self()))
            .setVersion(status.version())
            .addAllReasons(status.reasons())
            .addAllReplicas(status.replicas().stream().map(PeerMessages::replica).toList())
            .addAllLostVotes(status.lostVotes().stream().map(PeerMessages::group).toList());
    status.clusterId().ifPresent(id -> message.setClusterId(bytes(id)));
    status.masterKeyId().ifPresent(message::setMasterKeyId);
    status
        .featureLevels()
        .ifPresent(
            levels ->
                message
                    .setLowestFeatureLevel(levels.oldest())
                    .setHighestFeatureLevel(levels.newest()));
    return message.build();
  }

  static NodeStatus status(PeerStatus message) {
    return new NodeStatus(
        member(message.getSelf()),
        message.getVersion(),
        message.hasClusterId() ? Optional.of(uuid(message.getClusterId())) : Optional.empty(),
        message.hasMasterKeyId() ? Optional.of(message.getMasterKeyId()) : Optional.empty(),
        levels(message.getLowestFeatureLevel(), message.getHighestFeatureLevel()),
        List.copyOf(message.getReasonsList()),
        message.getReplicasList().stream().map(PeerMessages::replica).toList(),
        message.getLostVotesList().stream().map(PeerMessages::group).collect(Collectors.toSet()));
  }

  private static PeerStatus.Replica replica(ReplicaStatus status) {
    var message =
        PeerStatus.Replica.newBuilder()
            .setGroup(group(status.group()))
            .setRole(
                switch (status.role()) {
                  case LEADER -> PeerStatus.Role.LEADER;
                  case FOLLOWER -> PeerStatus.Role.FOLLOWER;
                  case CANDIDATE -> PeerStatus.Role.CANDIDATE;
                  case CLOSED -> PeerStatus.Role.CLOSED;
                })
            .setTerm(status.term())
            .setCommittedIndex(status.committedIndex())
            .setAppliedIndex(status.appliedIndex())
            .setCheckpointedIndex(status.checkpointedIndex())
            .setPoints(status.points())
            .setIncarnation(bytes(status.incarnation().id()))
            .setMoveIndex(status.incarnation().moveIndex());
    status.leader().ifPresent(leader -> message.setLeader(bytes(leader.uuid())));
    status.problem().ifPresent(message::setProblem);
    status.index().ifPresent(index -> message.setIndex(coverage(index)));
    status
        .recall()
        .ifPresent(
            recall ->
                message.setRecall(
                    PeerStatus.Recall.newBuilder()
                        .setQueries(recall.queries())
                        .setExpected(recall.expected())
                        .setFound(recall.found())));
    status.quarantine().map(PeerMessages::quarantine).ifPresent(message::setQuarantine);
    return message.build();
  }

  private static PeerStatus.Quarantine quarantine(QuarantineCause cause) {
    return switch (cause) {
      case LOG -> PeerStatus.Quarantine.LOG_DAMAGED;
      case VOTE -> PeerStatus.Quarantine.VOTE_LOST;
      case WATERMARKS -> PeerStatus.Quarantine.WATERMARKS_LOST;
      case CHECKPOINT -> PeerStatus.Quarantine.CHECKPOINT_DAMAGED;
    };
  }

  /// One that a newer node tells of and this one does not know is nothing to act on.
  private static Optional<QuarantineCause> quarantine(PeerStatus.Quarantine message) {
    return switch (message) {
      case LOG_DAMAGED -> Optional.of(QuarantineCause.LOG);
      case VOTE_LOST -> Optional.of(QuarantineCause.VOTE);
      case WATERMARKS_LOST -> Optional.of(QuarantineCause.WATERMARKS);
      case CHECKPOINT_DAMAGED -> Optional.of(QuarantineCause.CHECKPOINT);
      case QUARANTINE_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
    };
  }

  private static ReplicaStatus replica(PeerStatus.Replica message) {
    return new ReplicaStatus(
        group(message.getGroup()),
        new Incarnation(uuid(message.getIncarnation()), message.getMoveIndex()),
        switch (message.getRole()) {
          case LEADER -> ReplicaStatus.Role.LEADER;
          case FOLLOWER -> ReplicaStatus.Role.FOLLOWER;
          case CANDIDATE -> ReplicaStatus.Role.CANDIDATE;
          case CLOSED, ROLE_UNSPECIFIED, UNRECOGNIZED -> ReplicaStatus.Role.CLOSED;
        },
        message.getTerm(),
        message.hasLeader() ? Optional.of(nodeId(message.getLeader())) : Optional.empty(),
        message.getCommittedIndex(),
        message.getAppliedIndex(),
        message.getCheckpointedIndex(),
        message.getPoints(),
        message.hasIndex() ? Optional.of(coverage(message.getIndex())) : Optional.empty(),
        message.hasRecall() ? Optional.of(recall(message.getRecall())) : Optional.empty(),
        message.hasProblem() ? Optional.of(message.getProblem()) : Optional.empty(),
        quarantine(message.getQuarantine()));
  }

  static io.quiverdb.node.peer.proto.IndexCoverage coverage(IndexCoverage coverage) {
    return io.quiverdb.node.peer.proto.IndexCoverage.newBuilder()
        .setGraphRows(coverage.graphRows())
        .setWaitingRows(coverage.waitingRows())
        .setRefusedRows(coverage.refusedRows())
        .setSmallRows(coverage.smallRows())
        .setNeededBytes(coverage.neededBytes())
        .setMemoryBytes(coverage.memoryBytes())
        .build();
  }

  static IndexCoverage coverage(io.quiverdb.node.peer.proto.IndexCoverage message) {
    return new IndexCoverage(
        message.getGraphRows(),
        message.getWaitingRows(),
        message.getRefusedRows(),
        message.getSmallRows(),
        message.getNeededBytes(),
        message.getMemoryBytes());
  }

  private static Recall recall(PeerStatus.Recall message) {
    return new Recall(message.getQueries(), message.getExpected(), message.getFound());
  }

  // --- collections

  static CollectionShape shape(String name, Descriptor descriptor, Settings settings) {
    var message =
        CollectionShape.newBuilder()
            .setName(name)
            .setDimension(descriptor.dimension())
            .setMetric(
                switch (descriptor.metric()) {
                  case L2_SQUARED -> PeerMetric.L2_SQUARED;
                  case COSINE -> PeerMetric.COSINE;
                  case DOT -> PeerMetric.DOT;
                });
    settings.ef().ifPresent(message::setEf);
    return message.addAllFields(fields(settings.filterableFields())).build();
  }

  static List<CollectionShape.Field> fields(List<FilterableField> fields) {
    return fields.stream().map(PeerMessages::field).toList();
  }

  private static CollectionShape.Field field(FilterableField field) {
    return CollectionShape.Field.newBuilder()
        .setPath(field.path())
        .setType(
            switch (field.type()) {
              case KEYWORD -> CollectionShape.Type.KEYWORD;
              case NUMERIC -> CollectionShape.Type.NUMERIC;
            })
        .build();
  }

  static Descriptor descriptor(CollectionShape message) {
    return new Descriptor(
        message.getDimension(),
        switch (message.getMetric()) {
          case L2_SQUARED -> Metric.L2_SQUARED;
          case COSINE -> Metric.COSINE;
          case DOT -> Metric.DOT;
          case PEER_METRIC_UNSPECIFIED, UNRECOGNIZED ->
              throw new IllegalArgumentException("metric: unknown (expected: a known one)");
        });
  }

  static Settings settings(CollectionShape message) {
    return new Settings(
        filterableFields(message.getFieldsList()), ef(message.hasEf(), message.getEf()));
  }

  static OptionalInt ef(boolean isThere, int ef) {
    return isThere ? OptionalInt.of(ef) : OptionalInt.empty();
  }

  static List<FilterableField> filterableFields(List<CollectionShape.Field> messages) {
    return messages.stream().map(PeerMessages::field).toList();
  }

  private static FilterableField field(CollectionShape.Field message) {
    return new FilterableField(
        message.getPath(),
        switch (message.getType()) {
          case KEYWORD -> FilterableField.Type.KEYWORD;
          case NUMERIC -> FilterableField.Type.NUMERIC;
          case TYPE_UNSPECIFIED, UNRECOGNIZED ->
              throw new IllegalArgumentException("field type: unknown (expected: a known one)");
        });
  }

  static CollectionMessage collection(CollectionInfo info) {
    return CollectionMessage.newBuilder()
        .setId(info.id())
        .setShape(shape(info.name(), info.descriptor(), info.settings()))
        .setWrappedKeys(info.wrappedKeys().bytes())
        .setState(
            switch (info.state()) {
              case CREATING -> CollectionMessage.State.CREATING;
              case ACTIVE -> CollectionMessage.State.ACTIVE;
              case DROPPING -> CollectionMessage.State.DROPPING;
              case UPDATING -> CollectionMessage.State.UPDATING;
              case ORPHANED -> CollectionMessage.State.ORPHANED;
              case SHREDDING -> CollectionMessage.State.SHREDDING;
            })
        .setCatalogIndex(info.catalogIndex())
        .build();
  }

  static CollectionInfo collection(CollectionMessage message) {
    return new CollectionInfo(
        message.getId(),
        message.getShape().getName(),
        descriptor(message.getShape()),
        settings(message.getShape()),
        new WrappedKeys(message.getWrappedKeys()),
        switch (message.getState()) {
          case CREATING -> CollectionInfo.State.CREATING;
          case ACTIVE -> CollectionInfo.State.ACTIVE;
          case DROPPING -> CollectionInfo.State.DROPPING;
          case UPDATING -> CollectionInfo.State.UPDATING;
          case ORPHANED -> CollectionInfo.State.ORPHANED;
          case SHREDDING -> CollectionInfo.State.SHREDDING;
          case STATE_UNSPECIFIED, UNRECOGNIZED ->
              throw new IllegalArgumentException("state: unknown (expected: a known one)");
        },
        message.getCatalogIndex());
  }
}
