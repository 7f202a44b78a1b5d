package io.quiverdb.core;

/// An operation is not what was prepared, or not for this store.
public final class UnreadableOpException extends StoreException {
  private static final long serialVersionUID = 1L;

  public UnreadableOpException(String reason) {
    super(Fault.DATA, "operation: " + reason + " (expected: as it was prepared)");
  }

  public UnreadableOpException(String reason, Throwable cause) {
    super(Fault.DATA, "operation: " + reason + " (expected: as it was prepared)", cause);
  }
}
