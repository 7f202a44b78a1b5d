package io.quiverdb.core;

/// Files could not be read, such as for want of file handles. Nothing depends on it: the store goes
/// on as it was, and what was asked for may be asked for again. What was being read from call to
/// call is at its end, and throws this again.
public final class ReadFailedException extends StoreException {
  private static final long serialVersionUID = 1L;

  public ReadFailedException(String message, Throwable cause) {
    super(Fault.STORAGE, message, cause);
  }
}
