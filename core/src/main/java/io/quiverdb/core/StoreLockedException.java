package io.quiverdb.core;

/// Another process holds the directory.
public final class StoreLockedException extends StoreException {
  private static final long serialVersionUID = 1L;

  /// @param holder what the lock file says of it, such as its process id
  public StoreLockedException(String directory, String holder) {
    super(Fault.CALLER, directory + ": locked by " + holder + " (expected: used by nobody else)");
  }
}
