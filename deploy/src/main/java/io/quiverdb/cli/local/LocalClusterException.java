package io.quiverdb.cli.local;

/// What was expected of a cluster on this machine did not come. The message says what.
public final class LocalClusterException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public LocalClusterException(String message) {
    super(message);
  }

  public LocalClusterException(String message, Throwable cause) {
    super(message, cause);
  }
}
