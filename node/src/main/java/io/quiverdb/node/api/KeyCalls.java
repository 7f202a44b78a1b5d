package io.quiverdb.node.api;

import io.quiverdb.api.v1.ApiKeyInfo;
import io.quiverdb.api.v1.CreateApiKeyRequest;
import io.quiverdb.api.v1.CreateApiKeyResponse;
import io.quiverdb.api.v1.ErrorCode;
import io.quiverdb.api.v1.ListApiKeysRequest;
import io.quiverdb.api.v1.ListApiKeysResponse;
import io.quiverdb.api.v1.RevokeApiKeyRequest;
import io.quiverdb.api.v1.RevokeApiKeyResponse;
import io.quiverdb.core.RequestId;
import io.quiverdb.node.routing.Cluster;
import io.quiverdb.node.routing.Deadline;
import io.quiverdb.node.routing.RoutingException.DeadlineExceeded;
import io.quiverdb.node.routing.ShardRouter;
import io.quiverdb.node.security.ApiKey;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.catalog.Catalog;
import io.quiverdb.raft.catalog.CatalogWrite;
import io.quiverdb.raft.catalog.CatalogWritten;
import io.quiverdb.raft.catalog.StoredApiKey;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Supplier;

/// Answers the service of API keys.
final class KeyCalls {
  private final Cluster cluster;
  private final Supplier<UUID> ids;
  private final SecureRandom random = new SecureRandom();

  /// @param ids draws request ids
  KeyCalls(Cluster cluster, Supplier<UUID> ids) {
    this.cluster = cluster;
    this.ids = ids;
  }

  CreateApiKeyResponse create(CreateApiKeyRequest request, Deadline deadline) {
    var key = create(request.getName(), deadline);
    return CreateApiKeyResponse.newBuilder().setId(key.id()).setKey(key.text()).build();
  }

  /// @param name whose it is
  ApiKey create(String name, Deadline deadline) {
    var key = ApiKey.draw(random);
    var stored = key.store(name, Instant.now(), random);
    var written = write(new CatalogWrite.CreateApiKey(requestId(), stored), "key", deadline);
    if (!(written instanceof CatalogWritten.ApiKeyCreated)) {
      throw new AssertionError("catalogue: answered " + written);
    }
    return key;
  }

  ListApiKeysResponse list(ListApiKeysRequest request, Deadline deadline) {
    var view = deadline.await("catalogue", catalog().barrier());
    return ListApiKeysResponse.newBuilder()
        .addAllKeys(view.apiKeys().stream().map(KeyCalls::info).toList())
        .build();
  }

  private static ApiKeyInfo info(StoredApiKey key) {
    return ApiKeyInfo.newBuilder()
        .setId(key.id())
        .setName(key.name())
        .setCreatedAtMillis(key.created().toEpochMilli())
        .build();
  }

  RevokeApiKeyResponse revoke(RevokeApiKeyRequest request, Deadline deadline) {
    var written =
        write(new CatalogWrite.RevokeApiKey(requestId(), request.getId()), "revoking", deadline);
    return switch (written) {
      case CatalogWritten.ApiKeyRevoked _ -> RevokeApiKeyResponse.getDefaultInstance();
      case CatalogWritten.NotFound _ ->
          throw new ApiException(
              ErrorMapping.detail(
                  ErrorCode.NOT_FOUND,
                  "id: %s (expected: that of an API key)".formatted(request.getId())));
      default -> throw new AssertionError("catalogue: answered " + written);
    };
  }

  private CatalogWritten write(CatalogWrite write, String what, Deadline deadline) {
    try {
      return deadline.await("catalogue", catalog().write(write));
    } catch (DeadlineExceeded e) {
      throw new ShardException.OutcomeUnknown(
          what + ": no answer in time; it may still be done (`quiver key list` tells)", e);
    }
  }

  private Catalog catalog() {
    return ShardRouter.catalogOf(cluster);
  }

  private RequestId requestId() {
    return new RequestId(ids.get());
  }
}
