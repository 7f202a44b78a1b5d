package io.quiverdb.client;

import org.jspecify.annotations.Nullable;

/// What must hold of a point for a write to it to take effect. If it does not of one point, nothing
/// is written to any point of the same part, and the call fails with [PreconditionFailedException],
/// which names the points and their versions.
///
/// Parts are what [Collection#upsert(java.util.List)] splits a call into; a call for one point has
/// one part.
public final class Precondition {
  private final io.quiverdb.api.v1.Precondition wire;

  private Precondition(io.quiverdb.api.v1.Precondition wire) {
    this.wire = wire;
  }

  /// There is no point of this id.
  public static Precondition absent() {
    return new Precondition(io.quiverdb.api.v1.Precondition.newBuilder().setAbsent(true).build());
  }

  /// There is a point of this id.
  public static Precondition present() {
    return new Precondition(io.quiverdb.api.v1.Precondition.newBuilder().setPresent(true).build());
  }

  /// There is a point of this id, and nothing has changed it since it had this version.
  ///
  /// @param version as in [StoredPoint#version]
  public static Precondition version(long version) {
    return new Precondition(
        io.quiverdb.api.v1.Precondition.newBuilder().setVersion(version).build());
  }

  io.quiverdb.api.v1.Precondition toWire() {
    return wire;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Precondition that && wire.equals(that.wire);
  }

  @Override
  public int hashCode() {
    return wire.hashCode();
  }

  @Override
  public String toString() {
    return switch (wire.getKindCase()) {
      case ABSENT -> "absent";
      case PRESENT -> "present";
      case VERSION -> "version " + Long.toUnsignedString(wire.getVersion());
      case KIND_NOT_SET -> "none";
    };
  }
}
