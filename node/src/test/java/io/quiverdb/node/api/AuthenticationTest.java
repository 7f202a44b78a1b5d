package io.quiverdb.node.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.quiverdb.api.v1.ClusterGrpc;
import io.quiverdb.api.v1.CollectionsGrpc;
import io.quiverdb.api.v1.CreateApiKeyRequest;
import io.quiverdb.api.v1.CreateApiKeyResponse;
import io.quiverdb.api.v1.ErrorCode;
import io.quiverdb.api.v1.InitClusterRequest;
import io.quiverdb.api.v1.KeysGrpc;
import io.quiverdb.api.v1.ListCollectionsRequest;
import io.quiverdb.core.RequestId;
import io.quiverdb.node.security.ApiKey;
import io.quiverdb.node.telemetry.NodeMetrics;
import io.quiverdb.node.testing.FakeCluster;
import io.quiverdb.raft.catalog.CatalogWrite;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthenticationTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final InetSocketAddress NODE = address("10.0.0.1", 7070);

  private final FakeCluster cluster = FakeCluster.formed(2);
  private final TestNode node = TestNode.over(cluster);

  @AfterEach
  void stop() {
    node.close();
  }

  private static InetSocketAddress address(String host, int port) {
    try {
      return new InetSocketAddress(InetAddress.getByName(host), port);
    } catch (java.net.UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private ApiKey key(String name) {
    var key = ApiKey.draw(RANDOM);
    var _ =
        cluster
            .formedCatalog()
            .write(
                new CatalogWrite.CreateApiKey(
                    new RequestId(UUID.randomUUID()), key.store(name, Instant.EPOCH, RANDOM)));
    return key;
  }

  private TestNode.Answer list(String... headers) {
    return node.send("GET", "/v1/collections", "", headers);
  }

  private TestNode.Failure failure(String authorization) {
    var options = CallOptions.DEFAULT;
    if (!authorization.isEmpty()) {
      var headers = new Metadata();
      headers.put(
          Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), authorization);
      return node.failure(
          ClientInterceptors.intercept(
              node.channel(), MetadataUtils.newAttachHeadersInterceptor(headers)),
          CollectionsGrpc.getListCollectionsMethod(),
          ListCollectionsRequest.getDefaultInstance(),
          options);
    }
    return node.failure(
        CollectionsGrpc.getListCollectionsMethod(), ListCollectionsRequest.getDefaultInstance());
  }

  @Test
  void withAKeyEachCallOfBothDoorsNeedsIt() {
    var key = key("ingest");
    var other = ApiKey.draw(RANDOM);
    var forged = new ApiKey(key.id(), other.secret());

    assertThat(list("authorization", "Bearer " + key.text()).status()).isEqualTo(200);
    assertThat(list("authorization", "bearer  " + key.text()).status()).isEqualTo(200);
    assertThat(list("authorization", "Bearer " + key.text()).body()).contains("collections");

    assertRefused("", "authorization: none (expected: Bearer and an API key)");
    assertRefused("Basic " + key.text(), "authorization: malformed");
    assertRefused("Bearer secret", "authorization: malformed");
    assertRefused("Bearer " + other.text(), "api key: not known");
    assertRefused("Bearer " + forged.text(), "api key: not known");
    assertThat(node.get("/metrics").body())
        .contains("quiver_api_authentication_failures_total 10.0");
  }

  private void assertRefused(String authorization, String because) {
    var byHttp = authorization.isEmpty() ? list() : list("authorization", authorization);
    assertThat(byHttp.status()).isEqualTo(401);
    assertThat(byHttp.contentType()).startsWith("application/problem+json");
    assertThat(byHttp.field("code")).isEqualTo("UNAUTHENTICATED");
    assertThat(byHttp.field("detail")).startsWith(because);
    assertThat(byHttp.headers().firstValue("www-authenticate")).contains("Bearer");
    assertThat(byHttp.body()).doesNotContain("qvk_");

    var byGrpc = failure(authorization);
    assertThat(byGrpc.status()).isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(byGrpc.detail().getCode()).isEqualTo(ErrorCode.UNAUTHENTICATED);
    assertThat(byGrpc.detail().getMessage()).startsWith(because);
    assertThat(byGrpc.detail().getRetrySafe()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/healthz", "/readyz", "/metrics"})
  void healthAndMetricsAreOpen(String path) {
    var _ = key("admin");

    assertThat(node.get(path).status()).isEqualTo(200);
  }

  @Test
  void keyThatWasMadeElsewhereIsKnownAtOnce() {
    var _ = key("admin");
    cluster.formedCatalog().lag();
    var fresh = key("ingest");

    assertThat(list("authorization", "Bearer " + fresh.text()).status()).isEqualTo(200);
  }

  @Test
  void keysAreMadeListedAndRevokedThroughBothDoors() {
    var admin =
        node.call(
            KeysGrpc.getCreateApiKeyMethod(),
            CreateApiKeyRequest.newBuilder().setName("admin").build());
    var made = bearing(admin, "POST", "/v1/keys", "{\"name\": \"ingest\"}");
    assertThat(made.status()).as(made.body()).isEqualTo(200);
    assertThat(list("authorization", "Bearer " + made.field("key")).status()).isEqualTo(200);

    var listed = bearing(admin, "GET", "/v1/keys", "");
    assertThat(listed.body())
        .contains("\"id\":\"" + admin.getId() + "\"", "\"name\":\"ingest\"")
        .doesNotContain(admin.getKey(), made.field("key"));

    var revoked = bearing(admin, "DELETE", "/v1/keys/" + made.field("id"), "");
    assertThat(revoked.status()).as(revoked.body()).isEqualTo(200);
    assertThat(list("authorization", "Bearer " + made.field("key")).status()).isEqualTo(401);
    var again = bearing(admin, "DELETE", "/v1/keys/" + made.field("id"), "");
    assertThat(again.status()).isEqualTo(404);
  }

  private TestNode.Answer bearing(
      CreateApiKeyResponse key, String method, String path, String body) {
    return node.send(method, path, body, "authorization", "Bearer " + key.getKey());
  }

  // --- before there is a key

  private int statusFrom(String remote, String path, boolean insecure, FakeCluster asked)
      throws Exception {
    var request = HttpRequest.of(HttpMethod.GET, path);
    var context =
        ServiceRequestContext.builder(request)
            .remoteAddress(address(remote, 40_000))
            .localAddress(NODE)
            .build();
    var authentication =
        new Authentication(asked, insecure, new NodeMetrics(new MetricRegistry(), "test"));
    return authentication
        .serve((_, _) -> HttpResponse.of(200), context, request)
        .aggregate()
        .join()
        .status()
        .code();
  }

  @Test
  void withoutAnyKeyOnlyThisMachineIsServed() throws Exception {
    assertThat(statusFrom("10.0.0.9", "/v1/collections", false, cluster)).isEqualTo(401);
    assertThat(statusFrom("10.0.0.9", "/v1/keys", false, cluster)).isEqualTo(401);
    assertThat(statusFrom("10.0.0.9", "/healthz", false, cluster)).isEqualTo(200);
    assertThat(statusFrom("127.0.0.1", "/v1/collections", false, cluster)).isEqualTo(200);
    assertThat(statusFrom("::1", "/v1/collections", false, cluster)).isEqualTo(200);
    assertThat(statusFrom("10.0.0.1", "/v1/collections", false, cluster)).isEqualTo(200);
    assertThat(statusFrom("10.0.0.9", "/v1/collections", true, cluster)).isEqualTo(200);
  }

  @Test
  void insecureNodeAsksForKeysOnceThereAreAny() throws Exception {
    var _ = key("admin");

    assertThat(statusFrom("10.0.0.9", "/v1/collections", true, cluster)).isEqualTo(401);
    assertThat(statusFrom("127.0.0.1", "/v1/collections", false, cluster)).isEqualTo(401);
  }

  @Test
  void beforeThereIsACatalogueOnlyTheClusterIsAskedAndFromThisMachine() throws Exception {
    var unformed = FakeCluster.unformed();

    assertThat(statusFrom("127.0.0.1", "/v1/cluster/init", false, unformed)).isEqualTo(200);
    assertThat(statusFrom("127.0.0.1", "/v1/cluster/status", false, unformed)).isEqualTo(200);
    assertThat(statusFrom("127.0.0.1", "/v1/collections", false, unformed)).isEqualTo(503);
    assertThat(statusFrom("10.0.0.9", "/v1/cluster/init", false, unformed)).isEqualTo(503);
    assertThat(statusFrom("10.0.0.9", "/v1/cluster/init", true, unformed)).isEqualTo(200);
  }

  @Test
  void nodeWithoutTlsMakesNoKeyWhenItForms() {
    try (var waiting = TestNode.over(FakeCluster.unformed())) {
      var formed =
          waiting.call(ClusterGrpc.getInitClusterMethod(), InitClusterRequest.getDefaultInstance());

      assertThat(formed.getAdminKey()).isEmpty();
    }
  }
}
