package io.quiverdb.core;

/// The store was closed.
public final class StoreClosedException extends StoreException {
  private static final long serialVersionUID = 1L;

  public StoreClosedException() {
    super(Fault.CLOSED, "store: closed (expected: open)");
  }
}
