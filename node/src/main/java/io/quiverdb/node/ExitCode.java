package io.quiverdb.node;

/// What a node's process exits with.
public final class ExitCode {
  public static final int GOOD = 0;

  /// It was told to stop and did not finish in time. What it acknowledged is in the log.
  public static final int STOP_OVERRUN = 1;

  public static final int CONFIGURATION = 64;

  /// The data directory is locked or foreign.
  public static final int DATA_REFUSED = 73;

  public static final int INPUT_OUTPUT = 74;

  private ExitCode() {}
}
