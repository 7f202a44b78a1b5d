package io.quiverdb.node.peer;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.quiverdb.raft.PeerTls;
import javax.net.ssl.SSLException;

/// TLS of the port for other nodes: both ends present certificates.
final class PeerContexts {
  private static final String PROTOCOL = "TLSv1.3";

  private PeerContexts() {}

  static SslContext server(PeerTls tls) {
    return build(SslContextBuilder.forServer(tls.own()).clientAuth(ClientAuth.REQUIRE), tls);
  }

  static SslContext client(PeerTls tls) {
    return build(SslContextBuilder.forClient().keyManager(tls.own()), tls);
  }

  private static SslContext build(SslContextBuilder builder, PeerTls tls) {
    try {
      return GrpcSslContexts.configure(builder, SslProvider.JDK)
          .trustManager(tls.trust())
          .protocols(PROTOCOL)
          .build();
    } catch (SSLException e) {
      throw new IllegalStateException("TLS: not to be set up", e);
    }
  }
}
