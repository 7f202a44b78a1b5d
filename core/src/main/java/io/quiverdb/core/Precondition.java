package io.quiverdb.core;

/// What must hold of a point for a write to it to take effect, as the point is before the operation
/// that carries the write. If it does not of one point, the whole operation is refused.
public sealed interface Precondition {
  /// There is no point of this id.
  record Absent() implements Precondition {}

  /// There is a point of this id.
  record Present() implements Precondition {}

  /// There is a point of this id, and this is its version: nothing has changed it since it was
  /// read.
  record VersionEquals(long version) implements Precondition {}
}
