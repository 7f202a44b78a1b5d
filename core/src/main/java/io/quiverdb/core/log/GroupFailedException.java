package io.quiverdb.core.log;

/// A commit group was not written or not applied; whether its requests survive is not known.
public final class GroupFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  GroupFailedException(Throwable cause) {
    super(cause);
  }
}
