package io.quiverdb.core;

/// A snapshot could not be taken or brought in, because files of it could not be read or written.
/// Nothing depends on those: the store goes on as it was, and the call may be repeated.
public final class SnapshotFailedException extends StoreException {
  private static final long serialVersionUID = 1L;

  public SnapshotFailedException(String message, Throwable cause) {
    super(Fault.STORAGE, message, cause);
  }
}
