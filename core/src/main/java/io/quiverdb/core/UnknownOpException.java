package io.quiverdb.core;

/// An operation in a log that a later version of the program made. A replica that skipped it would
/// differ from the others, so it stops, and a store of its own is not opened: nothing was changed,
/// and the later version reads it.
public final class UnknownOpException extends StoreException {
  private static final long serialVersionUID = 1L;

  public UnknownOpException(String message) {
    super(Fault.CALLER, message);
  }
}
