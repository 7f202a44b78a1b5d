package io.quiverdb.raft.catalog;

import com.google.protobuf.ByteString;
import io.quiverdb.core.RequestId;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.WrappedKeys;
import io.quiverdb.raft.catalog.proto.BeginCreateCollection;
import io.quiverdb.raft.catalog.proto.BeginDropCollection;
import io.quiverdb.raft.catalog.proto.BeginUpdateSettings;
import io.quiverdb.raft.catalog.proto.CatalogOp;
import io.quiverdb.raft.catalog.proto.CreateApiKey;
import io.quiverdb.raft.catalog.proto.FinishCollection;
import io.quiverdb.raft.catalog.proto.FormCluster;
import io.quiverdb.raft.catalog.proto.RevokeApiKey;
import javax.crypto.Mac;

/// Makes the operations that the catalogue's log holds, before they are proposed.
final class CatalogOps {
  /// Far below the largest log entry, and enough for hundreds of filterable fields.
  static final int BYTES_MAX = 64 << 10;

  private CatalogOps() {}

  static CatalogOp form(Claim claim) {
    return CatalogOp.newBuilder()
        .setFormCluster(FormCluster.newBuilder().setClaim(CatalogMessages.toMessage(claim)))
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
    var update =
        BeginUpdateSettings.newBuilder()
            .setName(write.name())
            .addAllAddedFields(CatalogMessages.toMessages(write.added()))
            .addAllDroppedFields(write.dropped())
            .build();
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

  private static CatalogOp.Builder request(RequestId id, ByteString digest) {
    return CatalogOp.newBuilder()
        .setRequestId(CatalogMessages.toBytes(id.uuid()))
        .setDigest(digest);
  }
}
