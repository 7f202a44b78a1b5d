package io.quiverdb.node.security;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.jspecify.annotations.Nullable;

/// Certificates and private keys in PEM files. What is wrong with one is an
/// [IllegalArgumentException] that names it.
final class Pem {
  private static final Set<PosixFilePermission> PUBLIC =
      PosixFilePermissions.fromString("rw-r--r--");
  private static final Set<PosixFilePermission> SECRET =
      PosixFilePermissions.fromString("rw-------");

  /// A group may read: secrets that an orchestrator mounts belong to root, and to a group.
  private static final Set<PosixFilePermission> TOO_MUCH =
      EnumSet.of(
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  private Pem() {}

  /// @param what the file is, as messages call it
  /// @return at least one, in the order of the file
  static List<X509Certificate> readCertificates(String what, Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      var certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (certificates.isEmpty()) {
        throw new IllegalArgumentException(
            what + ": " + file + " holds none (expected: certificates in PEM)");
      }
      return certificates;
    } catch (CertificateException e) {
      throw new IllegalArgumentException(
          what + ": " + file + " cannot be parsed (expected: certificates in PEM)", e);
    } catch (IOException e) {
      throw unreadable(what, file, e);
    }
  }

  /// @throws IllegalArgumentException also if everybody may read it
  static PrivateKey readKey(String what, Path file) {
    try {
      requireKeptSecret(what, file);
      return parseKey(what, file, Files.readString(file, StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw unreadable(what, file, e);
    }
  }

  private static PrivateKey parseKey(String what, Path file, String text) {
    try (var parser = new PEMParser(new StringReader(text))) {
      var converter = new JcaPEMKeyConverter();
      // By default it asks for ECDSA, which the JDK has no keys of.
      converter.setAlgorithmMapping(X9ObjectIdentifiers.id_ecPublicKey, "EC");
      // Before a key of an elliptic curve OpenSSL writes the curve's name.
      for (Object found = parser.readObject(); found != null; found = parser.readObject()) {
        switch (found) {
          case PEMKeyPair pair -> {
            return converter.getPrivateKey(pair.getPrivateKeyInfo());
          }
          case PrivateKeyInfo info -> {
            return converter.getPrivateKey(info);
          }
          default -> {}
        }
      }
    } catch (IOException e) {
      throw noKey(what, file, e);
    }
    throw noKey(what, file, null);
  }

  private static IllegalArgumentException noKey(String what, Path file, @Nullable Exception cause) {
    // The cause may quote the file.
    return new IllegalArgumentException(
        "%s: %s holds none that can be read%s (expected: a private key in PEM, not encrypted)"
            .formatted(what, file, cause == null ? "" : ", " + cause.getClass().getSimpleName()));
  }

  private static IllegalArgumentException unreadable(String what, Path file, IOException cause) {
    return new IllegalArgumentException(
        "%s: %s cannot be read, %s (expected: a file that can be)"
            .formatted(what, file, cause.getClass().getSimpleName()),
        cause);
  }

  private static void requireKeptSecret(String what, Path file) throws IOException {
    if (!hasPermissions(file)) {
      return;
    }
    var permissions = Files.getPosixFilePermissions(file);
    if (permissions.stream().anyMatch(TOO_MUCH::contains)) {
      throw new IllegalArgumentException(
          "%s: %s with permissions %s (expected: %s, so that only its owner reads it)"
              .formatted(
                  what,
                  file,
                  PosixFilePermissions.toString(permissions),
                  PosixFilePermissions.toString(SECRET)));
    }
  }

  /// Whether none but its owner may read it.
  static boolean isOwnersOnly(Path file) throws IOException {
    return !hasPermissions(file) || SECRET.containsAll(Files.getPosixFilePermissions(file));
  }

  static void writeCertificates(Path file, List<X509Certificate> certificates) {
    write(file, certificates, PUBLIC);
  }

  static void writeKey(Path file, PrivateKey key) {
    write(file, List.of(key), SECRET);
  }

  private static void write(Path file, List<?> objects, Set<PosixFilePermission> permissions) {
    Path folder = file.toAbsolutePath().normalize().resolveSibling("");
    try {
      Files.createDirectories(folder);
      var text = new StringWriter();
      try (var writer = new JcaPEMWriter(text)) {
        for (Object object : objects) {
          writer.writeObject(
              object instanceof PrivateKey key ? new JcaPKCS8Generator(key, null) : object);
        }
      }
      var attributes =
          hasPermissions(folder)
              ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
              : new FileAttribute<?>[] {};
      try (var channel =
          FileChannel.open(
              file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), attributes)) {
        var bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
    } catch (FileAlreadyExistsException _) {
      throw new IllegalArgumentException(file + ": exists (expected: a new file)");
    } catch (IOException e) {
      throw new IllegalArgumentException(
          file + ": cannot be written, " + e + " (expected: a place that can be)", e);
    }
  }

  private static boolean hasPermissions(Path file) {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
