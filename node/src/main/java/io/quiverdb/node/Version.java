package io.quiverdb.node;

import java.util.Objects;

/// The version of this software, from its jar.
final class Version {
  private Version() {}

  static String current() {
    return Objects.requireNonNullElse(
        Version.class.getPackage().getImplementationVersion(), "development");
  }
}
