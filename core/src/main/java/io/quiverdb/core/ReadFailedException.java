package io.quiverdb.core;

/// Files could not be read, such as for want of file handles. Nothing depends on it: the store goes
/// on as it was, and the call may be repeated.
public final class ReadFailedException extends StoreException {
  private static final long serialVersionUID = 1L;

  public ReadFailedException(String message, Throwable cause) {
    super(Fault.STORAGE, message, cause);
  }
}
