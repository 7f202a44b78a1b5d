package io.quiverdb.node.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.StateHash;
import io.quiverdb.node.peer.proto.ApiKeyMessage;
import io.quiverdb.node.peer.proto.WriteCatalogRequest;
import io.quiverdb.node.peer.proto.WriteCatalogResponse;
import io.quiverdb.raft.catalog.CatalogWrite;
import io.quiverdb.raft.catalog.CatalogWritten;
import io.quiverdb.raft.catalog.ClusterNode;
import io.quiverdb.raft.catalog.SettingsChange;
import io.quiverdb.raft.catalog.StoredApiKey;
import java.nio.ByteBuffer;
import java.time.Instant;

/// Changes of the catalogue and state hashes, as messages and back.
final class CatalogMessages {
  private CatalogMessages() {}

  static WriteCatalogRequest write(CatalogWrite write) {
    var message =
        WriteCatalogRequest.newBuilder().setRequestId(PeerMessages.bytes(write.requestId().uuid()));
    switch (write) {
      case CatalogWrite.CreateCollection(_, var name, var descriptor, var settings) ->
          message.setCreateCollection(PeerMessages.shape(name, descriptor, settings));
      case CatalogWrite.UpdateSettings(_, var name, var change) -> {
        var update =
            WriteCatalogRequest.UpdateSettings.newBuilder()
                .setName(name)
                .addAllAdded(PeerMessages.fields(change.added()))
                .addAllDropped(change.dropped());
        change.ef().ifPresent(update::setEf);
        message.setUpdateSettings(update);
      }
      case CatalogWrite.DropCollection(_, var name) -> message.setDropCollection(name);
      case CatalogWrite.ShredCollection(_, var name) -> message.setShredCollection(name);
      case CatalogWrite.AddNode(_, var member, var levels) ->
          message.setAddNode(PeerMessages.admission(member, levels));
      case CatalogWrite.SetNodeState(_, var node, var state) ->
          message.setSetNodeState(
              WriteCatalogRequest.SetNodeState.newBuilder()
                  .setNodeId(PeerMessages.bytes(node.uuid()))
                  .setState(state(state)));
      case CatalogWrite.SetReplicationFactor(_, int factor) ->
          message.setSetReplicationFactor(factor);
      case CatalogWrite.MoveReplica(_, int shard, var from, var to) ->
          message.setMoveReplica(
              WriteCatalogRequest.MoveReplica.newBuilder()
                  .setShard(shard)
                  .setFrom(PeerMessages.bytes(from.uuid()))
                  .setTo(PeerMessages.bytes(to.uuid())));
      case CatalogWrite.RaiseFeatureLevel(_, int level) -> message.setRaiseFeatureLevel(level);
      case CatalogWrite.Rebalance _ ->
          message.setRebalance(WriteCatalogResponse.Empty.getDefaultInstance());
      case CatalogWrite.CreateApiKey(_, var key) ->
          message.setCreateApiKey(
              ApiKeyMessage.newBuilder()
                  .setId(key.id())
                  .setName(key.name())
                  .setSalt(key.salt())
                  .setHash(key.hash())
                  .setCreatedAtMillis(key.created().toEpochMilli()));
      case CatalogWrite.RevokeApiKey(_, var id) -> message.setRevokeApiKey(id);
    }
    return message.build();
  }

  static CatalogWrite write(WriteCatalogRequest message) {
    var requestId = new RequestId(PeerMessages.uuid(message.getRequestId()));
    return switch (message.getWriteCase()) {
      case CREATE_COLLECTION -> {
        var shape = message.getCreateCollection();
        yield new CatalogWrite.CreateCollection(
            requestId,
            shape.getName(),
            PeerMessages.descriptor(shape),
            PeerMessages.settings(shape));
      }
      case DROP_COLLECTION ->
          new CatalogWrite.DropCollection(requestId, message.getDropCollection());
      case UPDATE_SETTINGS -> {
        var update = message.getUpdateSettings();
        yield new CatalogWrite.UpdateSettings(
            requestId,
            update.getName(),
            new SettingsChange(
                PeerMessages.filterableFields(update.getAddedList()),
                update.getDroppedList(),
                PeerMessages.ef(update.hasEf(), update.getEf())));
      }
      case ADD_NODE ->
          new CatalogWrite.AddNode(
              requestId,
              PeerMessages.member(message.getAddNode().getMember()),
              PeerMessages.levels(message.getAddNode()));
      case SET_NODE_STATE ->
          new CatalogWrite.SetNodeState(
              requestId,
              PeerMessages.nodeId(message.getSetNodeState().getNodeId()),
              state(message.getSetNodeState().getState()));
      case SET_REPLICATION_FACTOR ->
          new CatalogWrite.SetReplicationFactor(requestId, message.getSetReplicationFactor());
      case MOVE_REPLICA -> {
        var move = message.getMoveReplica();
        yield new CatalogWrite.MoveReplica(
            requestId,
            move.getShard(),
            PeerMessages.nodeId(move.getFrom()),
            PeerMessages.nodeId(move.getTo()));
      }
      case RAISE_FEATURE_LEVEL ->
          new CatalogWrite.RaiseFeatureLevel(requestId, message.getRaiseFeatureLevel());
      case REBALANCE -> new CatalogWrite.Rebalance(requestId);
      case CREATE_API_KEY -> {
        var key = message.getCreateApiKey();
        yield new CatalogWrite.CreateApiKey(
            requestId,
            new StoredApiKey(
                key.getId(),
                key.getName(),
                key.getSalt(),
                key.getHash(),
                Instant.ofEpochMilli(key.getCreatedAtMillis())));
      }
      case SHRED_COLLECTION ->
          new CatalogWrite.ShredCollection(requestId, message.getShredCollection());
      case REVOKE_API_KEY -> new CatalogWrite.RevokeApiKey(requestId, message.getRevokeApiKey());
      case WRITE_NOT_SET ->
          throw new IllegalArgumentException("write: of no known kind (expected: a known one)");
    };
  }

  private static WriteCatalogRequest.SetNodeState.State state(ClusterNode.State state) {
    return switch (state) {
      case ACTIVE -> WriteCatalogRequest.SetNodeState.State.ACTIVE;
      case DRAINING -> WriteCatalogRequest.SetNodeState.State.DRAINING;
      case REMOVING -> WriteCatalogRequest.SetNodeState.State.REMOVING;
    };
  }

  private static ClusterNode.State state(WriteCatalogRequest.SetNodeState.State message) {
    return switch (message) {
      case ACTIVE -> ClusterNode.State.ACTIVE;
      case DRAINING -> ClusterNode.State.DRAINING;
      case REMOVING -> ClusterNode.State.REMOVING;
      case STATE_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("node state: unknown (expected: a known one)");
    };
  }

  static WriteCatalogResponse written(CatalogWritten written) {
    var message = WriteCatalogResponse.newBuilder();
    var nothing = WriteCatalogResponse.Empty.getDefaultInstance();
    switch (written) {
      case CatalogWritten.Created(var collection) ->
          message.setCreated(PeerMessages.collection(collection));
      case CatalogWritten.Updated(var collection) ->
          message.setUpdated(PeerMessages.collection(collection));
      case CatalogWritten.Dropped _ -> message.setDropped(nothing);
      case CatalogWritten.Shredded(var collectionId) -> message.setShredded(collectionId);
      case CatalogWritten.ApiKeyCreated _ -> message.setApiKeyCreated(nothing);
      case CatalogWritten.ApiKeyRevoked _ -> message.setApiKeyRevoked(nothing);
      case CatalogWritten.AlreadyExists(var collection) ->
          message.setAlreadyExists(PeerMessages.collection(collection));
      case CatalogWritten.Changed _ -> message.setChanged(nothing);
      case CatalogWritten.NotFound _ -> message.setNotFound(nothing);
      case CatalogWritten.RequestIdReused _ -> message.setRequestIdReused(nothing);
    }
    return message.build();
  }

  static CatalogWritten written(WriteCatalogResponse message) {
    return switch (message.getWrittenCase()) {
      case CREATED -> new CatalogWritten.Created(PeerMessages.collection(message.getCreated()));
      case UPDATED -> new CatalogWritten.Updated(PeerMessages.collection(message.getUpdated()));
      case DROPPED -> new CatalogWritten.Dropped();
      case SHREDDED -> new CatalogWritten.Shredded(message.getShredded());
      case API_KEY_CREATED -> new CatalogWritten.ApiKeyCreated();
      case API_KEY_REVOKED -> new CatalogWritten.ApiKeyRevoked();
      case ALREADY_EXISTS ->
          new CatalogWritten.AlreadyExists(PeerMessages.collection(message.getAlreadyExists()));
      case CHANGED -> new CatalogWritten.Changed();
      case NOT_FOUND -> new CatalogWritten.NotFound();
      case REQUEST_ID_REUSED -> new CatalogWritten.RequestIdReused();
      case WRITTEN_NOT_SET ->
          throw new IllegalArgumentException("written: of no known kind (expected: a known one)");
    };
  }

  static ByteString hash(StateHash hash) {
    var bytes = ByteBuffer.allocate(2 * Long.BYTES).putLong(hash.high()).putLong(hash.low());
    return UnsafeByteOperations.unsafeWrap(bytes.array());
  }

  static StateHash hash(ByteString message) {
    var bytes = message.asReadOnlyByteBuffer();
    return new StateHash(bytes.getLong(), bytes.getLong());
  }
}
