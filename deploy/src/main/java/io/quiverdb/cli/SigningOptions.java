package io.quiverdb.cli;

import io.quiverdb.node.security.CertificateAuthority;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import picocli.CommandLine.Option;

/// What commands that have an authority sign a certificate have in common.
final class SigningOptions {
  @Option(
      names = "--ca",
      paramLabel = "FILE",
      defaultValue = "ca.crt",
      description = "The authority's certificate (${DEFAULT-VALUE}).")
  private Path authority = Path.of("ca.crt");

  @Option(
      names = "--ca-key",
      paramLabel = "FILE",
      defaultValue = "ca.key",
      description = "The authority's key (${DEFAULT-VALUE}).")
  private Path authorityKey = Path.of("ca.key");

  @Option(
      names = "--days",
      paramLabel = "N",
      defaultValue = "365",
      description = "How long it is valid (${DEFAULT-VALUE}).")
  private int days = 365;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = ".",
      description = "Where both files are written (the present folder).")
  private Path folder = Path.of(".");

  CertificateAuthority authority(SecureRandom random) {
    return CertificateAuthority.read(authority, authorityKey, random);
  }

  Path folder() {
    return folder;
  }

  Duration validity() {
    return validity(days);
  }

  /// @throws IllegalArgumentException if it is less than one
  static Duration validity(int days) {
    if (days < 1) {
      throw new IllegalArgumentException("days: " + days + " (expected: 1 or more)");
    }
    return Duration.ofDays(days);
  }
}
