package io.quiverdb.node.security;

import io.quiverdb.raft.NodeId;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/// How a certificate names a node: a URI among its subject alternative names, `quiver:node:` and
/// the node's id. One that names several names none.
final class NodeNames {
  private static final String PREFIX = "quiver:node:";
  private static final int URI = 6; // RFC 5280, GeneralName

  private NodeNames() {}

  static String uri(NodeId node) {
    return PREFIX + node;
  }

  static Optional<NodeId> nodeOf(X509Certificate certificate) {
    List<NodeId> named;
    try {
      var names = certificate.getSubjectAlternativeNames();
      if (names == null) {
        return Optional.empty();
      }
      named =
          names.stream()
              .filter(name -> name.getFirst() instanceof Integer type && type == URI)
              .map(name -> String.valueOf(name.get(1)))
              .filter(uri -> uri.startsWith(PREFIX))
              .map(uri -> NodeId.parse(uri.substring(PREFIX.length())))
              .toList();
    } catch (CertificateParsingException | IllegalArgumentException _) {
      return Optional.empty();
    }
    return named.size() == 1 ? Optional.of(named.getFirst()) : Optional.empty();
  }

  /// For people.
  static String describe(X509Certificate certificate) {
    return nodeOf(certificate)
        .map(node -> "certificate of node " + node)
        .orElseGet(() -> "certificate of " + certificate.getSubjectX500Principal());
  }
}
