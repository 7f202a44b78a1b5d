package io.quiverdb.raft.catalog;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quiverdb.raft.catalog.proto.CatalogAnswer;
import io.quiverdb.raft.catalog.proto.Collection;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;

/// What the catalogue may answer to an operation.
final class CatalogAnswers {
  static final CatalogAnswer FORMED =
      CatalogAnswer.newBuilder().setFormed(CatalogAnswer.Formed.getDefaultInstance()).build();
  static final CatalogAnswer NOT_FORMED =
      CatalogAnswer.newBuilder().setNotFormed(CatalogAnswer.NotFormed.getDefaultInstance()).build();
  static final CatalogAnswer NOT_FOUND =
      CatalogAnswer.newBuilder().setNotFound(CatalogAnswer.NotFound.getDefaultInstance()).build();
  static final CatalogAnswer REQUEST_ID_REUSED =
      CatalogAnswer.newBuilder()
          .setRequestIdReused(CatalogAnswer.RequestIdReused.getDefaultInstance())
          .build();
  static final CatalogAnswer FINISHED =
      CatalogAnswer.newBuilder().setFinished(CatalogAnswer.Finished.getDefaultInstance()).build();
  static final CatalogAnswer CHANGED =
      CatalogAnswer.newBuilder().setChanged(CatalogAnswer.Changed.getDefaultInstance()).build();

  static final CatalogAnswer API_KEY_CREATED =
      CatalogAnswer.newBuilder()
          .setApiKeyCreated(CatalogAnswer.ApiKeyCreated.getDefaultInstance())
          .build();
  static final CatalogAnswer API_KEY_REVOKED =
      CatalogAnswer.newBuilder()
          .setApiKeyRevoked(CatalogAnswer.ApiKeyRevoked.getDefaultInstance())
          .build();

  private CatalogAnswers() {}

  static CatalogAnswer formedOtherwise(UUID clusterId) {
    return CatalogAnswer.newBuilder()
        .setFormedOtherwise(CatalogMessages.toBytes(clusterId))
        .build();
  }

  static CatalogAnswer created(CollectionInfo collection) {
    return CatalogAnswer.newBuilder().setCreated(told(collection)).build();
  }

  static CatalogAnswer updated(CollectionInfo collection) {
    return CatalogAnswer.newBuilder().setUpdated(told(collection)).build();
  }

  static CatalogAnswer beingChanged(CollectionInfo collection) {
    return CatalogAnswer.newBuilder().setBeingChanged(told(collection)).build();
  }

  static CatalogAnswer dropped(CollectionInfo collection) {
    return CatalogAnswer.newBuilder().setDropped(told(collection)).build();
  }

  static CatalogAnswer alreadyExists(CollectionInfo collection) {
    return CatalogAnswer.newBuilder().setAlreadyExists(told(collection)).build();
  }

  static CatalogAnswer beingDropped(CollectionInfo collection) {
    return CatalogAnswer.newBuilder().setBeingDropped(told(collection)).build();
  }

  static CatalogAnswer shredded(CollectionInfo collection) {
    return CatalogAnswer.newBuilder().setShredded(told(collection)).build();
  }

  /// Without its keys: answers are remembered, and keys may have to be forgotten.
  private static Collection told(CollectionInfo collection) {
    return CatalogMessages.toMessage(collection).toBuilder().clearWrappedKeys().build();
  }

  static CatalogAnswer invalid(IllegalArgumentException reason) {
    return CatalogAnswer.newBuilder().setInvalid(String.valueOf(reason.getMessage())).build();
  }

  static CatalogAnswer parse(ByteBuffer answer) {
    try {
      return CatalogAnswer.parseFrom(answer);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("catalogue: not an answer", e);
    }
  }

  /// The collection whose change the answered operation began.
  static Optional<Collection> begun(CatalogAnswer answer) {
    if (answer.hasCreated()) {
      return Optional.of(answer.getCreated());
    }
    if (answer.hasUpdated()) {
      return Optional.of(answer.getUpdated());
    }
    if (answer.hasDropped()) {
      return Optional.of(answer.getDropped());
    }
    return answer.hasShredded() ? Optional.of(answer.getShredded()) : Optional.empty();
  }
}
