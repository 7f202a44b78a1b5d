package io.quiverdb.core.op;

/// An operation in the log is not what was put there.
public final class UnreadableOpException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnreadableOpException(String reason) {
    super("operation: " + reason + " (expected: as it was prepared)");
  }

  UnreadableOpException(String reason, Throwable cause) {
    super("operation: " + reason + " (expected: as it was prepared)", cause);
  }
}
