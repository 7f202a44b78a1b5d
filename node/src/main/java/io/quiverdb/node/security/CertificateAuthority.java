package io.quiverdb.node.security;

import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.NodeIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// Makes certificates for nodes and clients, for those who have no authority of their own: X.509
/// with keys of the curve P-256 (RFC 5280, RFC 5480).
///
/// What is wrong with a file or an argument is an [IllegalArgumentException] that names it.
public final class CertificateAuthority {
  /// In the folder that a certificate is written to.
  public static final String CA_CERTIFICATE = "ca.crt";

  /// The authority's own: whoever has it can pass for any node.
  public static final String CA_KEY = "ca.key";

  private static final String SIGNATURE = "SHA256withECDSA";
  private static final int SERIAL_BITS = 127;

  /// Clocks that are behind accept a new certificate, too.
  private static final Duration BACKDATED = Duration.ofMinutes(10);

  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|.*:.*");
  private static final Pattern HOST = Pattern.compile("(\\*\\.)?[A-Za-z0-9]([A-Za-z0-9.-]*)");

  private final X509Certificate certificate;
  private final PrivateKey key;
  private final SecureRandom random;

  private CertificateAuthority(X509Certificate certificate, PrivateKey key, SecureRandom random) {
    this.certificate = certificate;
    this.key = key;
    this.random = random;
  }

  /// A certificate with its key.
  ///
  /// @param expires when it stops being valid
  public record Made(Path certificate, Path key, Instant expires) {}

  /// Makes a new authority and writes `ca.crt` and `ca.key` into a folder.
  public static Made create(Path folder, String name, Duration validity, SecureRandom random) {
    var made = create(name, Instant.now(), validity, random);
    var files = new Made(folder.resolve(CA_CERTIFICATE), folder.resolve(CA_KEY), expiry(made));
    requireNew(files);
    Pem.writeKey(files.key(), made.key);
    Pem.writeCertificates(files.certificate(), List.of(made.certificate));
    return files;
  }

  static CertificateAuthority create(
      String name, Instant now, Duration validity, SecureRandom random) {
    try {
      var keys = draw(random);
      var subject = commonName(name);
      var builder = builder(subject, subject, keys, now, validity, random);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      var certificate = signed(builder, keys.getPrivate());
      return new CertificateAuthority(certificate, keys.getPrivate(), random);
    } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
      throw new IllegalStateException("certificate authority: not made", e);
    }
  }

  /// Reads an authority.
  public static CertificateAuthority read(Path certificate, Path key, SecureRandom random) {
    var certificates = Pem.readCertificates("ca", certificate);
    if (certificates.getFirst().getBasicConstraints() < 0) {
      throw new IllegalArgumentException(
          "ca: %s is no authority's (expected: made by `quiver cert create-ca`)"
              .formatted(certificate));
    }
    var secret = Pem.readKey("ca-key", key);
    TlsFiles.requireMatching("ca-key: " + key, certificates.getFirst(), secret);
    return new CertificateAuthority(certificates.getFirst(), secret, random);
  }

  /// The node of a data directory, drawn now if the directory is new.
  ///
  /// @throws io.quiverdb.core.StoreException if it is damaged or in use
  public static String nodeOf(Path dataDirectory, SecureRandom random) {
    try {
      return NodeIdentity.of(dataDirectory, random).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "data-dir: " + dataDirectory + " cannot be read and written", e);
    }
  }

  /// Makes a certificate for a node and writes `node.crt` and `node.key` into a folder.
  ///
  /// @param nodeId that the certificate names
  /// @param hosts under which clients reach the node: names or addresses
  public Made node(Path folder, String nodeId, List<String> hosts, Duration validity) {
    var files = new Made(folder.resolve("node.crt"), folder.resolve("node.key"), Instant.MAX);
    return write(files, node(parsed(nodeId), hosts, Instant.now(), validity));
  }

  /// Makes a certificate for a client and writes it with its key into a folder, as `NAME.crt` and
  /// `NAME.key`.
  public Made client(Path folder, String name, Duration validity) {
    if (!name.matches("[A-Za-z0-9_.@-]{1,64}") || name.startsWith(".")) {
      throw new IllegalArgumentException(
          "name: \"%s\" (expected: 1 to 64 letters, digits, _, ., @ or -)".formatted(name));
    }
    var files = new Made(folder.resolve(name + ".crt"), folder.resolve(name + ".key"), Instant.MAX);
    return write(files, client(name, Instant.now(), validity));
  }

  private static NodeId parsed(String nodeId) {
    try {
      return NodeId.parse(nodeId);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "node-id: \"%s\" (expected: a UUID, as `quiver status` shows it)".formatted(nodeId), e);
    }
  }

  private static Made write(Made files, Issued issued) {
    requireNew(files);
    Pem.writeKey(files.key(), issued.key());
    Pem.writeCertificates(files.certificate(), List.of(issued.certificate()));
    return new Made(
        files.certificate(), files.key(), issued.certificate().getNotAfter().toInstant());
  }

  private static void requireNew(Made files) {
    for (Path file : List.of(files.certificate(), files.key())) {
      if (Files.exists(file)) {
        throw new IllegalArgumentException(file + ": exists (expected: a new file)");
      }
    }
  }

  record Issued(X509Certificate certificate, PrivateKey key) {}

  Issued node(NodeId node, List<String> hosts, Instant now, Duration validity) {
    List<GeneralName> names = new ArrayList<>();
    names.add(new GeneralName(GeneralName.uniformResourceIdentifier, NodeNames.uri(node)));
    hosts.forEach(host -> names.add(named(host)));
    var usage =
        new ExtendedKeyUsage(
            new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth});
    return issue(commonName("quiver node " + node), usage, names, now, validity);
  }

  private static GeneralName named(String host) {
    if (ADDRESS.matcher(host).matches()) {
      try {
        return new GeneralName(GeneralName.iPAddress, host);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "host: \"%s\" (expected: an address)".formatted(host), e);
      }
    }
    if (!HOST.matcher(host).matches()) {
      throw new IllegalArgumentException(
          "host: \"%s\" (expected: a name or an address)".formatted(host));
    }
    return new GeneralName(GeneralName.dNSName, host);
  }

  Issued client(String name, Instant now, Duration validity) {
    return issue(
        commonName(name),
        new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth),
        List.of(),
        now,
        validity);
  }

  private Issued issue(
      X500Name subject,
      ExtendedKeyUsage usage,
      List<GeneralName> names,
      Instant now,
      Duration validity) {
    try {
      var keys = draw(random);
      var issuer = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
      var builder = builder(issuer, subject, keys, now, validity, random);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(Extension.extendedKeyUsage, false, usage);
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate.getPublicKey()));
      if (!names.isEmpty()) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(names.toArray(GeneralName[]::new)));
      }
      return new Issued(signed(builder, key), keys.getPrivate());
    } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
      throw new IllegalArgumentException(
          "certificate: cannot be signed by this authority (expected: one with a key of an elliptic"
              + " curve)",
          e);
    }
  }

  private static X509v3CertificateBuilder builder(
      X500Name issuer,
      X500Name subject,
      KeyPair keys,
      Instant now,
      Duration validity,
      SecureRandom random)
      throws GeneralSecurityException, CertIOException {
    var builder =
        new JcaX509v3CertificateBuilder(
            issuer,
            new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1),
            Date.from(now.minus(BACKDATED)),
            Date.from(now.plus(validity)),
            subject,
            keys.getPublic());
    builder.addExtension(
        Extension.subjectKeyIdentifier,
        false,
        new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
    return builder;
  }

  private static X509Certificate signed(X509v3CertificateBuilder builder, PrivateKey signer)
      throws GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter()
        .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(signer)));
  }

  private static KeyPair draw(SecureRandom random) throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), random);
    return generator.generateKeyPair();
  }

  private static X500Name commonName(String name) {
    return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, name).build();
  }

  private static Instant expiry(CertificateAuthority authority) {
    return authority.certificate.getNotAfter().toInstant();
  }

  X509Certificate certificate() {
    return certificate;
  }
}
