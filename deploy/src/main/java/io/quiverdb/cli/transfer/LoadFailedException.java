package io.quiverdb.cli.transfer;

/// Points could not be written, through no fault of theirs. The cause is the client's.
public final class LoadFailedException extends Exception {
  private static final long serialVersionUID = 1;

  private final long firstLine;
  private final long lastLine;

  /// @param firstLine where the first of the points stands in its source
  LoadFailedException(long firstLine, long lastLine, Throwable cause) {
    super(cause);
    this.firstLine = firstLine;
    this.lastLine = lastLine;
  }

  public long firstLine() {
    return firstLine;
  }

  public long lastLine() {
    return lastLine;
  }
}
