package io.quiverdb.node.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.node.security.NodeTls;
import io.quiverdb.node.security.TestCertificates;
import io.quiverdb.node.security.TlsFiles;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeAddresses;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.NodeStatus;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.PeerTransport;
import io.quiverdb.raft.ShardException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One node called by another over TLS, each with the certificates of a test.
class CertifiedPeersTest {
  private static final NodeId CALLED = new NodeId(new UUID(7, 1));
  private static final NodeId CALLER = new NodeId(new UUID(7, 2));
  private static final NodeId THIRD = new NodeId(new UUID(7, 3));

  @TempDir private Path folder;
  private TestCertificates certificates;
  private TestCertificates foreign;
  private final ScriptedPeer node = new ScriptedPeer();
  private final List<AutoCloseable> open = new ArrayList<>();

  @BeforeEach
  void makeAuthorities() {
    certificates = TestCertificates.in(folder.resolve("ca"));
    foreign = TestCertificates.in(folder.resolve("foreign"));
    node.answer(status(CALLED));
  }

  @AfterEach
  void close() throws Exception {
    for (var one : open.reversed()) {
      one.close();
    }
  }

  private static NodeStatus status(NodeId id) {
    return new NodeStatus(
        new Member(id, new NodeAddresses("c:1", "p:2", "r:3")),
        "test",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of());
  }

  private NodeTls tls(TlsFiles files) {
    var tls = NodeTls.open(files);
    open.add(tls);
    return tls;
  }

  private String serve(TlsFiles files) throws Exception {
    var server =
        PeerServer.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            node,
            Optional.of(tls(files).peers()),
            Optional::empty,
            Set.of(CALLER)::contains,
            Duration.ofMillis(10));
    open.add(server);
    return "127.0.0.1:" + server.port();
  }

  private PeerTransport transport(Optional<NodeTls> tls) {
    var transport = new GrpcPeerTransport(tls.map(NodeTls::peers));
    open.add(transport);
    return transport;
  }

  private Peer caller(String address, TlsFiles files) {
    return transport(Optional.of(tls(files))).at(address);
  }

  private static Object answer(CompletableFuture<?> call) throws Exception {
    return call.get(2, TimeUnit.MINUTES);
  }

  private static void assertRefused(CompletableFuture<?> call, String... because) {
    assertThatThrownBy(() -> answer(call))
        .cause()
        .isInstanceOf(ShardException.Unavailable.class)
        .message()
        .contains(because);
  }

  @Test
  void memberIsAnswered() throws Exception {
    var peer = caller(serve(certificates.node(CALLED)), certificates.node(CALLER));

    assertThat(answer(peer.status())).isEqualTo(status(CALLED));
    node.answer(Map.of(new CatalogGroup(), 5L));
    assertThat(answer(peer.currentTerms(Map.of(new CatalogGroup(), 5L))))
        .isEqualTo(Map.of(new CatalogGroup(), 5L));
  }

  @Test
  void nodeThatIsNoMemberIsToldOnlyWhatMakesItOne() throws Exception {
    var peer = caller(serve(certificates.node(CALLED)), certificates.node(THIRD));

    assertThat(answer(peer.status())).isEqualTo(status(CALLED));
    assertRefused(
        peer.currentTerms(Map.of(new CatalogGroup(), 5L)),
        "PERMISSION_DENIED",
        "node " + THIRD + ": no member (expected: a member of this cluster)");
  }

  @Test
  void nodeOfAnotherAuthorityIsRefusedByBoth() throws Exception {
    var address = serve(certificates.node(CALLED));

    assertRefused(
        caller(address, foreign.node(CALLER)).status(),
        "certificate of node " + CALLED + ": not to be traced to an authority of tls.ca");
    // One that trusts both takes the node that it calls, and is not taken itself.
    var own = foreign.node(CALLER);
    var both =
        Files.writeString(
            folder.resolve("both.crt"),
            Files.readString(certificates.authority()) + Files.readString(foreign.authority()));
    assertRefused(
        caller(address, new TlsFiles(own.certificate(), own.key(), both, Optional.empty()))
            .status(),
        "node at " + address);
    assertThat(node.asked()).isEmpty();
  }

  @Test
  void nodeAtTheAddressOfAnotherIsRefused() throws Exception {
    var address = serve(certificates.node(CALLED));
    var own = tls(certificates.node(CALLER));
    own.expect(asked -> asked.equals(address) ? Optional.of(THIRD) : Optional.empty());

    assertRefused(
        transport(Optional.of(own)).at(address).status(),
        "certificate of node " + CALLED,
        "presented at " + address + " (expected: of node " + THIRD + ", which is there)");
    assertThat(own.refused()).isPositive();
  }

  @Test
  void nodeThatSaysItIsAnotherThanItsCertificateIsRefused() throws Exception {
    node.answer(status(THIRD));
    var peer = caller(serve(certificates.node(CALLED)), certificates.node(CALLER));

    assertRefused(
        peer.status(),
        "certificate: names " + CALLED + " (expected: node " + THIRD + ", which it says it is)");
  }

  @Test
  void connectionInTheClearIsRefused() throws Exception {
    var address = serve(certificates.node(CALLED));

    assertRefused(transport(Optional.empty()).at(address).status(), "node at " + address);
    assertThat(node.asked()).isEmpty();
  }
}
