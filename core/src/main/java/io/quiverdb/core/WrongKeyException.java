package io.quiverdb.core;

/// The key that was given is not the one that the data is sealed with. Nothing was changed.
public final class WrongKeyException extends StoreException {
  private static final long serialVersionUID = 1L;

  public WrongKeyException(String message) {
    super(Fault.CALLER, message);
  }
}
