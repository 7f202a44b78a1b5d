package io.quiverdb.cli;

/// What the program's end tells a script. A node has more: [io.quiverdb.node.ExitCode].
final class ExitCode {
  static final int GOOD = 0;

  /// A negative answer: not found, replicas unequal, not ready.
  static final int NEGATIVE = 1;

  static final int USAGE = 2;
  static final int UNREACHABLE = 3;

  private ExitCode() {}
}
