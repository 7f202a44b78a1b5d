package io.quiverdb.raft.catalog;

import com.google.protobuf.ByteString;
import io.quiverdb.core.RequestId;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.WrappedKeys;
import io.quiverdb.raft.catalog.proto.AddNode;
import io.quiverdb.raft.catalog.proto.BeginCreateCollection;
import io.quiverdb.raft.catalog.proto.BeginDropCollection;
import io.quiverdb.raft.catalog.proto.BeginMove;
import io.quiverdb.raft.catalog.proto.BeginRebalance;
import io.quiverdb.raft.catalog.proto.BeginShredCollection;
import io.quiverdb.raft.catalog.proto.CatalogCopy;
import io.quiverdb.raft.catalog.proto.CatalogOp;
import io.quiverdb.raft.catalog.proto.CreateApiKey;
import io.quiverdb.raft.catalog.proto.EndMove;
import io.quiverdb.raft.catalog.proto.EndRebalance;
import io.quiverdb.raft.catalog.proto.EndShred;
import io.quiverdb.raft.catalog.proto.FinishCollection;
import io.quiverdb.raft.catalog.proto.FormCluster;
import io.quiverdb.raft.catalog.proto.RaiseFeatureLevel;
import io.quiverdb.raft.catalog.proto.RecoverCluster;
import io.quiverdb.raft.catalog.proto.RevokeApiKey;
import io.quiverdb.raft.catalog.proto.SetNodeState;
import io.quiverdb.raft.catalog.proto.SetReplicationFactor;
import java.util.Collection;
import javax.crypto.Mac;

/// Makes the operations that the catalogue's log holds, before they are proposed.
final class CatalogOps {
  /// Far below the largest log entry, and enough for hundreds of filterable fields.
  static final int BYTES_MAX = 64 << 10;

  private CatalogOps() {}

  /// @param featureLevel that every member supports
  static CatalogOp form(Claim claim, int featureLevel) {
    return CatalogOp.newBuilder()
        .setFormCluster(
            FormCluster.newBuilder()
                .setClaim(CatalogMessages.toMessage(claim))
                .setFeatureLevel(featureLevel))
        .build();
  }

  /// @param copy of what a cluster is recovered with
  static CatalogOp recover(CatalogCopy copy) {
    return CatalogOp.newBuilder()
        .setRecoverCluster(RecoverCluster.newBuilder().setState(copy.getState()))
        .build();
  }

  /// @param wrappedKeys drawn for this operation; no part of its digest, since a repetition draws
  ///   another
  /// @param mac keyed for digests of requests
  /// @throws IllegalArgumentException if the name is not valid or the settings are too large
  static CatalogOp beginCreate(
      CatalogWrite.CreateCollection write, WrappedKeys wrappedKeys, Mac mac) {
    CollectionNames.check(write.name());
    var create =
        BeginCreateCollection.newBuilder()
            .setName(write.name())
            .setCollectionDescriptor(CatalogMessages.toMessage(write.descriptor()))
            .setSettings(CatalogMessages.toMessage(write.settings()));
    var digest = Digests.of("create", create.build().toByteString(), mac);
    var op =
        request(write.requestId(), digest)
            .setBeginCreateCollection(create.setWrappedKeys(wrappedKeys.bytes()))
            .build();
    requireWithin(op.getSerializedSize());
    return op;
  }

  private static void requireWithin(int bytes) {
    if (bytes > BYTES_MAX) {
      throw new IllegalArgumentException(
          "collection settings: %d bytes with all else of the request (expected: at most %d)"
              .formatted(bytes, BYTES_MAX));
    }
  }

  /// @throws IllegalArgumentException if no collection may have this name, or the fields are too
  ///   many
  static CatalogOp beginUpdate(CatalogWrite.UpdateSettings write, Mac mac) {
    CollectionNames.check(write.name());
    var update = CatalogMessages.toMessage(write.name(), write.change());
    var op =
        request(write.requestId(), Digests.of("update", update.toByteString(), mac))
            .setBeginUpdateSettings(update)
            .build();
    requireWithin(op.getSerializedSize());
    return op;
  }

  /// @throws IllegalArgumentException if no collection may have this name
  static CatalogOp beginDrop(CatalogWrite.DropCollection write, Mac mac) {
    CollectionNames.check(write.name());
    var drop = BeginDropCollection.newBuilder().setName(write.name()).build();
    return request(write.requestId(), Digests.of("drop", drop.toByteString(), mac))
        .setBeginDropCollection(drop)
        .build();
  }

  /// @throws IllegalArgumentException if no collection may have this name
  static CatalogOp beginShred(CatalogWrite.ShredCollection write, Mac mac) {
    CollectionNames.check(write.name());
    var shred = BeginShredCollection.newBuilder().setName(write.name()).build();
    return request(write.requestId(), Digests.of("shred", shred.toByteString(), mac))
        .setBeginShredCollection(shred)
        .build();
  }

  static CatalogOp endShred(long collectionId) {
    return CatalogOp.newBuilder()
        .setEndShred(EndShred.newBuilder().setCollectionId(collectionId))
        .build();
  }

  static CatalogOp createApiKey(CatalogWrite.CreateApiKey write, Mac mac) {
    var create = CreateApiKey.newBuilder().setKey(CatalogMessages.toMessage(write.key())).build();
    return request(write.requestId(), Digests.of("create-key", create.toByteString(), mac))
        .setCreateApiKey(create)
        .build();
  }

  /// @throws IllegalArgumentException if no key may have this id
  static CatalogOp revokeApiKey(CatalogWrite.RevokeApiKey write, Mac mac) {
    StoredApiKey.requireId(write.id());
    var revoke = RevokeApiKey.newBuilder().setId(write.id()).build();
    return request(write.requestId(), Digests.of("revoke-key", revoke.toByteString(), mac))
        .setRevokeApiKey(revoke)
        .build();
  }

  static CatalogOp finish(CollectionInfo changed) {
    return CatalogOp.newBuilder()
        .setFinishCollection(
            FinishCollection.newBuilder()
                .setCollectionId(changed.id())
                .setCatalogIndex(changed.catalogIndex()))
        .build();
  }

  // --- the nodes and what they replicate

  static CatalogOp addNode(CatalogWrite.AddNode write, Mac mac) {
    var add =
        AddNode.newBuilder()
            .setMember(CatalogMessages.toMessage(write.member()))
            .setLowestFeatureLevel(write.levels().oldest())
            .setHighestFeatureLevel(write.levels().newest())
            .build();
    return request(write.requestId(), Digests.of("add node", add.toByteString(), mac))
        .setAddNode(add)
        .build();
  }

  /// @param supporting the nodes that have reported that they support it; no part of the digest,
  ///   since a repetition may find others
  static CatalogOp raiseFeatureLevel(
      CatalogWrite.RaiseFeatureLevel write, Collection<NodeId> supporting, Mac mac) {
    var raise = RaiseFeatureLevel.newBuilder().setLevel(write.level());
    var digest = Digests.of("feature level", raise.build().toByteString(), mac);
    supporting.stream()
        .sorted()
        .forEach(id -> raise.addNodeIds(CatalogMessages.toBytes(id.uuid())));
    return request(write.requestId(), digest).setRaiseFeatureLevel(raise).build();
  }

  static CatalogOp setNodeState(CatalogWrite.SetNodeState write, Mac mac) {
    var set =
        SetNodeState.newBuilder()
            .setNodeId(CatalogMessages.toBytes(write.node().uuid()))
            .setState(MembershipMessages.toMessage(write.state()))
            .build();
    return request(write.requestId(), Digests.of("node state", set.toByteString(), mac))
        .setSetNodeState(set)
        .build();
  }

  static CatalogOp setReplicationFactor(CatalogWrite.SetReplicationFactor write, Mac mac) {
    var set =
        SetReplicationFactor.newBuilder().setReplicationFactor(write.replicationFactor()).build();
    return request(write.requestId(), Digests.of("replication factor", set.toByteString(), mac))
        .setSetReplicationFactor(set)
        .build();
  }

  /// @param placementIndex of the members that are meant; no part of the digest, since a repetition
  ///   may find others
  static CatalogOp moveReplica(CatalogWrite.MoveReplica write, long placementIndex, Mac mac) {
    var move =
        BeginMove.newBuilder()
            .setGroup(MembershipMessages.toMessage(new ShardGroup(write.shard())))
            .setAdded(CatalogMessages.toBytes(write.to().uuid()))
            .setRemoved(CatalogMessages.toBytes(write.from().uuid()));
    var digest = Digests.of("move", move.build().toByteString(), mac);
    return request(write.requestId(), digest)
        .setBeginMove(move.setPlacementIndex(placementIndex))
        .build();
  }

  static CatalogOp rebalance(CatalogWrite.Rebalance write, Mac mac) {
    return request(write.requestId(), Digests.of("rebalance", ByteString.EMPTY, mac))
        .setBeginRebalance(BeginRebalance.getDefaultInstance())
        .build();
  }

  /// By the reconciler.
  ///
  /// @param placementIndex of the members that are meant
  static CatalogOp beginMove(GroupKey group, Placement.Move move, long placementIndex) {
    return CatalogOp.newBuilder()
        .setBeginMove(
            BeginMove.newBuilder()
                .setGroup(MembershipMessages.toMessage(group))
                .setAdded(MembershipMessages.toBytes(move.added()))
                .setRemoved(MembershipMessages.toBytes(move.removed()))
                .setPlacementIndex(placementIndex))
        .build();
  }

  static CatalogOp endMove(GroupKey group, long moveIndex) {
    return endMove(group, moveIndex, false);
  }

  /// The members stay as they were before the move.
  static CatalogOp abandonMove(GroupKey group, long moveIndex) {
    return endMove(group, moveIndex, true);
  }

  private static CatalogOp endMove(GroupKey group, long moveIndex, boolean abandoned) {
    return CatalogOp.newBuilder()
        .setEndMove(
            EndMove.newBuilder()
                .setGroup(MembershipMessages.toMessage(group))
                .setMoveIndex(moveIndex)
                .setAbandoned(abandoned))
        .build();
  }

  static CatalogOp endRebalance(long rebalanceIndex) {
    return CatalogOp.newBuilder()
        .setEndRebalance(EndRebalance.newBuilder().setRebalanceIndex(rebalanceIndex))
        .build();
  }

  private static CatalogOp.Builder request(RequestId id, ByteString digest) {
    return CatalogOp.newBuilder()
        .setRequestId(CatalogMessages.toBytes(id.uuid()))
        .setDigest(digest);
  }
}
