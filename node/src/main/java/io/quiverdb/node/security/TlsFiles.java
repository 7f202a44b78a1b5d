package io.quiverdb.node.security;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Optional;

/// Where a node's certificates are, all in PEM.
///
/// @param certificate of this node, then those between it and the authority, if any
/// @param key of the certificate
/// @param authority whose certificates nodes must have; one or several
/// @param clientAuthority whose certificates clients must have, if they must have any
public record TlsFiles(Path certificate, Path key, Path authority, Optional<Path> clientAuthority) {
  private static final byte[] PROBE = {'q', 'u', 'i', 'v', 'e', 'r'};

  /// Whether none but its owner may read the key. A node takes one that a group may read, too.
  public boolean isKeyOwnersOnly() throws IOException {
    return Pem.isOwnersOnly(key);
  }

  /// @throws IllegalArgumentException if the key is another certificate's
  static void requireMatching(String what, X509Certificate certificate, PrivateKey key) {
    try {
      String algorithm =
          switch (key.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> key.getAlgorithm();
          };
      var signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(PROBE);
      byte[] signed = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      signature.update(PROBE);
      if (signature.verify(signed)) {
        return;
      }
    } catch (GeneralSecurityException _) {
      // Another algorithm's, perhaps.
    }
    throw new IllegalArgumentException(
        what + " does not belong to its certificate (expected: the key it was made with)");
  }
}
