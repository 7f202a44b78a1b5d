package io.quiverdb.node.security;

import io.quiverdb.raft.NodeId;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// An authority of a test, and files of what it signs.
public final class TestCertificates {
  private static final Duration DAY = Duration.ofDays(1);

  private final Path folder;
  private final CertificateAuthority authority;
  private final AtomicInteger made = new AtomicInteger();

  private TestCertificates(Path folder, CertificateAuthority authority) {
    this.folder = folder;
    this.authority = authority;
  }

  /// @param folder that is empty, or not there yet
  public static TestCertificates in(Path folder) {
    var authority =
        CertificateAuthority.create("test", Instant.now(), Duration.ofDays(10), new SecureRandom());
    Pem.writeCertificates(folder.resolve("ca.crt"), List.of(authority.certificate()));
    return new TestCertificates(folder, authority);
  }

  public Path authority() {
    return folder.resolve("ca.crt");
  }

  /// For clients that trust this authority.
  public SSLContext clients() {
    return clients(Optional.empty());
  }

  /// For clients that trust this authority and have a certificate.
  public SSLContext clients(TlsFiles own) {
    return clients(Optional.of(own));
  }

  private SSLContext clients(Optional<TlsFiles> own) {
    try {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      store.setCertificateEntry("ca", authority.certificate());
      var trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(store);
      var context = SSLContext.getInstance("TLSv1.3");
      var keys = own.map(TestCertificates::keys).map(one -> new KeyManager[] {one});
      context.init(keys.orElse(null), trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new AssertionError(e);
    }
  }

  private static KeyManager keys(TlsFiles files) {
    var own = new OwnCertificate();
    own.use(
        Pem.readCertificates("certificate", files.certificate()), Pem.readKey("key", files.key()));
    return own;
  }

  public TlsFiles node(NodeId node) {
    return write(authority.node(node, List.of("localhost", "127.0.0.1"), Instant.now(), DAY));
  }

  public TlsFiles node(NodeId node, String host) {
    return write(authority.node(node, List.of(host), Instant.now(), DAY));
  }

  /// One that was valid until yesterday.
  public TlsFiles expired(NodeId node) {
    var before = Instant.now().minus(Duration.ofDays(2));
    return write(authority.node(node, List.of("localhost"), before, DAY));
  }

  /// One that will be valid tomorrow.
  public TlsFiles future(NodeId node) {
    var later = Instant.now().plus(Duration.ofDays(1));
    return write(authority.node(node, List.of("localhost"), later, DAY));
  }

  public TlsFiles client(String name) {
    return write(authority.client(name, Instant.now(), DAY));
  }

  private TlsFiles write(CertificateAuthority.Issued issued) {
    int number = made.incrementAndGet();
    var certificate = folder.resolve("certificate-" + number + ".crt");
    var key = folder.resolve("certificate-" + number + ".key");
    Pem.writeCertificates(certificate, List.of(issued.certificate()));
    Pem.writeKey(key, issued.key());
    return new TlsFiles(certificate, key, authority(), Optional.empty());
  }
}
