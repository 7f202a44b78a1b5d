package io.quiverdb.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quiverdb.node.StartupException.BadConfiguration;
import io.quiverdb.node.security.NodeTls;
import io.quiverdb.node.security.TestCertificates;
import io.quiverdb.raft.NodeId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.retry.RetryPolicies;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.StatusRuntimeException;
import org.apache.ratis.thirdparty.io.grpc.netty.GrpcSslContexts;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslContextBuilder;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three nodes in one process, with certificates, and what reaches their ports.
class SecureNodesTest {
  private static final int NODES = 3;

  @TempDir private Path directory;
  private TestCertificates certificates;
  private NodeHarness nodes;

  @BeforeEach
  void plan() {
    certificates = TestCertificates.in(directory.resolve("ca"));
    nodes = new NodeHarness(directory, NODES, Optional.of(certificates));
  }

  @AfterEach
  void stop() {
    nodes.close();
  }

  private void form() {
    IntStream.range(0, NODES).forEach(nodes::start);
    var formed = nodes.post(0, "/v1/cluster/init", "");
    assertThat(formed.statusCode()).as(formed.body()).isEqualTo(200);
    nodes.apiKey(formed.body().replaceFirst(".*\"admin_key\":\"(qvk_[^\"]+)\".*", "$1"));
    IntStream.range(0, NODES).forEach(this::awaitReady);
  }

  private void awaitReady(int node) {
    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(
            () -> {
              var ready = nodes.get(node, "/readyz");
              assertThat(ready.statusCode()).as(ready.body()).isEqualTo(200);
            });
  }

  @Test
  void clusterFormsAndServesOverTlsOnly() {
    form();

    assertThat(nodes.put(0, "/v1/collections/docs", "{\"dimension\": 2}").statusCode())
        .isEqualTo(200);
    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(
            () ->
                assertThat(
                        nodes
                            .post(
                                1,
                                "/v1/collections/docs/points",
                                "{\"points\": [{\"id\": \"a\", \"vector\": [1, 2]}]}")
                            .statusCode())
                    .isEqualTo(200));
    assertThat(nodes.post(2, "/v1/collections/docs/points/count", "").body())
        .startsWith("{\"count\":1");
    nodes.apiKey("");
    assertThat(nodes.get(1, "/v1/collections").statusCode()).isEqualTo(401);
    assertThat(nodes.post(0, "/v1/cluster/init", "").statusCode()).isEqualTo(401);
    assertThat(nodes.get(1, "/metrics").body())
        .contains(
            "quiver_tls_certificate_expiry_seconds 8", "quiver_tls_certificates_refused_total");
    // A member that comes back proves itself again.
    nodes.stop(2);
    nodes.start(2);
    awaitReady(2);

    try (var http = HttpClient.newHttpClient()) {
      var plain = URI.create("http://" + nodes.config(0).listen() + "/healthz");
      assertThatThrownBy(
              () -> http.send(HttpRequest.newBuilder(plain).build(), BodyHandlers.ofString()))
          .isInstanceOf(IOException.class);
      var untrusting = URI.create("https://" + nodes.config(0).listen() + "/healthz");
      assertThatThrownBy(
              () -> http.send(HttpRequest.newBuilder(untrusting).build(), BodyHandlers.ofString()))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void nodeOfAnotherAuthorityIsNotFormedWith() {
    var foreign = TestCertificates.in(directory.resolve("foreign"));
    nodes.present(2, foreign.node(nodes.id(2), Loopback.host()));
    IntStream.range(0, NODES).forEach(nodes::start);

    var refused = nodes.post(0, "/v1/cluster/init", "");

    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.body())
        .contains("certificate of node " + nodes.id(2))
        .contains("not to be traced to an authority of tls.ca");
  }

  @Test
  void certificateOfAnotherNodeOrAnExpiredOneStartsNothing() {
    nodes.present(0, certificates.node(nodes.id(1), Loopback.host()));
    assertThatThrownBy(() -> nodes.start(0))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("tls.certificate: names node " + nodes.id(1))
        .hasMessageContaining("(expected: " + nodes.id(0));

    nodes.present(0, certificates.expired(nodes.id(0)));
    assertThatThrownBy(() -> nodes.start(0))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("expired at ");
  }

  // --- the port for clients

  private int health(SSLContext context, String protocol) throws Exception {
    var parameters = new SSLParameters();
    parameters.setProtocols(new String[] {protocol});
    try (var http = HttpClient.newBuilder().sslContext(context).sslParameters(parameters).build()) {
      var uri = URI.create("https://" + nodes.config(0).listen() + "/healthz");
      return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).statusCode();
    }
  }

  @Test
  void clientsNeedACertificateWhereTheNodeAsksForOneAndTheNewestTlsAlways() throws Exception {
    var clients = TestCertificates.in(directory.resolve("clients"));
    nodes.set(0, "tls.client-ca", clients.authority().toString());
    nodes.start(0);

    assertThat(health(certificates.clients(clients.client("app")), "TLSv1.3")).isEqualTo(200);
    assertThatThrownBy(() -> health(certificates.clients(), "TLSv1.3"))
        .isInstanceOf(IOException.class);
    // A node's certificate is none of a client.
    var ofANode = certificates.node(nodes.id(1));
    assertThatThrownBy(() -> health(certificates.clients(ofANode), "TLSv1.3"))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> health(certificates.clients(clients.client("old")), "TLSv1.2"))
        .isInstanceOf(IOException.class);
  }

  // --- the port of consensus

  private RaftPeer consensusOf(int node) {
    return RaftPeer.newBuilder()
        .setId(RaftPeerId.valueOf(nodes.id(node).toString()))
        .setAddress(nodes.config(node).raftListen().toString())
        .build();
  }

  private void assertNothingButConsensus(Parameters parameters, String because) throws Exception {
    var group = RaftGroup.valueOf(RaftGroupId.randomId(), consensusOf(0));
    try (var client =
        RaftClient.newBuilder()
            .setRaftGroup(group)
            .setProperties(new RaftProperties())
            .setParameters(parameters)
            .setRetryPolicy(RetryPolicies.noRetry())
            .build()) {
      assertThatThrownBy(() -> client.io().send(Message.valueOf("a")))
          .isInstanceOf(Exception.class)
          .hasStackTraceContaining(because);
      assertThatThrownBy(() -> client.getGroupManagementApi(consensusOf(0).getId()).list())
          .isInstanceOf(Exception.class)
          .hasStackTraceContaining(because);
    }
  }

  private static Parameters with(NodeTls tls) {
    var parameters = new Parameters();
    GrpcConfigKeys.TLS.setConf(
        parameters, new GrpcTlsConfig(tls.peers().own(), tls.peers().trust(), true));
    return parameters;
  }

  @Test
  void nobodyReachesTheServicesForClientsAndAdministratorsOfConsensus() throws Exception {
    nodes.start(0);
    var foreign = TestCertificates.in(directory.resolve("foreign"));
    try (var member = NodeTls.open(certificates.node(nodes.id(1)));
        var stranger = NodeTls.open(foreign.node(nodes.id(1)))) {

      assertNothingButConsensus(new Parameters(), "UNAVAILABLE");
      assertNothingButConsensus(with(stranger), "UNAVAILABLE");
      assertNothingButConsensus(with(member), "PERMISSION_DENIED");
    }
  }

  private Status voteAsked(NodeTls sender, NodeId from, NodeId to) throws Exception {
    var context =
        GrpcSslContexts.configure(
                SslContextBuilder.forClient()
                    .keyManager(sender.peers().own())
                    .trustManager(sender.peers().trust()),
                SslProvider.JDK)
            .build();
    var channel =
        NettyChannelBuilder.forTarget(nodes.config(0).raftListen().toString())
            .sslContext(context)
            .build();
    try {
      var request =
          RequestVoteRequestProto.newBuilder()
              .setServerRequest(
                  RaftRpcRequestProto.newBuilder()
                      .setRequestorId(ByteString.copyFromUtf8(from.toString()))
                      .setReplyId(ByteString.copyFromUtf8(to.toString())))
              .build();
      var vote =
          RaftServerProtocolServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(2, TimeUnit.MINUTES)
              .requestVote(request);
      throw new AssertionError("answered: " + vote);
    } catch (StatusRuntimeException e) {
      return e.getStatus();
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void requestOfConsensusIsOfTheNodeThatItsCertificateNamesAndForThisOne() throws Exception {
    nodes.start(0);
    var self = nodes.id(0);
    var other = nodes.id(1);
    try (var tls = NodeTls.open(certificates.node(other))) {
      var another = voteAsked(tls, nodes.id(2), self);
      assertThat(another.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
      assertThat(another.getDescription())
          .isEqualTo(
              "certificate: names %s (expected: node %s, which the request is from)"
                  .formatted(other, nodes.id(2)));

      var elsewhere = voteAsked(tls, other, new NodeId(new UUID(9, 9)));
      assertThat(elsewhere.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
      assertThat(elsewhere.getDescription()).contains("(expected: for this node, " + self + ")");

      // One of a group that is not there comes through to Ratis.
      assertThat(voteAsked(tls, other, self).getCode()).isNotEqualTo(Status.Code.PERMISSION_DENIED);
    }
  }
}
