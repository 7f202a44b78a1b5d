package io.quiverdb.jepsen.history;

import java.io.IOException;
import java.io.Serial;

/// A text is not the history it was taken for.
public final class MalformedHistoryException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  private final int line;

  MalformedHistoryException(int line, Exception cause) {
    super("line " + line + ": " + cause.getMessage(), cause);
    this.line = line;
  }

  MalformedHistoryException(int line, String problem) {
    super("line " + line + ": " + problem);
    this.line = line;
  }

  /// The line at fault, counted from 1.
  public int line() {
    return line;
  }
}
