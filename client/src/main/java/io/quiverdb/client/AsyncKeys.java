package io.quiverdb.client;

import io.quiverdb.api.v1.CreateApiKeyRequest;
import io.quiverdb.api.v1.KeysGrpc;
import io.quiverdb.api.v1.ListApiKeysRequest;
import io.quiverdb.api.v1.RevokeApiKeyRequest;
import io.quiverdb.client.routing.Repeat;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// The calls of [Keys], as futures. They fail with [QuiverException].
public final class AsyncKeys {
  private final Calls calls;

  AsyncKeys(Calls calls) {
    this.calls = calls;
  }

  /// @see Keys#create
  public CompletableFuture<ApiKey> create(String name) {
    return calls.publish(
        calls
            .router()
            .ask(
                KeysGrpc.getCreateApiKeyMethod(),
                CreateApiKeyRequest.newBuilder().setName(name).build(),
                Repeat.ONCE)
            .thenApply(created -> new ApiKey(created.getId(), created.getKey())));
  }

  /// @see Keys#list
  public CompletableFuture<List<ApiKeyInfo>> list() {
    return calls.publish(
        calls
            .router()
            .ask(
                KeysGrpc.getListApiKeysMethod(),
                ListApiKeysRequest.getDefaultInstance(),
                Repeat.READ)
            .thenApply(
                response ->
                    response.getKeysList().stream()
                        .map(
                            key ->
                                new ApiKeyInfo(
                                    key.getId(),
                                    key.getName(),
                                    Instant.ofEpochMilli(key.getCreatedAtMillis())))
                        .toList()));
  }

  /// @see Keys#revoke
  public CompletableFuture<Void> revoke(String id) {
    return calls.publish(
        calls
            .router()
            .ask(
                KeysGrpc.getRevokeApiKeyMethod(),
                RevokeApiKeyRequest.newBuilder().setId(id).build(),
                Repeat.ONCE)
            .thenAccept(done -> {}));
  }
}
