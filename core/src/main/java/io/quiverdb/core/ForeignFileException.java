package io.quiverdb.core;

/// Files that belong to another store.
public final class ForeignFileException extends StoreException {
  private static final long serialVersionUID = 1L;

  public ForeignFileException(String what, Object expected, Object actual) {
    super(Fault.CALLER, "%s: %s (expected: %s)".formatted(what, actual, expected));
  }
}
