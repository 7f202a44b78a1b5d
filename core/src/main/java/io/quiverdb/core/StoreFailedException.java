package io.quiverdb.core;

/// The disk or the operating system failed. The store refuses everything until it is reopened.
public final class StoreFailedException extends StoreException {
  private static final long serialVersionUID = 1L;

  public StoreFailedException(String message, Throwable cause) {
    super(Fault.STORAGE, message, cause);
  }
}
