package io.quiverdb.core;

/// What can go wrong in a store that is not its caller's mistake (those are
/// [IllegalArgumentException]s).
public abstract sealed class StoreException extends RuntimeException
    permits CorruptFileException,
        ForeignFileException,
        PreconditionFailedException,
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

  StoreException(String message) {
    super(message);
  }

  StoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
