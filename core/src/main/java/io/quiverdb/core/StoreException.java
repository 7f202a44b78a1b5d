package io.quiverdb.core;

/// What can go wrong in a store, sorted by whose fault it is. An argument that no state of the
/// store would make right is an [IllegalArgumentException] instead.
public abstract sealed class StoreException extends RuntimeException
    permits CorruptFileException,
        FeatureLevelException,
        ForeignFileException,
        PreconditionFailedException,
        ReadFailedException,
        SnapshotFailedException,
        StaleGenerationException,
        StoreClosedException,
        StoreFailedException,
        StoreLockedException,
        UnknownOpException,
        UnreadableOpException,
        UnsupportedFormatException,
        WrongKeyException {
  private static final long serialVersionUID = 1L;

  private final Fault fault;

  StoreException(Fault fault, String message) {
    super(message);
    this.fault = fault;
  }

  StoreException(Fault fault, String message, Throwable cause) {
    super(message, cause);
    this.fault = fault;
  }

  /// Whose fault it is, and so what helps.
  public enum Fault {
    /// Another key, directory, release or version of a point is needed. Nothing was changed.
    CALLER,

    /// What is stored or logged is not what was written. It is named; another replica, a backup or
    /// [Store#salvage] has what is left.
    DATA,

    /// The disk or the operating system failed. After [StoreFailedException] the store refuses
    /// everything until it is reopened; after the others it goes on.
    STORAGE,

    /// The store was closed.
    CLOSED
  }

  public Fault fault() {
    return fault;
  }
}
