package io.quiverdb.node.security;

import com.google.common.net.HostAndPort;
import io.quiverdb.raft.NodeId;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Accepts the certificates of nodes only, signed by the authority for nodes. Whoever is connected
/// to must be the node that is known to be there. Names of hosts are not looked at: nodes move, and
/// what makes a node is its id.
final class PeerTrust extends X509ExtendedTrustManager {
  private static final Logger log = LoggerFactory.getLogger(PeerTrust.class);

  private static final int TOLD_MAX = 100;
  private static final long TOLD_AGAIN_NANOS = Duration.ofMinutes(1).toNanos();

  private final Supplier<X509ExtendedTrustManager> authority;
  private final LongConsumer refusals;
  private volatile Function<String, Optional<NodeId>> nodeAt = _ -> Optional.empty();
  private final Map<String, Long> told = new ConcurrentHashMap<>();

  /// @param authority of nodes, as it is now
  /// @param refusals told of each, for a metric
  PeerTrust(Supplier<X509ExtendedTrustManager> authority, LongConsumer refusals) {
    this.authority = authority;
    this.refusals = refusals;
  }

  /// @param known the node that must be at an address, host:port, where that is known
  void expect(Function<String, Optional<NodeId>> known) {
    nodeAt = known;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain, () -> authority.get().checkClientTrusted(chain, authType), Optional.empty());
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain, () -> authority.get().checkServerTrusted(chain, authType), Optional.empty());
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    checkClientTrusted(chain, authType);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    checkServerTrusted(chain, authType);
  }

  @Override
  public void checkClientTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    checkClientTrusted(chain, authType);
  }

  @Override
  public void checkServerTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    check(
        chain,
        () -> authority.get().checkServerTrusted(chain, authType),
        Optional.ofNullable(engine).flatMap(PeerTrust::addressOf));
  }

  private static Optional<String> addressOf(SSLEngine engine) {
    var host = engine.getPeerHost();
    if (host == null) {
      return Optional.empty();
    }
    var bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    return Optional.of(HostAndPort.fromParts(bare, engine.getPeerPort()).toString());
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return authority.get().getAcceptedIssuers();
  }

  interface Validation {
    void run() throws CertificateException;
  }

  /// @param address that was connected to
  private void check(X509Certificate[] chain, Validation validation, Optional<String> address)
      throws CertificateException {
    try {
      requireValid(chain[0], validation);
      var named = NodeNames.nodeOf(chain[0]);
      if (named.isEmpty()) {
        throw new UntrustedException(
            NodeNames.describe(chain[0]) + ": names no node (expected: quiver:node:<id>)");
      }
      var expected = address.flatMap(nodeAt);
      if (expected.isPresent() && !expected.equals(named)) {
        throw new UntrustedException(
            "%s: presented at %s (expected: of node %s, which is there)"
                .formatted(
                    NodeNames.describe(chain[0]), address.orElseThrow(), expected.orElseThrow()));
      }
    } catch (UntrustedException e) {
      refusals.accept(1);
      tell(String.valueOf(e.getMessage()));
      throw e;
    }
  }

  static void requireValid(X509Certificate certificate, Validation validation)
      throws UntrustedException {
    try {
      certificate.checkValidity();
      validation.run();
    } catch (CertificateExpiredException e) {
      throw new UntrustedException(
          "%s: expired at %s (expected: one that is valid now)"
              .formatted(NodeNames.describe(certificate), certificate.getNotAfter().toInstant()),
          e);
    } catch (CertificateNotYetValidException e) {
      throw new UntrustedException(
          "%s: valid from %s on only (expected: now; do the clocks agree?)"
              .formatted(NodeNames.describe(certificate), certificate.getNotBefore().toInstant()),
          e);
    } catch (CertificateException e) {
      throw new UntrustedException(
          "%s: not to be traced to an authority of tls.ca (expected: signed by one of them)"
              .formatted(NodeNames.describe(certificate)),
          e);
    }
  }

  /// Whoever is refused comes again, every second: once a minute is enough.
  private void tell(String refusal) {
    long now = System.nanoTime();
    if (told.size() > TOLD_MAX) {
      told.clear();
    }
    var before = told.get(refusal);
    if (before == null || now - before > TOLD_AGAIN_NANOS) {
      told.put(refusal, now);
      log.warn("peer refused: {}", refusal);
    }
  }
}
