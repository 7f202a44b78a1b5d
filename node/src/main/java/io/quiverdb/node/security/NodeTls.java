package io.quiverdb.node.security;

import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.PeerTls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a node proves itself with, and whom it believes: read from files, and read again when they
/// change. Connections that are open stay as they are.
public final class NodeTls implements AutoCloseable {
  /// All that is spoken.
  public static final String PROTOCOL = "TLSv1.3";

  /// What TLS 1.3 says of it: certificates do not depend on it any more.
  private static final String KEY_EXCHANGE = "UNKNOWN";

  private static final Logger log = LoggerFactory.getLogger(NodeTls.class);
  private static final Duration LOOKS_EVERY = Duration.ofSeconds(10);

  private final TlsFiles files;
  private final OwnCertificate own = new OwnCertificate();
  private final LongAdder refused = new LongAdder();
  private final PeerTrust peers;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Loaded loaded;
  private List<Object> seen;

  /// @param expires when this node's certificate does
  private record Loaded(
      List<X509Certificate> chain,
      PrivateKey key,
      NodeId node,
      Instant expires,
      X509ExtendedTrustManager authority,
      Optional<X509ExtendedTrustManager> clientAuthority) {}

  private NodeTls(TlsFiles files) {
    this.files = files;
    this.peers = new PeerTrust(() -> loaded.authority(), refused::add);
    this.seen = look();
    this.loaded = load(files);
    own.use(loaded.chain(), loaded.key());
  }

  /// Reads the files, and looks at them every few seconds from then on.
  ///
  /// @throws IllegalArgumentException if one cannot be used, or the certificate names no node, has
  ///   expired or is not signed by the authority: the message names the setting
  public static NodeTls open(TlsFiles files) {
    var tls = new NodeTls(files);
    Thread.ofVirtual().name("certificate-watch").start(tls::watch);
    return tls;
  }

  private static Loaded load(TlsFiles files) {
    var chain = Pem.readCertificates("tls.certificate", files.certificate());
    var key = Pem.readKey("tls.key", files.key());
    TlsFiles.requireMatching("tls.key: " + files.key(), chain.getFirst(), key);
    var authority = trust(Pem.readCertificates("tls.ca", files.authority()));
    try {
      PeerTrust.requireValid(
          chain.getFirst(),
          () -> authority.checkServerTrusted(chain.toArray(X509Certificate[]::new), KEY_EXCHANGE));
    } catch (UntrustedException e) {
      throw new IllegalArgumentException(
          "tls.certificate: " + files.certificate() + ": " + e.getMessage(), e);
    }
    var node =
        NodeNames.nodeOf(chain.getFirst())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "tls.certificate: %s names no node (expected: made by `quiver cert node`, or"
                                .formatted(files.certificate())
                            + " with the URI quiver:node:<id> among its alternative names)"));
    var clients =
        files.clientAuthority().map(file -> trust(Pem.readCertificates("tls.client-ca", file)));
    return new Loaded(
        chain, key, node, chain.getFirst().getNotAfter().toInstant(), authority, clients);
  }

  private static X509ExtendedTrustManager trust(List<X509Certificate> authorities) {
    try {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (var authority : authorities) {
        store.setCertificateEntry("authority-" + store.size(), authority);
      }
      var factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store);
      return Arrays.stream(factory.getTrustManagers())
          .filter(X509ExtendedTrustManager.class::isInstance)
          .map(X509ExtendedTrustManager.class::cast)
          .findFirst()
          .orElseThrow();
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("trust: not to be set up", e);
    }
  }

  private void watch() {
    try {
      while (!closed.await(LOOKS_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
        refresh();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Reads the files again if one has changed. What cannot be used changes nothing.
  synchronized void refresh() {
    var now = look();
    if (now.equals(seen)) {
      return;
    }
    seen = now;
    try {
      var next = load(files);
      if (!next.node().equals(loaded.node())) {
        throw new IllegalArgumentException(
            "tls.certificate: names node %s (expected: this node, %s)"
                .formatted(next.node(), loaded.node()));
      }
      own.use(next.chain(), next.key());
      loaded = next;
      log.info("certificates read again expires={}", next.expires());
    } catch (IllegalArgumentException e) {
      log.error("certificates changed, and those before stay in use: {}", e.getMessage());
    }
  }

  /// What tells whether files have changed.
  private List<Object> look() {
    List<Object> looks = new ArrayList<>();
    List<Path> all = new ArrayList<>(List.of(files.certificate(), files.key(), files.authority()));
    files.clientAuthority().ifPresent(all::add);
    for (Path file : all) {
      try {
        looks.add(Files.getLastModifiedTime(file));
        looks.add(Files.size(file));
      } catch (IOException _) {
        looks.add("cannot be read");
      }
    }
    return looks;
  }

  /// The node that the certificate names.
  public NodeId node() {
    return loaded.node();
  }

  /// When the certificate does.
  public Instant expires() {
    return loaded.expires();
  }

  /// How many certificates of others were refused.
  public long refused() {
    return refused.sum();
  }

  /// @param known the node that must be at an address, host:port, where that is known
  public void expect(Function<String, Optional<NodeId>> known) {
    peers.expect(known);
  }

  /// Between nodes.
  public PeerTls peers() {
    return new PeerTls(own, peers, NodeNames::nodeOf);
  }

  /// This node's certificate, for clients.
  public X509ExtendedKeyManager own() {
    return own;
  }

  /// Whose certificates clients must have. Empty if they need none.
  public Optional<X509ExtendedTrustManager> clients() {
    return loaded.clientAuthority().isPresent()
        ? Optional.of(new CurrentTrust(() -> loaded.clientAuthority().orElseThrow()))
        : Optional.empty();
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
