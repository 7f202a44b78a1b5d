package io.quiverdb.node.doctor;

import io.quiverdb.node.NodeConfig;
import io.quiverdb.node.security.NodeTls;
import io.quiverdb.node.security.TlsFiles;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Whether the node's certificate can be used, for how long, and who may read its key.
final class CertificateCheck {
  private static final String SUBJECT = "certificate";
  private static final Duration SOON = Duration.ofDays(30);

  private CertificateCheck() {}

  /// Nothing, if the node speaks no TLS.
  static List<Finding> examine(NodeConfig config, Instant now) {
    List<Finding> findings = new ArrayList<>();
    config
        .tls()
        .ifPresent(
            files -> {
              findings.add(certificate(files, now));
              findings.add(key(files));
            });
    return findings;
  }

  private static Finding certificate(TlsFiles files, Instant now) {
    try (var tls = NodeTls.open(files)) {
      var found = "of node %s, valid until %s".formatted(tls.node(), tls.expires());
      return Duration.between(now, tls.expires()).compareTo(SOON) < 0
          ? Finding.warning(
              SUBJECT, found, "Put another in its place: the node takes it while it runs.")
          : Finding.good(SUBJECT, found);
    } catch (IllegalArgumentException e) {
      return Finding.bad(SUBJECT, String.valueOf(e.getMessage()), "See `quiver cert --help`.");
    }
  }

  private static Finding key(TlsFiles files) {
    try {
      return files.isKeyOwnersOnly()
          ? Finding.good("certificate key", "only its owner may read it")
          : Finding.warning(
              "certificate key",
              files.key() + " may be read by others than its owner",
              "chmod 600, unless an orchestrator mounts it so.");
    } catch (IOException e) {
      return Finding.bad(
          "certificate key", files.key() + ": " + e, "Give the node a key that it can read.");
    }
  }
}
